/* The conversation with one frame: greets it until it answers, and hears nobody else.
 *
 * Protocol 1, plain objects {iwf: 1, id, type}. We say `hello`; the frame answers each hello with
 * `hello` {v} and `size` {height}, echoing the id, and may later say `size`, `step` {n}, `top`,
 * `submitted`, `close`, `exit`. A mode handles the words that mean something to it.
 */

var FIRST_WAIT = 100; // ms; each further wait is three times as long
var LAST_WAIT = 20000; // ms; no wait of this length or more is begun

/**
 * @param {Object} object
 * @param {string} key
 * @return {*} its own property, never one of a prototype that a message could name
 */
function own(object, key) {
  return {}.hasOwnProperty.call(object, key) ? object[key] : undefined;
}

/**
 * A frame that has not begun to load is still `about:blank`, and a message to it would only print
 * an error in the partner's console. Of a loaded one we may not even ask: that throws. So does
 * one that was just taken out of the page, but it has no window at all.
 *
 * @param {HTMLIFrameElement} frame
 * @return {boolean}
 */
function isBlank(frame) {
  try {
    return frame.contentWindow.location.protocol === 'about:';
  } catch (unreadable) {
    return !frame.contentWindow;
  }
}

/**
 * @param {HTMLIFrameElement} frame attached to the document
 * @param {Object.<string, function(Object)>} handlers by type of message; other types are ignored
 * @param {function()} onSilence called while the document in the frame does not answer
 * @return {function()} ends the conversation
 */
function connect(frame, handlers, onSilence) {
  // Tells this conversation from others; the guard is the check of source and origin.
  var id = '' + Math.random();
  var timer;

  /** @param {number} wait ms until the next try */
  function greet(wait) {
    if (wait > FIRST_WAIT) onSilence();
    if (!isBlank(frame)) {
      frame.contentWindow.postMessage({ iwf: 1, id: id, type: 'hello' }, trustedOrigin);
    }
    if (wait < LAST_WAIT) {
      timer = setTimeout(function () { greet(wait * 3); }, wait);
    }
  }

  // Each document that the frame loads (a form sent without script is one) is a new stranger.
  function onLoad() {
    clearTimeout(timer);
    greet(FIRST_WAIT);
  }

  /** @param {MessageEvent} event */
  function onMessage(event) {
    var data = event.data;
    var handler;
    if (
      event.source === frame.contentWindow && event.origin === trustedOrigin &&
      data && own(data, 'iwf') === 1 && own(data, 'id') === id
    ) {
      clearTimeout(timer);
      handler = own(handlers, own(data, 'type'));
      if (handler) handler(data);
    }
  }

  window.addEventListener('message', onMessage);
  frame.addEventListener('load', onLoad);
  greet(FIRST_WAIT);

  return function () {
    clearTimeout(timer);
    window.removeEventListener('message', onMessage);
    frame.removeEventListener('load', onLoad);
  };
}
