/* What partners may listen to: `hello`, `step`, `submitted` of the frame, and our own `opened`,
 * `closed`, `failed`. Nothing of the report. */

/** @type {Object.<string, function(Object)>} by type, with a mark that keeps prototypes out */
var handlers = {};

/**
 * @param {string} type
 * @param {HTMLIFrameElement} frame
 * @param {number} [n] of the step
 */
function emit(type, frame, n) {
  var handler = handlers['on' + type];
  // In a task of its own: an error in the page's code must not stop ours.
  if (handler) setTimeout(handler, 0, { type: type, frame: frame, n: n });
}
