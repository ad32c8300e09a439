// Shows what a colour would look like in each theme, before it is saved. The server
// works out the inks: it does so for the pages, too.

const WAIT_MS = 150;
const COLOUR = /^#[0-9a-f]{6}$/i;

export function showColour(forms) {
  const picker = forms.querySelector("[data-colour]");
  const typed = picker.previousElementSibling;
  if (!picker.hidden) return;
  picker.hidden = false;
  let timer = 0;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => preview(typed.value || typed.placeholder, forms), WAIT_MS);
  };
  picker.addEventListener("input", () => {
    typed.value = picker.value;
    typed.dispatchEvent(new Event("input", { bubbles: true }));
  });
  typed.addEventListener("input", () => {
    if (COLOUR.test(typed.value)) picker.value = typed.value.toLowerCase();
    soon();
  });
}

async function preview(colour, forms) {
  if (!COLOUR.test(colour)) return;
  const answer = await fetch(`/admin/settings/accent?color=${encodeURIComponent(colour)}`);
  if (!answer.ok) return;
  const { themes } = await answer.json();
  const shown = forms.querySelectorAll("[data-swatches] > li");
  for (const [at, theme] of themes.entries()) {
    for (const part of shown[at].querySelectorAll("[data-fill]")) {
      part.setAttribute("fill", theme[part.dataset.fill]);
    }
    shown[at].querySelector("[data-ratio]").textContent = theme.ratio.toFixed(1);
  }
}
