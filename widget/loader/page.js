/* What the loader does to the partner's page, so that all of it can be undone. */

/** The look of what we put over the page: legible on any ground, 46 px high. */
var LOOK = 'padding:12px 20px;border:1px solid;border-radius:24px;background:#1b2329;color:#fff;' +
  'font:16px/20px sans-serif;text-decoration:none';

/** What makes a frame visible and as wide as its place, whatever the page says of frames. */
var SHOWN = 'opacity:1;color-scheme:normal;display:block;width:100%;max-width:none';

/**
 * Only setProperty passes the strictest style-src, and only 'important' wins over sweeping styles.
 *
 * @param {HTMLElement} element
 * @param {string} rules as in a style attribute: `name:value;name:value`
 * @param {boolean} [isWeak] lets the page's own `!important` win
 */
function paint(element, rules, isWeak) {
  rules.split(';').forEach(function (rule) {
    rule = rule.split(':');
    element.style.setProperty(rule[0], rule[1], isWeak ? '' : 'important');
  });
}

/**
 * @param {HTMLElement} element
 * @return {function()} puts its style back, and the scroll bar that we took away
 */
function keep(element) {
  var style = element.style.cssText;
  return function () {
    element.style.cssText = style;
    if (!element.getAttribute('style')) element.removeAttribute('style');
    element.removeAttribute('scrolling');
  };
}

/**
 * @param {EventTarget} target
 * @param {string} type
 * @param {function(Event)} act
 * @param {function()} atEnd
 * @return {function()} ends it
 */
function listen(target, type, act, atEnd) {
  target.addEventListener(type, act, true);
  return function () {
    target.removeEventListener(type, act, true);
    atEnd();
  };
}
