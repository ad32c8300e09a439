/* What every page of the console does: the theme that the user chose. */

const THEMES = ["", "light", "contrast"];
const KEPT = "tinyice-theme";

function dress(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

function kept() {
  const theme = localStorage.getItem(KEPT);
  if (theme !== null) return theme;
  return matchMedia("(prefers-contrast: more)").matches ? "contrast" : "";
}

dress(kept());

for (const button of document.querySelectorAll("[data-theme-switch]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(kept()) + 1) % THEMES.length];
    localStorage.setItem(KEPT, next);
    dress(next);
  });
}
