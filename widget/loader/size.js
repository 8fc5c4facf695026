/* The height of a frame follows its content, as far as the partner's page lets it. */

var LEAST_HEIGHT = 120; // CSS px; less, and more than the greatest, is an error or an attack
var GREATEST_HEIGHT = 20000; // CSS px

/**
 * @param {HTMLIFrameElement} frame
 * @param {{height: *, free: *}} data the content's height in CSS px; whether the citizen has come in
 */
function fit(frame, data) {
  var height = data.height;
  var bottom = frame.getBoundingClientRect().bottom;
  var box;
  if (height >= LEAST_HEIGHT && height <= GREATEST_HEIGHT) {
    // Until the citizen acts nothing in view may move: the height that the page reserved holds.
    if (
      data.free || frame.clientHeight < LEAST_SIDE ||
      bottom + Math.min(0, height - frame.clientHeight) >= innerHeight
    ) {
      paint(frame, 'box-sizing:border-box;height:' +
        (Math.ceil(height) + frame.offsetHeight - frame.clientHeight) + 'px');
      // A box that stays lower than what is in it cuts it off, or scrolls: the frame can do that.
      box = frame.parentNode.clientHeight;
      if (box > LEAST_SIDE && box < frame.offsetHeight) paint(frame, 'height:' + box + 'px');
    }
    // Where it stays lower (a page may clip it by `max-height`), the rest must be within reach.
    frame.scrolling = frame.clientHeight < height - 1 ? 'auto' : 'no';
  }
}
