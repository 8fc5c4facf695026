/* Sends the report: the same one however often it takes; by the plain form when nothing else helps. */

var button = find('[value=check]');
var retryKey = form.elements.idempotency;
var wayOut = find('#out');
var WAITS = [1000, 3000, 9000]; // ms, before each further try
var tries = 0;
var patience = 40; // quarters of a second that a proof of work may still take
var hasNewProof;

/**
 * @param {string} text what is going on
 * @param {boolean} [isIdle] the citizen may act again
 */
function tell(text, isIdle) {
  find('[role=status]').textContent = text;
  button.disabled = !isIdle;
  wayOut.hidden = true;
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
  if (isProving && patience-- > 0) {
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
    // Sent at once it would look as if nobody had filled the form in.
    else prove(function () { setTimeout(send, 1500); });
    hasNewProof = true;
  } else if (status === 422 && answer.errors) {
    tell('', true);
    forgive();
    blame(mistakesOf(answer.errors));
  } else if (status === 409) { // changed since it was sent: another report
    retryKey.value = '';
    send();
  } else if (status >= 400 && status < 500 && status !== 429) {
    sendPlainly();
  } else if (navigator.onLine !== false && WAITS[tries]) {
    tell(words.retry);
    setTimeout(send, WAITS[tries++]);
  } else if (status || navigator.onLine === false) {
    giveUp();
  } else {
    findAWay();
  }
}

/** Only such requests are blocked here, or nothing gets through and a plain form would be lost. */
function findAWay() {
  var isKnown;
  function once(act) {
    return function () {
      if (!isKnown) act();
      isKnown = true;
    };
  }

  frame.load(form.getAttribute('data-solver') + '?' + Date.now(), once(sendPlainly), once(giveUp));
  setTimeout(once(giveUp), 8000);
}

/** Where even this is blocked, the message stays, and the button works again. */
function sendPlainly() {
  giveUp();
  form.elements.step.value = ''; // with a step it would only ask for the form again
  form.submit();
  form.elements.step.value = 5; // for who comes back
}

/** For now: nothing is lost, and there are other ways to report. */
function giveUp() {
  tell(navigator.onLine === false ? words.offline : words.trouble, true);
  tries = 0;
  wayOut.hidden = false;
  window.ononline = function () {
    window.ononline = null;
    // Not while the answers are being changed.
    if (!button.disabled && find('#review').offsetWidth) send();
  };
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
  retryKey.value = form.elements.step.value = ''; // which the browser would put back
  form.hidden = true;
  each('nav', function (languages) { languages.hidden = true; });
  thanks.hidden = false;
  frame.say('submitted');
  frame.arrive(thanks);
}

wayOut.querySelector('a').href = location.href.split('#')[0].replace('/embed/', '/r/');
frame.send = send;
// Without random numbers the server makes the retry key: its check page stands in for step 5.
if (!window.crypto) frame.review = null;
