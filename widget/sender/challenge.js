/* The proof of work, fetched and solved from the first input on, while the citizen writes. */

/** @type {string|undefined} the solved challenge */
var proof;
var isProving;

/** @param {function()} [done] called when there is a proof, or none to be had */
function prove(done) {
  function end(error, payload) {
    isProving = false;
    proof = payload;
    if (done) done();
  }

  isProving = true;
  request('challenges', {
    key: form.getAttribute('data-key'),
    // A test key's campaign may ask for a slow answer.
    campaign: form.getAttribute('data-campaign') || undefined
  }, function (status, challenge) {
    function solve() { window.iwfSolve(challenge, end); }

    if (status !== 200) end();
    else if (window.iwfSolve) solve();
    else frame.load(form.getAttribute('data-solver'), solve, function () { end(); });
  });
}

prove();
