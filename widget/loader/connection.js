/* The conversation with one frame: greets it until it answers, and hears nobody else.
 *
 * Protocol 1, plain objects {iwf: 1, id, type}. We say `hello`; the frame answers each hello with
 * `hello` {v, close} and `size` {height}, echoing the id, and may later say `size`, `step` {n},
 * `top`, `submitted`, `close`, `exit`.
 */

var FIRST_WAIT = 100; // ms; each further wait is three times as long
var LAST_WAIT = 20000; // ms; no wait of this length or more is begun
var AFTER_LOAD = 5000; // ms; a document that was loaded has answered by then, or never will

/**
 * @param {HTMLIFrameElement} frame
 * @param {function(string, Object)} act gets the type of each message, and the message
 * @param {function()} atEnd
 * @return {function()} ends the conversation
 */
function connect(frame, act, atEnd) {
  // Tells this conversation from others; the guard is the check of source and origin.
  var id = '' + Math.random();
  var isHeard;
  var link;

  /** @param {number} wait ms until the next try */
  function greet(wait) {
    if (isHeard) return;
    // A document that we can read is still `about:blank`: it would only complain in the console.
    if (frame.contentWindow && !frame.contentDocument) {
      frame.contentWindow.postMessage({ iwf: 1, id: id, type: 'hello' }, trustedOrigin);
    }
    if (wait < LAST_WAIT) setTimeout(greet, wait, wait * 3);
  }

  /** @param {number} patience ms until a document that stays silent counts as failed */
  function begin(patience) {
    isHeard = false;
    frame.scrolling = 'auto'; // nobody manages its height until then
    // Not at once: looking into a blank frame costs a phone 10 ms, and most have come by then.
    setTimeout(greet, FIRST_WAIT, FIRST_WAIT);
    setTimeout(function () {
      if (isHeard) return;
      link = link || offerLink(frame);
      emit('failed', frame);
    }, patience);
  }

  function rest() {
    isHeard = true;
    link = link && link.remove();
  }

  begin(LAST_WAIT);

  // Each document that the frame loads (a form sent without script is one) is a new stranger.
  return listen(frame, 'load', function () {
    begin(AFTER_LOAD);
  }, listen(window, 'message', function (event) {
    var data = event.data || 0;
    if (
      event.source === frame.contentWindow && event.origin === trustedOrigin &&
      data.iwf === 1 && data.id === id
    ) {
      rest();
      act(data.type, data);
      if (data.type === 'exit') leave();
      emit(data.type, frame, data.n);
    }
  }, function () {
    rest();
    atEnd();
  }));
}
