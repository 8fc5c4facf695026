/* The form over the page, in a dialog: hidden and shown again with all that was typed. */

var ESCAPES_WITHIN = 2000; // ms; the third Esc in this time leaves the page

/** @type {Object.<string, HTMLDialogElement>} by the address of their form, each with its end */
var dialogs = {};

/** @param {{src: string, title: string}} options */
function openDialog(options) {
  var dialog = dialogs[options.src];
  if (!document.contains(dialog)) { // new, or gone with the body of a page that swaps it
    dropDialog(options.src);
    dialog = dialogs[options.src] = makeDialog(options);
  }
  if (!dialog.open) {
    paint(dialog, 'display:block');
    dialog.showModal();
    dialog.lastChild.focus();
    emit('opened', dialog.lastChild);
  }
}

/** @param {string} address whose dialog is no longer needed */
function dropDialog(address) {
  if (dialogs[address]) dialogs[address].iwf();
  delete dialogs[address];
}

/**
 * @param {{src: string, title: string}} options
 * @return {HTMLDialogElement} closed, in the page, with what lets go of it as `iwf`
 */
function makeDialog(options) {
  var dialog = document.body.appendChild(document.createElement('dialog'));
  var button = dialog.appendChild(document.createElement('button'));
  var frame = dialog.appendChild(makeFrame(options));
  var escapes = [];

  function countEscape() {
    escapes.unshift(Date.now());
    if (escapes[0] - escapes[2] < ESCAPES_WITHIN) leave();
  }

  dialog.setAttribute('aria-label', frame.title);
  button.textContent = '×';
  paint(dialog, 'all:revert;display:none;position:fixed;inset:0;margin:auto;width:100%;' +
    'max-width:720px;height:100%;max-height:960px;padding:0;border:0;overflow:hidden;background:#1b2329');
  paint(button, 'all:revert;' + LOOK + ';width:100%;border-color:transparent');
  paint(frame, 'height:calc(100% - 46px)');
  dialog.onclick = function () { dialog.close(); }; // the button, or beside the dialog
  dialog.onclose = function () {
    paint(dialog, 'display:none');
    emit('closed', frame);
  };
  // The first Esc, in the frame, hides the dialog: the next two come to the page.
  dialog.iwf = listen(document, 'keydown', function (event) {
    if (event.keyCode === 27) countEscape();
  }, connect(frame, function (type, data) {
    if (type === 'hello') {
      button.textContent = '× ' + data.close;
      // A focus that was given before this document came is the page's: take it back, and give it.
      frame.blur();
      frame.focus();
    }
    if (type === 'close') {
      countEscape();
      dialog.close();
    }
  }, function () { dialog.remove(); }));
  return dialog;
}
