/* "Leave this page now": by the link, or Esc three times within 2 s. */

var escapes = [];

/** @param {Event} [event] */
function leave(event) {
  var address = find('.leave').href;
  if (event) event.preventDefault();
  document.body.textContent = ''; // what was typed is gone at once, also for "back"
  say('exit');
  try {
    top.location.replace(address);
  } catch (refused) { // by the browser: the loader does it, or else the frame goes alone
    location.replace(address);
  }
}

on(document, 'keydown', function (event) {
  if (event.keyCode === 27) {
    say('close');
    escapes.unshift(Date.now());
    if (escapes[0] - escapes[2] < 2000) leave();
  }
});
each('.leave', function (link) { on(link, 'click', leave); });
