/* What the partner's page presets, by the fragment of our address, which no server sees:
 * territory, report_type, site_kind. Only what the form offers; the citizen sees and changes it. */

/** @param {string} code a country's, in capitals; not one of the codes that CLDR made up */
function presetCountry(code) {
  var field = form.elements.territory;
  var number = find('#emergency');
  var name = code;
  if (!/^(?!X|ZZ|UN|E[AUZ]|Q[^A]|IC|CP|DG)[A-Z]{2}$/.test(code)) return;
  try {
    name = new Intl.DisplayNames(document.documentElement.lang, {
      type: 'region', fallback: 'none'
    }).of(code);
  } catch (tooOld) { /* the code is shown until the sender brings the name */ }
  if (name && code !== field.getAttribute('data-code')) {
    field.defaultValue = name; // not what the citizen typed, where the browser has put that back
    field.setAttribute('data-code', code);
    find('#authority').hidden = true;
    number.textContent = number.getAttribute('data-any') || number.textContent;
  }
}

if (form) {
  location.hash.slice(1).split('&').forEach(function (pair) {
    var name = pair.split('=')[0];
    var value = pair.split('=')[1];
    if (name === 'territory') presetCountry(value);
    if (/^(report_type|site_kind)$/.test(name) && !form.elements[name].value) {
      each('[name=' + name + '],[name=' + name + ']>option', function (choice) {
        if (choice.value === value) choice.checked = choice.selected = true;
      });
    }
  });
}
