/* What is needed only once the citizen acts, and so comes late: it works on the form's own parts.
 *
 * See `window.iwfFrame` in ../frame/start.js for what we get of the form, and leave with it. */

var frame = window.iwfFrame;
var form = frame.form;
var words = frame.words;
var find = frame.find;
var add = frame.add;
var language = document.documentElement.lang;
