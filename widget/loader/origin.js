/* Whom to trust: the origin that this script was served from, and no other. */

/**
 * No `URL` here: phones of 2014 have none. `src` and `href` come normalised from the browser.
 *
 * @param {string} address
 * @return {string} its scheme, host and port; '' of ''
 */
function originOf(address) {
  return address.split('/', 3).join('/');
}

var trustedOrigin = originOf(document.currentScript.src) || null;

/**
 * @param {HTMLIFrameElement|HTMLAnchorElement} element
 * @return {boolean} a copy of the loader without an address of its own trusts nobody
 */
function isTrusted(element) {
  return originOf(element.src || element.href || '') === trustedOrigin;
}
