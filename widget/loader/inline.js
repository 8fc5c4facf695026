/* Mode "inline": the frame stands in the page's own HTML and works without us; we size it. */

var LEAST_SIDE = 240; // CSS px; a frame smaller than that serves nobody

/**
 * @param {HTMLIFrameElement} frame
 * @return {function()} lets go of it
 */
function mountInline(frame) {
  var restore = keep(frame);

  paint(frame, 'opacity:1;color-scheme:normal');

  return connect(frame, function (type, data) {
    var top = frame.getBoundingClientRect().top;
    // Sweeping styles of the page, such as `iframe { display: none; width: 1px }`, do not hide it.
    if (!frame.hidden && frame.offsetWidth < LEAST_SIDE) paint(frame, SHOWN);
    if (type === 'size') fit(frame, data);
    if (type === 'top' && (top < 0 || top >= innerHeight)) frame.scrollIntoView();
  }, restore);
}
