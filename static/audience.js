// The audience page: what it shows is fetched anew every few seconds, questions are
// asked in a dialog, and counts follow the station at once.

import "./console.js";
import { answered } from "./answered.js";
import { toast } from "./toast.js";
import { watch } from "./live.js";

const EVERY_MS = 5000;
const PARTS = ["counts", "trend", "rows"];

const dialog = document.querySelector("#asking");
const stale = document.querySelector("#stale");
const only = document.querySelector("#audience").dataset.mount;

// ---------- what is shown ----------

function fetched(address, options = {}) {
  return answered(address, { ...options, signal: AbortSignal.timeout(15000) });
}

// Who is choosing, reading figures or typing is not disturbed.
function isInUse(part) {
  if (part.id === "rows") return dialog.open || part.querySelector("input:checked") || part.contains(document.activeElement);
  return part.contains(document.activeElement);
}

function renew(page) {
  for (const id of PARTS) {
    const [here, there] = [document.getElementById(id), page.getElementById(id)];
    if (!here || !there || isInUse(here)) continue;
    const opened = here.querySelector("details")?.open;
    here.replaceWith(there);
    if (opened) there.querySelector("details")?.setAttribute("open", "");
  }
  dress();
}

let isFetching = false;
async function refresh() {
  if (isFetching) return;
  isFetching = true;
  try {
    const { response, page, done } = await fetched(`/admin/audience/list${location.search}`);
    // a page of another kind: the login, for one, after the session has ended
    if (response.redirected) location.reload();
    else if (done) renew(page);
    stale.hidden = done;
  } catch {
    stale.hidden = false;
  } finally {
    isFetching = false;
  }
}

setInterval(() => { if (!document.hidden) refresh(); }, EVERY_MS);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });

// ---------- ticks ----------

const ticks = () => [...document.querySelectorAll('#rows tbody input[type="checkbox"]')];

function count() {
  const boxes = ticks();
  const picked = boxes.filter((box) => box.checked).length;
  for (const box of boxes) {
    const row = box.closest("tr");
    if (box.checked) row.setAttribute("aria-selected", "true");
    else row.removeAttribute("aria-selected");
  }
  const bulk = document.querySelector("[data-bulk]");
  if (!bulk) return;
  bulk.hidden = picked === 0;
  bulk.querySelector("[data-picked]").textContent = `${picked} selected`;
  const all = document.querySelector("[data-all] input");
  if (!all) return;
  all.checked = picked === boxes.length;
  all.indeterminate = picked > 0 && picked < boxes.length;
}

function dress() {
  const all = document.querySelector("[data-all]");
  if (all) all.hidden = false;
  count();
}

document.addEventListener("change", ({ target }) => {
  if (target.closest("[data-all]")) for (const box of ticks()) box.checked = target.checked;
  if (target.closest("#rows")) count();
  if (target.matches("[data-goes]")) target.form.requestSubmit();
});

// ---------- questions ----------

function show(page) {
  const question = page.getElementById("question");
  if (!question) { location.reload(); return; }
  dialog.replaceChildren(...question.childNodes);
  if (!dialog.open) dialog.showModal();
  (dialog.querySelector('[aria-invalid="true"]') ?? dialog.querySelector("select, input:not([type=hidden]), .acts .btn"))?.focus();
}

async function ask(form, pressed) {
  const words = new URLSearchParams(new FormData(form, pressed));
  const { page } = await fetched(`${form.action}?${words}`);
  show(page);
}

async function act(form, pressed) {
  pressed?.setAttribute("aria-disabled", "true");
  const body = new URLSearchParams(new FormData(form, pressed));
  const { response, page } = await fetched(form.action, { method: "POST", body });
  const done = page.querySelector("[data-done]");
  if (!done) { show(page); return; }
  dialog.close();
  for (const box of ticks()) box.checked = false;
  document.activeElement?.blur();
  toast(done.dataset.done);
  if (response.ok) refresh();
}

function failed(error) {
  toast("Not done", { tone: "bad", detail: "The server did not answer." });
  console.debug(error);
}

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.matches("[data-asks]")) ask(form, submitter).catch(failed);
  else if (dialog.contains(form)) act(form, submitter).catch(failed);
  else return;
  event.preventDefault();
});

dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close]")) return;
  event.preventDefault();
  dialog.close();
});
dialog.addEventListener("close", () => dialog.replaceChildren());

// ---------- counts, at once ----------

const counts = new Map();
for (const chip of document.querySelectorAll("[data-count]")) {
  counts.set(chip.dataset.count, Number(chip.textContent.replace(/\D/g, "")));
}

// A full picture comes as many events.
let isTelling = false;
function tellSoon() {
  if (isTelling) return;
  isTelling = true;
  setTimeout(tell, 100);
}

function tell() {
  isTelling = false;
  const total = only ? counts.get(only) ?? 0 : [...counts.values()].reduce((sum, one) => sum + one, 0);
  for (const shown of document.querySelectorAll("[data-now]")) shown.textContent = total.toLocaleString("en");
  for (const chip of document.querySelectorAll("[data-count]")) {
    chip.textContent = (counts.get(chip.dataset.count) ?? 0).toLocaleString("en");
  }
}

watch("admin", {
  mount(told) { counts.set(told.mount, told.listeners); tellSoon(); },
  gone(path) { counts.delete(path); tellSoon(); },
  status(state) { stale.hidden = state !== "stale"; },
});

const told = document.querySelector("#audience > [data-done]");
if (told) {
  toast(told.dataset.done);
  told.remove();
  const address = new URL(location.href);
  for (const name of ["done", "count"]) address.searchParams.delete(name);
  history.replaceState(null, "", address);
}
dress();
