/* The conversation with the loader in the partner's page, protocol 1: {iwf: 1, id, type, …}.
 * We speak only after a hello of an allowed origin, to that origin, and never of the report. */

/** Allowed origins of the key, `https://host` or `https://*.host`; none on a page of its own. */
var origins = (document.body.getAttribute('data-origins') || '').split(' ');

/** @type {{origin: string, id: string}|undefined} the loader that greeted us */
var host;
var toldHeight;

/**
 * @param {string} origin as the browser says it
 * @return {boolean}
 */
function isAllowed(origin) {
  return origins.some(function (entry) {
    var ends = entry.split('*');
    return entry && (entry === origin || ends[1] && origin.indexOf(ends[0]) === 0 &&
      origin.slice(-ends[1].length) === ends[1] &&
      /^[\w.-]+$/.test(origin.slice(ends[0].length, -ends[1].length)));
  });
}

/**
 * @param {string} type
 * @param {string} [name] of one further value
 * @param {number} [value]
 */
function say(type, name, value) {
  var message = { iwf: 1, type: type };
  if (host) {
    message.id = host.id;
    if (name) message[name] = value;
    parent.postMessage(message, host.origin);
  }
}

/** The height of the content, never of the window: that would grow for ever. */
function measure() {
  var height = Math.ceil(document.documentElement.getBoundingClientRect().height);
  if (host && height !== toldHeight) say('size', 'height', toldHeight = height);
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
    say('hello', 'v', 1);
    measure();
  }
}

on(window, 'message', hear);
if (window.ResizeObserver) new ResizeObserver(measure).observe(document.documentElement);
else setInterval(measure, 300);
