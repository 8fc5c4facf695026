/* SHA-256's compression (FIPS 180-4) on words: all of it that HMAC needs here. */

var ROUND = new Int32Array(64); // constants
var START = new Int32Array(8); // the first state

// Fractional bits of the roots of the first primes: computed, as a table is a quarter of our budget.
(function () {
  var candidate = 2;
  var found = 0;
  var divisor;
  for (; found < 64; candidate++) {
    for (divisor = 2; candidate % divisor; divisor++);
    if (divisor === candidate) {
      START[found] = Math.pow(candidate, 1 / 2) * 4294967296; // beyond the eighth: dropped
      ROUND[found++] = Math.pow(candidate, 1 / 3) * 4294967296;
    }
  }
})();

var schedule = new Int32Array(64);

function rotate(word, bits) {
  return word >>> bits | word << 32 - bits;
}

/**
 * @param {Array.<number>|Int32Array} state 8 words
 * @param {Array.<number>|Int32Array} block 16 words
 * @param {Int32Array} target takes the next state in its first 8 words; may be `block`
 */
function compress(state, block, target) {
  var a = state[0], b = state[1], c = state[2], d = state[3];
  var e = state[4], f = state[5], g = state[6], h = state[7];
  var i, x, y;
  for (i = 0; i < 64; i++) {
    if (i < 16) {
      schedule[i] = block[i];
    } else {
      x = schedule[i - 15];
      y = schedule[i - 2];
      schedule[i] = schedule[i - 16] + schedule[i - 7] +
        (rotate(x, 7) ^ rotate(x, 18) ^ x >>> 3) + (rotate(y, 17) ^ rotate(y, 19) ^ y >>> 10);
    }
    x = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + (g ^ e & (f ^ g)) +
      ROUND[i] + schedule[i] | 0;
    y = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + (a & b | c & (a | b)) | 0;
    h = g;
    g = f;
    f = e;
    e = d + x | 0;
    d = c;
    c = b;
    b = a;
    a = x + y | 0;
  }
  [a, b, c, d, e, f, g, h].forEach(function (word, i) {
    target[i] = state[i] + word;
  });
}
