/* Brings the form to life. In a browser that gets no further than here it works as plain HTML. */

/**
 * What the part that comes late gets of us; it leaves with us `review`, which fills step 5,
 * `send`, and `isUnknownCountry`. Until then step 5 is the server's check page.
 */
var frame = window.iwfFrame = {
  form: form, words: words, find: find, add: add, load: load,
  say: say, arrive: arrive, forgive: forgive, blame: blame
};
var isTouched;
var isSettled; // whether the late part has come, or will not
var isWaiting; // for it, at the end of step 4
var PATIENCE = 5000; // ms

/** At the first input: from now on the citizen acts. */
function touch() {
  if (!isTouched) load(form.getAttribute('data-sender'), settle, settle);
  isTouched = true;
}

function settle() {
  isSettled = true;
  if (isWaiting && step === 4) forward.click();
  isWaiting = false;
}

/** @return {boolean} whether what was seen is out of our remit: a choice behind the paragraph */
function isOutOfRemit() {
  return step === 2 && form.querySelector('p ~ label :checked');
}

/** @param {Event} event a step is done, by its button or the enter key */
function proceed(event) {
  var wrong;
  touch();
  forgive();
  wrong = mistakes();
  if (Object.keys(wrong).length) blame(wrong);
  else if (step === 5) frame.send();
  else if (isOutOfRemit()) return; // to the server's page on who can help; nothing is kept
  else if (step < 4 || frame.review) show(step + 1);
  else if (isSettled) return; // to the server's check page
  else {
    isWaiting = true;
    setTimeout(settle, PATIENCE);
  }
  event.preventDefault();
}

if (form) {
  on(form, 'focus', touch);
  on(form, 'submit', proceed);
  on(back, 'click', function () {
    forgive();
    show(step - 1);
  });
  on(form, 'click', function (event) {
    var target = (event.target.getAttribute('href') || '').split('#')[1];
    if (target) {
      event.preventDefault();
      visit(target);
    }
  });
  each('nav a', function (link) {
    on(link, 'click', function (event) {
      if (isTouched) {
        event.preventDefault();
        form.elements.step.value = step;
        form.action = link.href;
        form.submit();
      }
    });
  });
  show(Math.min(form.elements.step.value || 1, 4));
  form.elements.step.value = '';
}
