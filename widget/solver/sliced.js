/* PBKDF2-HMAC-SHA-256 (RFC 8018) in plain script, in slices so short that the page stays alive.
 * For frames on plain HTTP, where there is no crypto.subtle, and for old engines. */

var SLICE = 25; // ms of work before the page gets its turn
var ROUNDS = 64; // between two looks at the clock: 5 ms on a phone a hundred times slower than a PC

/**
 * @param {string} hex at most 128 digits
 * @return {Array.<number>} 16 words, filled up with zeros
 */
function blockOf(hex) {
  while (hex.length < 128) hex += '00';
  return fromHex(hex, 8);
}

/** @param {Job} job */
function searchInSlices(parameters, job) {
  var inner = new Int32Array(8); // HMAC's state after the inner key, and after the outer one:
  var outer = new Int32Array(8); // kept, they save half of the work
  var digest = new Int32Array(16); // the last HMAC, padded to be the next one's message
  var counter = 0;
  var derived = ''; // hex of the finished blocks of the key at hand
  var sum; // the block at hand, 8 words
  var left; // its rounds

  /** @param {Array.<number>|Int32Array} message 16 words, padded */
  function round(message) {
    compress(inner, message, digest);
    compress(outer, digest, digest);
    for (var i = 0; i < 8; i++) sum[i] ^= digest[i];
    left--;
  }

  /** @param {number} pad of HMAC, 32 bits */
  function keyed(pad, state) {
    compress(START, blockOf(parameters.nonce + toHex([counter], 8)).map(function (word) {
      return word ^ pad;
    }), state);
  }

  function beginBlock() {
    var message = blockOf(parameters.salt + toHex([derived.length / 64 + 1], 8) + '80');
    message[15] = 544 + parameters.salt.length * 4; // bits: the key's block, the index, the salt
    if (!derived) {
      keyed(0x36363636, inner);
      keyed(0x5c5c5c5c, outer);
    }
    sum = new Int32Array(8);
    left = parameters.cost;
    round(message);
  }

  function endBlock() {
    derived += toHex(sum, 8);
    if (derived.length >= parameters.keyLength * 2) {
      if (job.offer(counter, derived.slice(0, parameters.keyLength * 2))) return;
      counter++;
      derived = '';
    }
    beginBlock();
  }

  function slice() {
    var end = Date.now() + SLICE;
    var batch;
    while (!job.ended) {
      if (Date.now() >= end) return setTimeout(slice);
      for (batch = ROUNDS; left && batch--;) round(digest);
      if (!left) endBlock();
    }
  }

  digest[8] = 0x80000000;
  digest[15] = 768; // bits: the key's block and the digest
  beginBlock();
  setTimeout(slice);
}
