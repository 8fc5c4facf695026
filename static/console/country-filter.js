// Finds a country among 250 boxes: what does not fit is hidden while letters stand in the field.
// Ticked countries never vanish from the form: hiding changes nothing of what is sent.

const filter = document.querySelector("[data-country-filter]");
const groups = [...document.querySelectorAll("[data-countries] details")];

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function narrow(words) {
  let found = 0;
  for (const group of groups) {
    let inGroup = 0;
    for (const choice of group.querySelectorAll(".choice")) {
      choice.hidden = !plain(choice.textContent).includes(words);
      if (!choice.hidden) inGroup += 1;
    }
    if (words) group.open = inGroup > 0;
    group.hidden = inGroup === 0;
    found += inGroup;
  }
  return found;
}

if (filter && groups.length > 0) {
  const field = filter.querySelector("input");
  const output = filter.querySelector("output");
  filter.hidden = false;
  field.addEventListener("input", () => {
    const words = plain(field.value.trim());
    const found = narrow(words);
    output.textContent = words ? `${found} ${found === 1 ? "country" : "countries"}` : "";
  });
  // Enter would send the form half filled in.
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
