/* The few things that the form's script does with its document. There is no innerHTML anywhere. */

/**
 * @param {string} selector
 * @return {Element|null}
 */
function find(selector) {
  return document.querySelector(selector);
}

/**
 * @param {string} selector
 * @param {function(Element)} act
 */
function each(selector, act) {
  [].forEach.call(document.querySelectorAll(selector), act);
}

/**
 * @param {Element} parent
 * @param {string} tag
 * @param {string} [text]
 * @return {Element} the new last child of `parent`
 */
function add(parent, tag, text) {
  var element = document.createElement(tag);
  element.textContent = text || '';
  return parent.appendChild(element);
}

/**
 * @param {Element} target
 * @param {string} type
 * @param {function(Event)} act
 */
function on(target, type, act) {
  target.addEventListener(type, act, true); // captured: focus does not bubble
}
