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
  visit(names[0]);
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
  say('top');
}

/** @return {Object.<string, string>} what is wrong in the step that is shown, by name of field */
function mistakes() {
  var wrong = {};
  var count = form.elements.addresses.value.split(/\s*\n\s*/).filter(Boolean).length;
  if (step === 1 && frame.isUnknownCountry && frame.isUnknownCountry()) {
    wrong.territory = words.country;
  }
  if (step === 2 && !form.querySelector('[name=report_type]:checked')) {
    wrong.report_type = words.choose;
  }
  if (step === 3 && !count && !form.elements.platform.value) wrong.addresses = words.address;
  if (step === 3 && count > 20) wrong.addresses = words.many;
  each('section:not([hidden]) input', function (field) {
    if (!field.checkValidity()) wrong[field.name] = field.validationMessage;
  });
  return wrong;
}
