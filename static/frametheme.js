// Dresses the frame for other sites before it is drawn: as its address says, else as
// the reader's device is set. The reader's choice for our own pages does not count there.

{
  const root = document.documentElement;
  const light = matchMedia("(prefers-color-scheme: light)");
  const contrast = matchMedia("(prefers-contrast: more)");
  const dress = () => {
    if (contrast.matches) root.dataset.theme = "contrast";
    else if (light.matches) root.dataset.theme = "light";
    else delete root.dataset.theme;
  };
  if (!root.dataset.theme) {
    dress();
    for (const media of [light, contrast]) media.addEventListener("change", dress);
  }
}
