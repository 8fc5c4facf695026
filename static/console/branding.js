// The branding editor: text and picker of the colour in step, its contrast at once, the preview's
// switches without loading the page anew, and a word before typed changes are left behind.

const form = document.getElementById("branding");
const text = document.getElementById("colour");
const picker = document.getElementById("picker");
const frame = document.getElementById("preview-frame");

const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

// WCAG 2.2, definitions of relative luminance and contrast ratio; as in server/partners/colour.py.
function luminance(colour) {
  const [red, green, blue] = channels(colour)
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

// The first two uses are those in the light, where the colour itself is ink or ground.
function show(colour) {
  document.getElementById("swatch").setAttribute("fill", colour);
  for (const [use, changed] of [["0", "rect"], ["1", "text"]]) {
    const row = document.querySelector(`[data-use="${use}"]`);
    const sample = row.querySelector("svg");
    sample.querySelector(changed).setAttribute("fill", colour);
    const ratio = contrast(...["rect", "text"].map((part) => sample.querySelector(part).getAttribute("fill")));
    const least = Number(document.getElementById("contrasts").dataset.least);
    const badge = row.querySelector(".badge");
    // Never rounded up to what it does not reach.
    row.querySelector(".contrast-ratio").textContent = `${(Math.floor(ratio * 10) / 10).toFixed(1)}:1`;
    badge.textContent = ratio < least ? "too weak" : ratio < 7 ? "good" : "strong";
    badge.className = `badge tone-${ratio < least ? "alert" : "good"}`;
  }
}

if (form) {
  let isChanged = document.querySelector(".error-summary") !== null;
  picker.hidden = false;
  text.addEventListener("input", () => {
    const colour = text.value.trim().toLowerCase();
    if (!/^#[0-9a-f]{6}$/.test(colour)) return;
    picker.value = colour;
    show(colour);
  });
  picker.addEventListener("input", () => {
    text.value = picker.value;
    show(picker.value);
  });
  form.addEventListener("input", () => { isChanged = true; });
  form.addEventListener("submit", () => { isChanged = false; });
  addEventListener("beforeunload", (event) => {
    if (isChanged) event.preventDefault();
  });
}

for (const link of document.querySelectorAll("[data-switch]")) {
  const { switch: name, value } = link.dataset;
  // Another look or portal has another token: the page brings it.
  if (name === "look" || name === "portal") continue;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    for (const other of document.querySelectorAll(`[data-switch="${name}"]`)) {
      other.toggleAttribute("aria-current", false);
    }
    link.setAttribute("aria-current", "true");
    if (name === "width") {
      frame.className = `preview-frame preview-${value}`;
      const preview = document.getElementById("preview");
      preview.dataset.width = value;
      preview.scrollIntoView({ block: "nearest" }); // it may have changed its place
    } else {
      const address = new URL(frame.src);
      address.searchParams.set(name, value);
      frame.src = address.href;
    }
  });
}
