/* Solves an ALTCHA v2 proof of work: finds the counter whose PBKDF2 key begins as demanded.
 *
 * window.iwfSolve(challenge, done) takes altcha's Challenge as parsed JSON and calls
 * done(error, payload) once, later: the payload is altcha's own, in base64. It returns a function
 * that gives up; done is then never called.
 */

/**
 * @typedef {Object} Parameters what altcha asks for
 * @property {string} nonce hex, begins the password; the counter as uint32 ends it
 * @property {string} salt hex
 * @property {number} cost PBKDF2's iterations
 * @property {number} keyLength bytes
 * @property {string} keyPrefix hex that the derived key must begin with
 *
 * @typedef {Object} Job
 * @property {boolean} ended no more work is wanted
 * @property {function(number, string): boolean} offer takes a counter and its key in hex; says
 *     whether the job has ended
 */

// Algorithm, cost, nonce, salt, prefix. Nonce and counter must fit one block of SHA-256, and so
// must salt, index and padding; altcha's own nonce and salt have 16 bytes.
var SUPPORTED = /^PBKDF2\/SHA-256,[1-9]\d*,[\da-f]{2,120},[\da-f]{2,102},[\da-f]+$/;

/**
 * @param {{parameters: Parameters}} challenge
 * @param {function(Error, string=)} done
 * @return {function()}
 */
window.iwfSolve = function (challenge, done) {
  var started = Date.now();
  var parameters = challenge.parameters;
  var job = {
    ended: false,
    offer: function (counter, key) {
      if (!key.indexOf(parameters.keyPrefix)) {
        end(null, {
          challenge: challenge,
          solution: { counter: counter, derivedKey: key, time: Date.now() - started }
        });
      }
      return job.ended;
    }
  };

  // With several counters in flight a second one may fit: only the first is handed over.
  function end(error, payload) {
    if (job.ended) return;
    job.ended = true;
    done(error, payload && btoa(unescape(encodeURIComponent(JSON.stringify(payload)))));
  }

  if (SUPPORTED.test([
    parameters.algorithm, parameters.cost, parameters.nonce, parameters.salt, parameters.keyPrefix
  ])) {
    (window.crypto && crypto.subtle ? searchNatively : searchInSlices)(parameters, job);
  } else {
    setTimeout(function () { end(new Error('unsupported challenge')); });
  }

  return function () { job.ended = true; };
};
