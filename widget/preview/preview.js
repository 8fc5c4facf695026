/* In a preview nothing is sent and no link leads on: it says so where that was tried.
 *
 * It stands behind the form's own script, and hears of everything first: by capture, at the
 * window. The document's policy forbids the same, for whatever gets past it. */

var ribbon = document.querySelector('[data-stopped]');
var note = document.createElement('p');

/**
 * @param {Event} event that nobody else may hear of
 * @param {Element} place behind which it is said that this is a preview
 */
function stop(event, place) {
  event.preventDefault();
  event.stopImmediatePropagation();
  place.parentNode.insertBefore(note, place.nextSibling);
  note.textContent = ribbon.getAttribute('data-stopped');
}

/** @return {boolean} whether the next button would send the form to the server */
function wouldSend(form) {
  var step = +form.elements.step.value;
  return step === 5 || step === 2 && form.querySelector('p ~ label :checked');
}

note.className = 'answer';
note.setAttribute('role', 'alert');

// What would be looked up or proven on the way is neither asked for nor answered.
window.XMLHttpRequest = function () {};
window.XMLHttpRequest.prototype = {
  open: function () {}, setRequestHeader: function () {}, send: function () {}
};

window.addEventListener('click', function (event) {
  var target = event.target;
  var address;
  while (target && target.nodeName !== 'A' && target.nodeName !== 'BUTTON') {
    target = target.parentNode;
  }
  if (!target) return;
  address = target.getAttribute('href') || '';
  if (address[0] === '?') event.stopImmediatePropagation(); // a language: only a link here
  else if (target.nodeName === 'A' ? address[0] !== '#' : target.value === 'check' && wouldSend(target.form)) {
    stop(event, target);
  }
}, true);
window.addEventListener('submit', function (event) {
  stop(event, event.target.querySelector('[value=check]'));
}, true);
window.addEventListener('keydown', function (event) {
  if (event.keyCode === 27) event.stopImmediatePropagation(); // leaving
}, true);
