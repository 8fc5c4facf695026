/* One step at a time, forward only when it is right, and never scrolled without need. */

var form = find('form[data-key]');
var sections = form && form.querySelectorAll('section');
var forward = find('[value=check]');
var back = find('#back');

/** 1 to 5; 0 before the first is shown */
var step = 0;

/** @param {number} number of the step to show */
function show(number) {
  var moved = step;
  step = form.elements.step.value = number;
  [].forEach.call(sections, function (section, index) { section.hidden = index + 1 !== step; });
  back.hidden = step === 1;
  forward.textContent = forward.getAttribute(step < 5 ? 'data-next' : 'data-send');
  if (step === 5) frame.review();
  if (moved) arrive(sections[step - 1]);
  say('step', { n: step });
}

/**
 * Brings the reader to the heading of what is new; the loader scrolls if its top is out of view.
 *
 * @param {Element} section
 */
function arrive(section) {
  section.querySelector('h2').focus({ preventScroll: true });
  // 128: as far as the header may cover it, `scroll-padding-top` in frame.css.
  if (section.getBoundingClientRect().top < 128) section.scrollIntoView();
  say('top');
}

/** @param {string} name of the field to bring to the eye, whatever hides it */
function visit(name) {
  var field = document.getElementById(name);
  var parent = field;
  while ((parent = parent.parentNode) !== form) {
    if (parent.nodeName === 'DETAILS') parent.open = true;
    if (parent.nodeName === 'SECTION' && parent.hidden) show([].indexOf.call(sections, parent) + 1);
  }
  field.focus();
}
