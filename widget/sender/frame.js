/* What is needed only once the citizen acts, and so comes late: it works on the form's own parts.
 *
 * See `window.iwfFrame` in ../frame/start.js for what we get of the form, and leave with it. What
 * we say is written before us by the server, in the language of the form. */

var frame = window.iwfFrame;
var form = frame.form;
var words = window.iwfWords;
var find = frame.find;
var each = frame.each;
var add = frame.add;
var language = document.documentElement.lang;

/* Where the form stands, as the browser says it, until the loader there has said so itself. */
var referrer = /^https?:\/\/[^\/]+/.exec(document.referrer);
if (
  !form.elements.embed_origin.value && referrer &&
  referrer[0] !== location.protocol + '//' + location.host
) {
  form.elements.embed_origin.value = referrer[0];
}
