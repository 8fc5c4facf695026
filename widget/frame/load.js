/* Loads what comes late: our own two scripts, and nothing else. */

var ownScript = /^\/widget\/(\w+\/){1,2}(sender|solver)\.js(\?\d+)?$/;
var policy = window.trustedTypes && trustedTypes.createPolicy('iwf', {
  createScriptURL: function (address) { return ownScript.test(address) ? address : ''; }
});

/**
 * @param {string} address
 * @param {function()} [ready]
 * @param {function()} [failed]
 */
function load(address, ready, failed) {
  var script = document.createElement('script');
  script.onload = ready;
  script.onerror = failed;
  script.src = policy ? policy.createScriptURL(address) : address;
  document.body.appendChild(script);
}
