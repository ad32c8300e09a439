// The theme that the user chose: buttons to choose it, kept for every page and tab.
// theme.js puts it on at the next page.

const NAMES = { "": "Studio", light: "Light", contrast: "High contrast" };
const KEPT = "tinyice-theme";
const ORDER = Object.keys(NAMES);
const root = document.documentElement;

function worn() {
  return root.dataset.theme ?? "";
}

function wear(theme) {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  tell();
}

function choose(theme) {
  wear(theme);
  try {
    localStorage.setItem(KEPT, theme);
  } catch {
    // then it lasts as long as this page
  }
}

function tell() {
  for (const button of document.querySelectorAll("[data-theme-next]")) {
    button.title = `Theme: ${NAMES[worn()]}`;
    button.setAttribute("aria-label", button.title);
  }
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === worn()));
  }
}

for (const button of document.querySelectorAll("[data-theme-next]")) {
  button.hidden = false;
  button.addEventListener("click", () => choose(ORDER[(ORDER.indexOf(worn()) + 1) % ORDER.length]));
}
for (const group of document.querySelectorAll("[data-themes]")) group.hidden = false;
for (const button of document.querySelectorAll("[data-theme-choice]")) {
  button.addEventListener("click", () => choose(button.dataset.themeChoice));
}
addEventListener("storage", ({ key, newValue }) => {
  if (key === KEPT) wear(newValue ?? "");
});
tell();
