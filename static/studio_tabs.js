// The parts of the Studio, one at a time where there is room for one, and the choice
// of a mount.

const KEPT = "#";

function show(part) {
  const studio = document.querySelector(".studio");
  studio.dataset.shown = part;
  for (const link of document.querySelectorAll("[data-shows]")) {
    if (link.dataset.shows === part) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-shows]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link.dataset.shows);
  history.replaceState(null, "", `${location.pathname}${location.search}${KEPT}${link.dataset.shows}`);
});
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-pick] select")) target.form.requestSubmit();
});

document.querySelector("main").classList.add("is-tabbed");
const asked = location.hash.slice(KEPT.length);
if (document.querySelector(`.col[data-part="${CSS.escape(asked)}"]`)) show(asked);
