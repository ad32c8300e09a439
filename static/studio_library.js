// The library of the Studio: what is typed is looked for at once, folders open in place,
// arrows go through what is found, Enter adds, and Shift with Enter plays next.

import { library, order } from "./studio_columns.js";
import { rowOf } from "./studio_rows.js";
import { on } from "./studio_state.js";
import { toast } from "./toast.js";

const TYPED_MS = 200;
const section = library.section;
const field = () => section.querySelector("[data-search] input");
const figures = new Intl.NumberFormat("en");

let timer = 0;
let scanning = 0;
let scanned = null;
let playing = null;

function failed() {
  toast("The library does not answer", { tone: "bad", detail: "What you see may be old. Try again." });
}

// ---------- searched ----------

function look() {
  clearTimeout(timer);
  const state = new URLSearchParams(library.state);
  const words = field().value.trim().replace(/\s+/g, " ");
  if (words === (state.get("find") ?? "")) return;
  state.delete("find");
  state.delete("broken");
  if (words) state.set("find", words);
  library.lead(state).catch(failed);
}

section.addEventListener("input", ({ target }) => {
  if (target !== field()) return;
  clearTimeout(timer);
  timer = setTimeout(look, TYPED_MS);
});
section.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  event.preventDefault();
  if (form.matches("[data-search]")) look();
  else order(form, submitter);
});

// ---------- led ----------

section.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-leads]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const isRow = rowOf(link) !== null;
  const state = library.pick(new URL(link.href).searchParams);
  field().value = state.get("find") ?? "";
  try {
    await library.lead(state);
    if (isRow || document.activeElement === document.body) await library.rows?.go(0);
  } catch {
    failed();
  }
});
section.addEventListener("dblclick", ({ target }) => {
  const row = rowOf(target);
  if (row && !target.closest("a, button")) row.querySelector("button[data-main]")?.click();
});

// ---------- keys ----------

section.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const row = rowOf(event.target);
  const rows = library.rows;
  if (event.target === field() && event.key === "ArrowDown" && rows) go(event, 0);
  else if (row && event.key === "ArrowDown") go(event, rows.place(row) + 1);
  else if (row && event.key === "ArrowUp" && rows.place(row) === 0) leave(event);
  else if (row && event.key === "ArrowUp") go(event, rows.place(row) - 1);
  else if (row && event.key === "Home") go(event, 0);
  else if (row && event.key === "End") go(event, rows.total - 1);
  else if (row && event.key === "Enter" && event.shiftKey) playNext(event, row);
  else if (row && event.key === "Escape") leave(event);
});

function go(event, place) {
  event.preventDefault();
  library.rows.go(place).catch(failed);
}

function leave(event) {
  event.preventDefault();
  field().focus();
}

function playNext(event, row) {
  const button = row.querySelector('button[name="next"]');
  if (!button) return;
  event.preventDefault();
  order(button.form, button);
}

// ---------- scanned ----------

on("lists", (told) => {
  const line = section.querySelector("[data-scan]");
  line.hidden = !told.scanning;
  section.querySelector("[data-scans] button")?.setAttribute("aria-disabled", String(Boolean(told.scanning)));
  line.querySelector("[data-scan-words]").textContent = `Looking through the folder: ${figures.format(told.found)} files read`;
  const isNew = scanned !== null && (told.scanned !== scanned || (scanning && !told.scanning));
  [scanning, scanned] = [told.scanning, told.scanned];
  if (isNew) library.refresh().catch(() => {});
});
on("now", ({ entry }) => {
  if (playing !== null && entry !== playing) library.refresh().catch(() => {});
  playing = entry;
});
