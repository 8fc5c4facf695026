/* Runs the loader once for a page, however often the page includes it.
 * IWFReport is our one global name; a further inclusion only asks the first to look again. */

var api = window.IWFReport = window.IWFReport || {};

if (api.adopt) {
  api.adopt();
} else {
  api.version = '__VERSION__';
  api.adopt = adopt;
  watch();
}
