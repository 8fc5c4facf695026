/* The height of a frame follows its content, as far as the partner's page lets it. */

var LEAST_HEIGHT = 120; // CSS px
var GREATEST_HEIGHT = 20000; // CSS px; no form is that long: more is an error or an attack

/**
 * @param {HTMLIFrameElement} frame
 * @param {*} height of the content in CSS px, as the frame says
 */
function fit(frame, height) {
  if (typeof height !== 'number' || !(height > 0 && height <= GREATEST_HEIGHT)) return;
  height = Math.max(height, LEAST_HEIGHT);
  if (Math.abs(height - frame.clientHeight) >= 1) {
    // Only setProperty passes a strict style-src.
    frame.style.setProperty('height', Math.ceil(height) + border(frame) + 'px', 'important');
  }
  // A page that clips the frame (`max-height`) must leave the rest within reach.
  if (frame.clientHeight < height - 1) letScroll(frame);
  else frame.setAttribute('scrolling', 'no');
}

/** @param {HTMLIFrameElement} frame whose height nobody manages: all of it must be reachable */
function letScroll(frame) {
  frame.removeAttribute('scrolling');
}

/**
 * @param {HTMLIFrameElement} frame
 * @return {number} CSS px that the page's own border takes from the height we set
 */
function border(frame) {
  return getComputedStyle(frame).boxSizing === 'border-box' ?
    frame.offsetHeight - frame.clientHeight : 0;
}
