/* What is wrong: said at the field, and in a summary that leads there. */

/** Takes all messages away, those of the server too. */
function forgive() {
  each('.error,.summary', function (message) { message.parentNode.removeChild(message); });
  each('[aria-invalid]', function (field) {
    field.removeAttribute('aria-invalid');
    field.removeAttribute('aria-describedby');
  });
}

/** @param {Object.<string, string>} mistakes text by name of field; at least one */
function blame(mistakes) {
  var names = Object.keys(mistakes);
  var summary = add(form, 'div');
  var list;
  frame.visit(names[0]);
  summary.className = 'summary';
  summary.tabIndex = -1;
  summary.setAttribute('role', 'alert');
  add(summary, 'h2', words.check);
  list = add(summary, 'ul');
  names.forEach(function (name) {
    var field = document.getElementById(name);
    var message = add(form, 'strong', mistakes[name]);
    var place = /radio|checkbox/.test(field.type) ? field.parentNode : field;
    message.className = 'error';
    message.id = name + '-error';
    place.parentNode.insertBefore(message, place);
    field.setAttribute('aria-invalid', true);
    field.setAttribute('aria-describedby', message.id);
    add(add(list, 'li'), 'a', mistakes[name]).href = '#' + name;
  });
  form.insertBefore(summary, form.firstChild);
  summary.focus();
  frame.say('top');
}

/**
 * @param {number} step that is shown
 * @return {Object.<string, string>} what is wrong in it, by name of field
 */
function mistakes(step) {
  var wrong = {};
  var count = linesOf(form.elements.addresses.value).length;
  if (step === 1 && isUnknownCountry()) wrong.territory = words.country;
  if (step === 2 && !form.querySelector('[name=report_type]:checked')) {
    wrong.report_type = words.choose;
  }
  if (step === 3 && !count && !form.elements.platform.value) wrong.addresses = words.address;
  if (step === 3 && count > 20) wrong.addresses = words.many;
  each('section:not([hidden]) input', function (field) {
    // The browser's own message is not in our language.
    if (!field.checkValidity()) wrong[field.name] = words[field.type] || field.validationMessage;
  });
  return wrong;
}

/**
 * @param {string} text
 * @return {Array.<string>} its lines that are not empty
 */
function linesOf(text) {
  return text.split(/\s*\n\s*/).filter(Boolean);
}

frame.forgive = forgive;
frame.isRight = function (step) {
  var wrong = mistakes(step);
  forgive();
  if (Object.keys(wrong).length) blame(wrong);
  else return true;
};
