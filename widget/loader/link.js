/* Modes "dialog" and "floating": a link that opens the form over the page. Without us, without
 * <dialog>, or when the click asks for a tab of its own, it stays a link to the form's own page. */

var NEAR = 96; // CSS px from the lower edge of the screen: where a floating link may be

/**
 * @param {HTMLAnchorElement} link
 * @return {function()} lets go of it
 */
function mountLink(link) {
  var restore = keep(link);
  var isFloating = link.dataset.iwf === 'floating';

  /** @param {string} edge where some screens are round, or under a bar */
  function stay(edge) {
    paint(link, edge + ':0;' + edge + ':env(safe-area-inset-' + edge + ')');
  }

  if (isFloating) {
    // Its look is the page's to change, its place is not.
    paint(link, LOOK, true);
    paint(link, 'opacity:1;display:block;position:fixed;z-index:99999;margin:16px');
    stay(document.dir === 'rtl' ? 'left' : 'right');
    stay('bottom');
  }

  return listen(link, 'click', function (event) {
    if (window.HTMLDialogElement && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
      event.preventDefault();
      link.focus(); // not every browser does; it gets the focus back
      openDialog({ src: link.href, title: link.textContent });
    }
  }, listen(document, 'focusin', function (event) {
    // The browser scrolls to what has the focus before the timer; that is never under the link.
    setTimeout(function () {
      if (isFloating) {
        stay('bottom');
        paint(link, event.target !== link && !event.target.src && // no frame: it is too large
          event.target.getBoundingClientRect().bottom > innerHeight - NEAR ?
          'bottom:auto;top:0' : 'top:auto');
      }
    });
  }, function () {
    dropDialog(link.href);
    isFloating = restore(); // a timer may run still
  }));
}
