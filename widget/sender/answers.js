/* What was answered: as the report that is sent, and as the page on which it is checked. */

/** @param {function(HTMLInputElement, string, string)} act field with an answer, its name, its value */
function eachAnswer(act) {
  [].forEach.call(form.elements, function (field) {
    var value = field.value && field.value.trim();
    var isAnswer = isOption(field) ? field.checked : !/submit|button/.test(field.type);
    if (value && isAnswer && !field.hidden) act(field, field.name, value);
  });
}

/**
 * @param {HTMLInputElement} field
 * @return {boolean}
 */
function isOption(field) {
  return /radio|checkbox/.test(field.type);
}

/** @return {Object} the JSON of the report, without its challenge */
function answers() {
  var report = {
    key: form.getAttribute('data-key'),
    language: language,
    campaign: form.getAttribute('data-campaign') || undefined,
    embed_origin: form.elements.embed_origin.value || undefined,
    addresses: []
  };
  var app;
  eachAnswer(function (field, name, value) {
    if (name === 'addresses') {
      linesOf(value).forEach(function (line) { report[name].push({ url: line }); });
    } else if (name === 'platform' || name === 'handle') {
      if (!app) report.addresses.push(app = { platform: '', handle: '' });
      app[name] = value;
    } else if (name === 'already_reported_to') {
      (report[name] = report[name] || []).push(value);
    } else if (name === 'contact') {
      report[name] = { email: value };
    } else {
      report[name] = name === 'territory' ? territoryCode() : value;
    }
  });
  return report;
}

/** A user name, with or without a password, in an address; its scheme stays. */
var CREDENTIALS = /^(\w+:\/+)?[^\/?#@][^\/?#]*@/;

/** What the server will change in an address, said before it is sent. */
var changes = [
  [/^(?!h..ps?\W)/i, words.https],
  [/^h(xx|\*\*)|[\[({] ?(\.|dot)/i, words.refanged],
  [CREDENTIALS, words.credentials]
];

/** Shows the answers back, as text. */
frame.review = function () {
  var page = find('#review');
  var list = document.createElement('dl');
  var asked;
  var isAddress;
  eachAnswer(function (field, name, value) {
    var parent = field.parentNode;
    var label = isOption(field) ? parent.parentNode.querySelector('legend') || find('#step2')
      : find('[for=' + name + ']');
    if (asked !== name) {
      asked = name;
      add(add(list, 'dt', label.firstChild.textContent + ' '), 'a', words.change).href = '#' + name;
    }
    if (isOption(field)) value = parent.textContent;
    if (field.options) value = field.options[field.selectedIndex].text;
    isAddress = /^(addresses|referrer_url)$/.test(name);
    (isAddress ? linesOf(value) : [value]).forEach(function (text) {
      var answer = add(list, 'dd', isAddress ? text.replace(CREDENTIALS, '$1') : text);
      answer.dir = 'auto';
      changes.forEach(function (change) {
        if (isAddress && change[0].test(text)) add(answer, 'small', change[1]);
      });
    });
  });
  page.textContent = '';
  page.appendChild(list);
};
