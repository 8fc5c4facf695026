/* Whom to trust: the origin that this script was served from, and no other. */

/**
 * The origin of an absolute http(s) address; '' for anything else.
 * No `URL` here: phones of 2014 have none. `src` properties come normalised from the browser.
 *
 * @param {string} address
 * @return {string}
 */
function originOf(address) {
  return (/^https?:\/\/[^\/]+/.exec(address) || [''])[0];
}

/**
 * The address of this very script. `document.currentScript` is missing in some old engines:
 * there it is the last script that has one of our two published paths.
 *
 * @return {string}
 */
function ownAddress() {
  var scripts = document.getElementsByTagName('script');
  var i = scripts.length;
  if (document.currentScript) return document.currentScript.src;
  while (i--) {
    if (/\/widget\/(v1|[^\/]+\/widget)\.js([?#]|$)/.test(scripts[i].src)) return scripts[i].src;
  }
  return '';
}

var trustedOrigin = originOf(ownAddress());

/**
 * @param {HTMLIFrameElement} frame
 * @return {boolean} a copy of the loader without an address of its own trusts nobody
 */
function isTrusted(frame) {
  return !!trustedOrigin && originOf(frame.src) === trustedOrigin;
}
