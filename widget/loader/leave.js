/* "Leave this page now": the partner's page gives way to a neutral one, with no way back to it. */

var NEUTRAL_PAGE = 'https://www.wikipedia.org/';

function leave() {
  try {
    top.location.replace(NEUTRAL_PAGE);
  } catch (refused) { // by the browser, when the partner's page is itself in a foreign frame
    location.replace(NEUTRAL_PAGE);
  }
}
