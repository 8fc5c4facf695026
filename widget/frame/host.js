/* The conversation with the loader in the partner's page, protocol 1: {iwf: 1, id, type, …}.
 * We speak only after a hello of an allowed origin, to that origin, and never of the report. */

/** Allowed origins of the key, `https://host` or `https://*.host`; none on a page of its own.
 * `*` on a page that holds nothing of anybody: any website may size it. */
var origins = (document.body.getAttribute('data-origins') || '').split(' ');

/** @type {{origin: string, id: string}|undefined} the loader that greeted us */
var host;
var toldHeight;
var isFree; // whether the citizen has come into the frame: from then on the page may move

/**
 * @param {string} origin as the browser says it
 * @return {boolean}
 */
function isAllowed(origin) {
  return origins.some(function (entry) {
    var ends = entry.split('*');
    return entry && (entry === origin || /^\*https?:/.test(entry + origin) ||
      ends[1] && origin.indexOf(ends[0]) === 0 && origin.slice(-ends[1].length) === ends[1] &&
      /^[\w.-]+$/.test(origin.slice(ends[0].length, -ends[1].length)));
  });
}

/**
 * @param {string} type
 * @param {Object} [message] what belongs to this type
 */
function say(type, message) {
  if (host) {
    message = message || {};
    message.iwf = 1;
    message.id = host.id;
    message.type = type;
    parent.postMessage(message, host.origin);
  }
}

/** The height of the content, never of the window: that would grow for ever; and not while the
 * page has given us no width yet: one word a line is thousands of pixels high. */
function measure() {
  var box = document.documentElement.getBoundingClientRect();
  var height = Math.ceil(box.height);
  if (host && box.width > 160 && height !== toldHeight) {
    say('size', { height: toldHeight = height, free: isFree });
  }
}

/** @param {MessageEvent} event */
function hear(event) {
  var data = event.data;
  if (
    event.source === parent && parent !== window && isAllowed(event.origin) &&
    data && data.iwf === 1 && data.type === 'hello' && typeof data.id === 'string'
  ) {
    host = { origin: event.origin, id: data.id };
    if (form) form.elements.embed_origin.value = host.origin;
    toldHeight = 0;
    say('hello', { v: 1, close: document.body.getAttribute('data-close') });
    measure();
  }
}

on(window, 'message', hear);
['mouseover', 'touchend', 'focus'].forEach(function (type) {
  on(window, type, function () {
    if (isFree) return;
    isFree = true;
    toldHeight = 0;
    measure();
  });
});
if (window.ResizeObserver) new ResizeObserver(measure).observe(document.documentElement);
else setInterval(measure, 300);
