// Dresses the page before it is drawn, so that no wrong theme flashes by. Runs
// before everything else, and so is no module.

{
  let theme = null;
  try {
    theme = localStorage.getItem("tinyice-theme");
  } catch {
    // a browser that keeps nothing has chosen nothing
  }
  if (theme === null) theme = matchMedia("(prefers-contrast: more)").matches ? "contrast" : "";
  // a page that is shown in one theme has it already
  if (theme && !("theme" in document.documentElement.dataset)) document.documentElement.dataset.theme = theme;
}
