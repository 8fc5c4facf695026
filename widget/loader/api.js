/* IWFReport('mount' | 'open' | 'close' | 'destroy' | 'on', …): for pages that make their own HTML. */

/**
 * @param {string} command
 * @param {*} [first] see each command
 * @param {*} [second]
 */
function api(command, first, second) {
  found(api[command], command)(first, second);
}

/**
 * Puts the form into an element of the page, once.
 *
 * @param {HTMLElement|string} target or its selector
 * @param {{src: string, title: string, height: number}} options address, name, height in CSS px
 */
api.mount = function (target, options) {
  var place = elementOf(target);
  var frame = makeFrame(options);
  frame.height = options.height || 680;
  frame.dataset.iwf = 'made';
  if (!place.querySelector('[data-iwf]')) place.appendChild(frame);
  watch();
};

/** @param {Object} [options] as for `mount`; without, the page's first link of ours is opened */
api.open = function (options) {
  if (options) openDialog(options);
  else elementOf('a[data-iwf]').click();
};

api.close = function () {
  for (var address in dialogs) dialogs[address].close();
};

/** @param {HTMLElement|string} [target] what we made in there goes; without, all of us does */
api.destroy = function (target) {
  [].forEach.call(
    elementOf(target || 'html').querySelectorAll('[data-iwf=made]'),
    function (frame) { frame.remove(); }
  );
  if (target) return;
  observer.disconnect();
  adopted.forEach(function (element) { element.iwf(); });
  adopted = [];
  handlers = {};
  for (var address in dialogs) dropDialog(address);
};

/**
 * @param {string} type see events.js
 * @param {function(Object)|null} handler takes the place of an earlier one
 */
api.on = function (type, handler) {
  handlers['on' + type] = handler;
};

/**
 * @param {*} thing
 * @param {string} name
 * @return {*} the thing
 * @throws {Error} for the webmaster, in the browser's console
 */
function found(thing, name) {
  if (!thing) throw Error('IWFReport: no ' + name);
  return thing;
}

/**
 * @param {HTMLElement|string} target
 * @return {HTMLElement}
 */
function elementOf(target) {
  return found(target.nodeType ? target : document.querySelector(target), target);
}
