/* Hexadecimal is the challenge's own notation: bytes and words are read from it and written in it. */

/**
 * @param {string} hex
 * @param {number} digits how many make a number: 2 for bytes, 8 for words
 * @return {Array.<number>}
 */
function fromHex(hex, digits) {
  var numbers = [];
  for (; hex; hex = hex.slice(digits)) numbers.push(parseInt(hex.slice(0, digits), 16));
  return numbers;
}

/**
 * @param {Array.<number>|Uint8Array|Int32Array} numbers
 * @param {number} digits of each: 2 or 8
 * @return {string} big-endian
 */
function toHex(numbers, digits) {
  return [].map.call(numbers, function (number) {
    return ('0000000' + (number >>> 0).toString(16)).slice(-digits);
  }).join('');
}
