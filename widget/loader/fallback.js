/* For a frame that stays silent (refused by the browser, blocked, offline): a link to the form's
 * own page, over the frame, so that nothing in the partner's page moves. */

/**
 * @param {HTMLIFrameElement} frame
 * @return {HTMLAnchorElement}
 */
function offerLink(frame) {
  var link = frame.parentNode.appendChild(document.createElement('a'));
  link.href = frame.src.replace('/embed/', '/r/');
  link.target = '_blank';
  link.textContent = frame.title || link;
  paint(link, LOOK + ';position:absolute;margin:16px;left:' + frame.offsetLeft + 'px;top:' +
    frame.offsetTop + 'px');
  return link;
}
