/* The same search by the browser's own PBKDF2, off the main thread. */

var LANES = 4; // counters in flight, so that no core waits for the way to this thread and back

/** @param {Job} job */
function searchNatively(parameters, job) {
  var subtle = crypto.subtle;
  var counter = 0;

  // Some engines have crypto.subtle without PBKDF2, and say so only now.
  function refuse() {
    if (subtle) searchInSlices(parameters, job);
    subtle = null;
  }

  function next() {
    var mine = counter++;
    if (job.ended || !subtle) return;
    subtle.importKey(
      'raw', new Uint8Array(fromHex(parameters.nonce + toHex([mine], 8), 2)), 'PBKDF2', false, ['deriveBits']
    ).then(function (key) {
      return subtle.deriveBits({
        name: 'PBKDF2',
        hash: 'SHA-256',
        salt: new Uint8Array(fromHex(parameters.salt, 2)),
        iterations: parameters.cost
      }, key, parameters.keyLength * 8);
    }).then(function (bits) {
      if (!job.offer(mine, toHex(new Uint8Array(bits), 2))) next();
    }, refuse);
  }

  while (counter < LANES) next();
}
