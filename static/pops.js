// Menus, questions and the sheet open by themselves (they are <details>). Here the
// focus goes into what opens: to what can be filled in, of a menu to its first line,
// else to the question itself, so that a second press does not answer it. And they
// close: one when another opens, all by a press elsewhere, by Escape, and when the
// focus goes on.

const POPS = "details.pop, details.refuse, details.dock-more";

function close(pop, { focus = false } = {}) {
  pop.open = false;
  if (focus) pop.querySelector("summary").focus();
}

function enter(pop) {
  const inside = pop.querySelector(":scope > :not(summary)");
  const field = inside.querySelector(":scope > form :is(input:not([type=hidden]), select, textarea)");
  const lines = inside.matches(".menu, .sheet") ? [...inside.querySelectorAll("a, button, summary")] : [];
  const line = lines.find((one) => one.checkVisibility());
  if (!field && !line) inside.tabIndex = -1;
  (field ?? line ?? inside).focus();
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

document.addEventListener("toggle", ({ target }) => {
  const pressed = target.matches(POPS) && target.open && target.querySelector(":scope > summary") === document.activeElement;
  if (pressed) enter(target);
}, true);

document.addEventListener("focusin", ({ target }) => {
  for (const pop of open()) if (!pop.contains(target)) close(pop);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const last = open().at(-1);
  if (last) close(last, { focus: true });
});
