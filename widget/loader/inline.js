/* Mode "inline": the frame stands in the page's own HTML and works without us; we size it. */

/**
 * @param {HTMLIFrameElement} frame
 * @return {function()} lets go of it
 */
function mountInline(frame) {
  function unmanage() {
    letScroll(frame);
  }

  var disconnect = connect(frame, {
    size: function (data) { fit(frame, own(data, 'height')); },
    top: function () {
      var top = frame.getBoundingClientRect().top;
      if (top < 0 || top >= window.innerHeight) frame.scrollIntoView();
    },
    exit: leave
  }, unmanage);

  return function () {
    disconnect();
    unmanage();
  };
}
