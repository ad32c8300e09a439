// The playlist, the queue and history of the Studio: moved by hand and by keys, and kept
// true when somebody else edits them, in another tab or with a program.

import { isBusy, lists, order } from "./studio_columns.js";
import { dragRows } from "./studio_drag.js";
import { rowOf } from "./studio_rows.js";
import { on } from "./studio_state.js";
import { toast } from "./toast.js";

const SOON_MS = 150;
const NOW_ABOVE = 3;
const section = lists.section;

let timer = 0;

function failed() {
  toast("The lists do not answer", { tone: "bad", detail: "What you see may be old. Try again." });
}

// ---------- moved ----------

function form() {
  return section.querySelector("[data-edits]");
}

const nameOf = (row) => row.querySelector("p").textContent;

/** Move an entry from one place of the whole list to another; it is seen there at once. */
function move(key, from, to) {
  const rows = lists.rows;
  const place = Math.min(rows.total - 1, Math.max(0, to));
  if (place === from) return;
  // in front of whom it comes to stand, when it is no longer where it was
  const behind = rows.at(place > from ? place + 1 : place);
  if (!behind && place !== rows.total - 1) return;
  const row = rows.of(key);
  const words = row ? `${nameOf(row)}: place ${place + 1} of ${rows.total}` : "";
  if (row) put(row, behind);
  order(form(), null, { words, extra: { do: `move ${key} ${behind?.dataset.key ?? 0}` } });
}

function put(row, behind) {
  const focused = row.contains(document.activeElement) && document.activeElement;
  row.parentElement.insertBefore(row, behind);
  focused?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

dragRows(section, { rows: () => lists.rows, drop: move });

section.addEventListener("keydown", (event) => {
  const row = rowOf(event.target);
  if (!row || !lists.rows || event.ctrlKey || event.metaKey) return;
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const place = lists.rows.place(row);
  if (event.altKey && step && form()) stop(event, () => move(row.dataset.key, place, place + step));
  else if (event.altKey || event.target.closest(".menu")) return;
  else if (step) stop(event, () => goTo(place + step, event.target));
  else if (event.key === "Home") stop(event, () => goTo(0, event.target));
  else if (event.key === "End") stop(event, () => goTo(lists.rows.total - 1, event.target));
  else if (event.key === "Delete" && form()) stop(event, () => remove(row));
});

function stop(event, act) {
  event.preventDefault();
  act();
}

function goTo(place, from) {
  const kind = from.matches("summary") ? "summary" : "[data-main]";
  lists.rows.go(place, kind).catch(failed);
}

function remove(row) {
  const button = row.querySelector('button[value^="remove "]');
  const next = row.nextElementSibling ?? row.previousElementSibling;
  next?.querySelector("[data-main]")?.focus({ preventScroll: true });
  order(form(), button, { words: `${nameOf(row)} removed` });
}

// ---------- pressed ----------

section.addEventListener("submit", (event) => {
  event.preventDefault();
  const { target, submitter } = event;
  const row = rowOf(submitter);
  const words = submitter?.value.startsWith("move ") && row ? `${nameOf(row)} moved` : "";
  order(target, submitter, { words });
});
section.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-leads]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  lists.lead(lists.pick(new URL(link.href).searchParams)).then(showNow).catch(failed);
});

// A menu at the foot of the list opens upwards.
section.addEventListener("toggle", ({ target: pop }) => {
  if (!pop.matches("details.pop") || !rowOf(pop)) return;
  pop.classList.remove("is-up");
  if (!pop.open) return;
  const menu = pop.querySelector(".menu").getBoundingClientRect();
  pop.classList.toggle("is-up", menu.bottom > lists.rows.list.getBoundingClientRect().bottom);
}, true);

// ---------- kept true ----------

function soon() {
  clearTimeout(timer);
  // what comes back from an order is newer than what would be asked for now
  timer = setTimeout(() => (isBusy() ? soon() : lists.refresh().catch(() => {})), SOON_MS);
}

function isBehind(now) {
  const shown = section.querySelector(".tabs").dataset;
  const seen = [shown.playlist, shown.queue, shown.played].map(Number);
  return [now.playlist, now.queue, now.played].some((one, at) => one !== seen[at]);
}

function showNow() {
  const row = section.querySelector("[data-rows] > .is-now");
  if (row) lists.rows.show(lists.rows.place(row), NOW_ABOVE);
}

let state = "";
on("lists", (now) => { if (isBehind(now)) soon(); });
on("play", (play) => {
  // times shift when it is paused, goes on, or is elsewhere in the track
  if (state) soon();
  state = play.state;
});
showNow();
