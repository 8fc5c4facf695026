/* Runs the loader once for a page, however often the page includes it.
 * IWFReport is our one global name; a further inclusion only asks the first to look again. */

var before = window.IWFReport || {};

if (before.adopt) {
  before.adopt();
} else {
  api.version = '__VERSION__';
  api.adopt = watch;
  window.IWFReport = api;
  watch();
  // What the page asked for before we came; each in a task of its own, so that one error is one.
  (before.q || []).forEach(function (call) {
    setTimeout(api, 0, call[0], call[1], call[2]);
  });
}
