/* One request to the API. XMLHttpRequest: phones of 2014 have no fetch. */

/**
 * @param {string} path behind /api/v1/
 * @param {Object|null} body sent as JSON; null asks with GET
 * @param {function(number, Object)} done gets the status, 0 when nothing came, and the JSON
 * @param {string} [retryKey] of a report
 */
function request(path, body, done, retryKey) {
  var call = new XMLHttpRequest();
  call.open(body ? 'POST' : 'GET', '/api/v1/' + path);
  call.timeout = 20000;
  if (body) call.setRequestHeader('Content-Type', 'application/json');
  if (retryKey) call.setRequestHeader('Idempotency-Key', retryKey);
  call.onloadend = function () {
    var answer = {};
    try {
      answer = JSON.parse(call.responseText);
    } catch (noJson) { /* a proxy's page: the status says enough */ }
    done(call.status, answer);
  };
  call.send(body && JSON.stringify(body));
}
