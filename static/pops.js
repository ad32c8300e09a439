// Menus, questions and the sheet open by themselves (they are <details>). Here they
// close: one when another opens, all by a press elsewhere or by Escape.

const POPS = "details.pop, details.dock-more";

function close(pop, { focus = false } = {}) {
  pop.open = false;
  if (focus) pop.querySelector("summary").focus();
}

function open() {
  return [...document.querySelectorAll(POPS)].filter((pop) => pop.open);
}

document.addEventListener("click", ({ target }) => {
  const keep = target.closest("[data-keep]");
  for (const pop of open()) {
    if (keep && pop.contains(keep)) close(pop, { focus: true });
    else if (!pop.contains(target)) close(pop);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const last = open().at(-1);
  if (last) close(last, { focus: true });
});
