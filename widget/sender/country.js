/* The country: names come when they are asked for, and bring who takes reports there. */

var territory = find('#territory');

/** @type {Object.<string, string>|undefined} codes by name in small letters, once they came */
var codes;

/** @return {string|undefined} the code of the country in the field */
function territoryCode() {
  var name = territory.value.trim();
  if (name === territory.defaultValue) return territory.getAttribute('data-code');
  return codes && codes[name.toLowerCase()];
}

/** @return {boolean} */
function isUnknownCountry() {
  return codes && territory.value.trim() && !territoryCode();
}

function offerCountries() {
  territory.select();
  if (codes) return;
  request('territories?lang=' + language, null, function (status, list) {
    var options = find('#countries');
    if (status !== 200) return;
    codes = {};
    options.textContent = '';
    list.forEach(function (country) {
      codes[country.name.toLowerCase()] = country.code;
      add(options, 'option').value = country.name;
    });
    // On a slow link the name was typed, and the field left, before there was a list to find it in.
    if (territory !== document.activeElement && territory.value !== territory.defaultValue) {
      lookUpCountry();
    }
  });
}

/** Brings the country's authority and emergency number, and the name that we give to it. */
function lookUpCountry() {
  var code = territoryCode();
  if (!code) return;
  request('territories/' + code + '?lang=' + language, null, function (status, country) {
    var authority = country.own_authority;
    var place = find('#authority');
    var link = place.querySelector('a');
    if (status !== 200) return;
    if (territory.value === territory.defaultValue) {
      territory.value = territory.defaultValue = country.name;
    }
    find('#emergency').textContent = country.emergency_number || words.emergency;
    place.hidden = !authority;
    if (authority) {
      link.href = authority.url;
      link.textContent = authority.name;
    }
  });
}

territory.addEventListener('focus', offerCountries);
territory.addEventListener('change', lookUpCountry);
if (document.activeElement === territory) offerCountries();
if (/territory=/.test(location.hash)) lookUpCountry();
