// Shows the settings whose name, key or meaning has all the words that were typed.

export function search(box, forms) {
  box.hidden = false;
  const input = box.querySelector("input");
  input.addEventListener("input", () => filter(input.value, forms));
}

function filter(typed, forms) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  for (const panel of forms.querySelectorAll(":scope > .panel:not([data-none])")) {
    const sets = [...panel.querySelectorAll(".set")];
    const whole = panel.querySelector("h2").textContent.toLowerCase();
    const named = words.every((word) => whole.includes(word));
    for (const set of sets) set.hidden = !named && !fits(set, words);
    panel.hidden = sets.length ? sets.every((set) => set.hidden) : !named;
  }
  const none = forms.querySelector("[data-none]");
  none.hidden = [...forms.querySelectorAll(":scope > .panel:not([data-none])")].some((panel) => !panel.hidden);
}

function fits(set, words) {
  const text = `${set.dataset.set} ${set.dataset.set.replaceAll("_", " ")} ${set.textContent}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
