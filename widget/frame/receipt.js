/* The receipt: copied without the clipboard's interface, which frames may not use, and printed. */

var copy = find('#copy');
var print = find('#print');

if (copy) {
  copy.hidden = print.hidden = false;
  on(copy, 'click', function () {
    getSelection().selectAllChildren(find('#thanks dl'));
    if (document.execCommand('copy')) copy.textContent = copy.value;
  });
  on(print, 'click', function () { window.print(); });
}
