// Copy buttons, and a live status that renews itself. The page works without either.

for (const button of document.querySelectorAll("[data-copy]")) {
  const words = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = button.dataset.copied;
    } catch {
      getSelection().selectAllChildren(source);
      button.textContent = button.dataset.selected;
    }
    setTimeout(() => { button.textContent = words; }, 2000);
  });
}

const EVERY_MS = 10_000;
const place = document.querySelector("[data-status]");

function item({ tone, before, origin, after }) {
  const line = document.createElement("li");
  line.className = `tone-${tone}`;
  line.append(before);
  if (origin) {
    const name = document.createElement("bdi");
    name.dir = "ltr";
    name.textContent = origin;
    line.append(name);
  }
  line.append(after);
  return line;
}

async function renew() {
  if (document.hidden) return;
  try {
    const answer = await fetch(place.dataset.status, { cache: "no-store" });
    if (!answer.ok) return location.reload();
    const { lines } = await answer.json();
    place.querySelector("#live-lines").replaceChildren(...lines.map(item));
  } catch {
    // The network is away: what is shown stays, and the next turn tries again.
  }
}

if (place) setInterval(renew, EVERY_MS);
