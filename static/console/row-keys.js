// Keys for the list of reports: j goes to the next one, k to the one before, Enter opens it.
// A reader can switch them off (WCAG 2.2, 2.1.4); the choice is kept in this browser.

const STORED = "console.row-keys";
const links = [...document.querySelectorAll("[data-row-keys] tbody th a")];
const help = document.querySelector("[data-row-keys-help]");
const enabled = document.querySelector("[data-row-keys-switch]");

if (help && enabled && links.length > 0) {
  help.hidden = false;
  enabled.checked = localStorage.getItem(STORED) !== "off";
  enabled.addEventListener("change", () => {
    localStorage.setItem(STORED, enabled.checked ? "on" : "off");
  });
  document.addEventListener("keydown", move);
}

function move(event) {
  const step = { j: 1, k: -1 }[event.key];
  const typing = event.target instanceof Element && event.target.closest("input, textarea, select");
  if (!step || !enabled.checked || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const current = links.indexOf(document.activeElement);
  const next = current === -1 ? 0 : Math.min(links.length - 1, Math.max(0, current + step));
  links[next].focus();
  links[next].scrollIntoView({ block: "nearest" });
  event.preventDefault();
}
