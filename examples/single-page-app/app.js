/* A single-page application that shows the report form in one of its views. No framework. */

// The queue stub: calls made before the loader has arrived are kept for it.
window.IWFReport = window.IWFReport || function () {
  (window.IWFReport.q = window.IWFReport.q || []).push(arguments);
};
// Asked for by name each time, because the loader puts itself in the stub's place.
const report = (...words) => window.IWFReport(...words);

const main = document.querySelector('main');
const thanks = document.getElementById('thanks');
const form = {
  src: main.dataset.form,
  title: 'Report child sexual abuse imagery',
};

/** What a view does beyond showing its template. */
const views = {
  tips: { title: 'Good to know', enter() {}, leave() {} },
  report: {
    title: 'Report an address',
    enter() { report('mount', '#form', form); },
    leave() { report('destroy', '#form'); },
  },
};

let current;

/** Show the view that the address names. The address has no path of ours: any server will do. */
function show() {
  const name = location.search === '?report' ? 'report' : 'tips';
  if (name === current) return;
  const first = !current;
  if (!first) views[current].leave();
  current = name;
  // Elements are cloned, never written as text: the page's policy requires Trusted Types.
  main.replaceChildren(document.getElementById(name).content.cloneNode(true));
  document.title = `${views[name].title} – Marula School`;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.dataset.view === name) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  views[name].enter();
  if (!first) main.querySelector('h1').focus();
}

document.querySelector('nav').addEventListener('click', (event) => {
  const link = event.target.closest('a');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  history.pushState(null, '', link.href);
  thanks.textContent = '';
  show();
});
window.addEventListener('popstate', show);

document.getElementById('now').addEventListener('click', () => report('open', form));
report('on', 'submitted', () => { thanks.textContent = 'Thank you for reporting.'; });

show();
