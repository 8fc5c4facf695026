/* Frames of our own making. */

/**
 * @param {{src: string, title: string}} options the address of the form, in a frame or as a page
 * @return {HTMLIFrameElement} that is nowhere yet
 */
function makeFrame(options) {
  var frame = document.createElement('iframe');
  frame.title = options.title || '';
  frame.referrerPolicy = 'origin';
  frame.src = options.src.replace('/r/', '/embed/');
  paint(frame, 'all:revert;' + SHOWN + ';border:0');
  return frame;
}
