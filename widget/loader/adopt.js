/* Keeps one instance for each element of the page that is ours, whatever the page does to it. */

/** @type {Array.<HTMLElement>} each with what lets go of it as `iwf` */
var adopted = [];

/** Mounts what is new in the page, keeps what is known, releases what is gone. */
function adopt() {
  var known = adopted;
  adopted = [].filter.call(document.querySelectorAll('[data-iwf]'), isTrusted);
  known.forEach(function (element) {
    if (adopted.indexOf(element) < 0) element.iwf();
  });
  adopted.forEach(function (element) {
    if (known.indexOf(element) < 0) {
      element.iwf = element.src ? mountInline(element) : mountLink(element);
    }
  });
}

var observer = new MutationObserver(adopt);

/** Adopts now, and again when the page changes: consent tools set `src` late, apps swap bodies. */
function watch() {
  adopt();
  observer.observe(document, { childList: true, subtree: true, attributes: true });
}
