/* Sends the report: the same one however often it takes; by the plain form when nothing else helps. */

var button = find('[value=check]');
var retryKey = form.elements.idempotency;
var waits = [1000, 3000, 9000]; // ms, before each further try
var patience = 40; // quarters of a second that a proof of work may still take
var hasNewProof;

/**
 * @param {string} text what is going on
 * @param {boolean} [isIdle] the citizen may act again
 */
function tell(text, isIdle) {
  find('[role=status]').textContent = text;
  button.disabled = !isIdle;
}

/** @return {string} 128 random bits as 22 base64url characters */
function newRetryKey() {
  var bytes = crypto.getRandomValues(new Uint8Array(16));
  var text = '';
  var i;
  for (i = 0; i < 16; i++) text += String.fromCharCode(bytes[i]);
  return btoa(text).slice(0, 22).replace(/\+/g, '-').replace(/\//g, '_');
}

function send() {
  var report;
  tell(words.sending);
  if (isProving && patience--) {
    setTimeout(send, 250);
    return;
  }
  report = answers();
  report.challenge = proof;
  // In the form too, so that its plain way, or coming back to it, makes no second report.
  retryKey.value = retryKey.value || newRetryKey();
  request('reports', report, receive, retryKey.value);
}

/**
 * @param {number} status
 * @param {Object} answer
 */
function receive(status, answer) {
  if (status === 201) {
    thank(answer);
  } else if (status === 422 && /challenge/.test(answer.type)) {
    proof = undefined;
    if (hasNewProof) send();
    else prove(send);
    hasNewProof = true;
  } else if (status === 422 && answer.errors) {
    tell('', true);
    frame.forgive();
    frame.blame(mistakesOf(answer.errors));
  } else if (status === 409) { // changed since it was sent: another report
    retryKey.value = '';
    send();
  } else if (status && status < 500) {
    sendPlainly();
  } else if (waits[0]) {
    tell(words.retry);
    setTimeout(send, waits.shift());
  } else if (navigator.onLine === false) {
    tell(words.offline, true);
  } else {
    sendPlainly();
  }
}

/** Where even this is blocked, the message stays, and the button works again. */
function sendPlainly() {
  tell(words.offline, true);
  form.submit();
}

/**
 * @param {Object} errors the API's, by field of the report
 * @return {Object.<string, string>} by field of the form
 */
function mistakesOf(errors) {
  var found = {};
  Object.keys(errors).forEach(function (name) {
    found[document.getElementById(name) ? name : 'addresses'] = textOf(errors[name]);
  });
  return found;
}

/**
 * @param {*} part texts, nested in lists and objects
 * @return {string}
 */
function textOf(part) {
  return typeof part === 'string' ? part
    : Object.keys(part).map(function (name) { return textOf(part[name]); }).join(' ');
}

/** @param {{reference: string, receipt: string}} accepted */
function thank(accepted) {
  var thanks = find('#thanks');
  find('#reference').textContent = accepted.reference;
  find('#receipt').textContent = accepted.receipt.replace(/\d{4}(?=\d)/g, '$& ');
  form.reset();
  form.hidden = true;
  thanks.hidden = false;
  frame.say('submitted');
  frame.arrive(thanks);
}

frame.send = send;
// Without random numbers the server makes the retry key: its check page stands in for step 5.
if (!window.crypto) frame.review = null;
