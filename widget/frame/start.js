/* Brings the form to life. In a browser that gets no further than here it works as plain HTML. */

/**
 * What the part that comes late gets of us. It leaves with us `forgive` and `isRight`, which take
 * mistakes away and look for them; `review`, which fills step 5; and `send`. Where it does not
 * come, the server finds the mistakes, and step 5 is its check page.
 */
var frame = window.iwfFrame = {
  form: form, find: find, each: each, add: add, load: load,
  say: say, arrive: arrive, visit: visit
};
var isTouched;
var isSettled; // whether the late part has come, or will not
var isWaiting; // for it, before a step that it has to look at
var PATIENCE = 5000; // ms

/** At the first input: from now on the citizen acts. */
function touch() {
  if (!isTouched) load(form.getAttribute('data-sender'), settle, settle);
  isTouched = true;
}

function settle() {
  isSettled = true;
  if (isWaiting) forward.click();
  isWaiting = false;
}

/** @return {boolean} whether what was seen is out of our remit: a choice behind the paragraph */
function isOutOfRemit() {
  return step === 2 && form.querySelector('p ~ label :checked');
}

/** @param {Event} event a step is done, by its button or the enter key */
function proceed(event) {
  touch();
  if (step > 1 && !isSettled) {
    isWaiting = true;
    setTimeout(settle, PATIENCE);
  } else if (!frame.isRight || frame.isRight(step)) {
    if (step === 5) frame.send();
    else if (isOutOfRemit()) return; // to the server's page on who can help; nothing is kept
    else if (step < 4 || frame.review) show(step + 1);
    else return; // to the server's check page
  }
  event.preventDefault();
}

/** Shows the step that the server, or the browser with what was typed, has put into the form. */
function resume() {
  var kept = +form.elements.step.value || 1;
  if (kept !== step) {
    show(Math.min(kept, 4));
    if (kept > 1) touch();
    if (kept > 4) forward.click();
  }
}

if (form) {
  on(form, 'focus', touch);
  // Not its submitting: a host's sandbox may forbid that, and then says nothing.
  on(forward, 'click', proceed);
  on(back, 'click', function () {
    isWaiting = false;
    if (frame.forgive) frame.forgive();
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
      // A form that the server has seen has a retry key; one that was not touched is only a link.
      if (isTouched || form.elements.idempotency.value) {
        event.preventDefault();
        form.action = link.href;
        form.submit();
        // The next page has it all; who leaves from there must not find it by "back".
        on(window, 'pagehide', function () {
          form.reset();
          find('#review').textContent = '';
        });
      } else {
        link.hash = location.hash; // what is preset is so in the other language too
      }
    });
  });
  resume();
  on(window, 'pageshow', resume); // browsers put back what was typed after scripts have run
  if (find('.summary')) find('.summary').focus();
}
