/* Keeps one instance for each element of the page that is ours, whatever the page does to it. */

/**
 * A way to stand in a partner's page: what it looks like in HTML, and how to bring it to life.
 *
 * @type {Array.<{selector: string, mount: function(HTMLElement): function()}>}
 */
var modes = [
  { selector: 'iframe[data-iwf]', mount: mountInline }
];

/** @type {Array.<{element: HTMLElement, release: function()}>} */
var instances = [];

/** Mounts what is new in the page, keeps what is known, releases what is gone. */
function adopt() {
  var present = [];

  modes.forEach(function (mode) {
    [].forEach.call(document.querySelectorAll(mode.selector), function (element) {
      if (!isTrusted(element)) return;
      present.push(element);
      if (!instances.some(function (instance) { return instance.element === element; })) {
        instances.push({ element: element, release: mode.mount(element) });
      }
    });
  });

  instances = instances.filter(function (instance) {
    var kept = present.indexOf(instance.element) >= 0;
    if (!kept) instance.release();
    return kept;
  });
}

var PAUSE = 50; // ms; a busy page costs us at most twenty looks a second

/** Adopts now, and again when the page changes: consent tools set `src` late, apps swap bodies. */
function watch() {
  var timer;
  adopt();
  document.addEventListener('DOMContentLoaded', adopt);
  if (window.MutationObserver) {
    new MutationObserver(function () {
      timer = timer || setTimeout(function () { timer = 0; adopt(); }, PAUSE);
    }).observe(document, {
      childList: true, subtree: true, attributes: true, attributeFilter: ['data-iwf', 'src']
    });
  }
}
