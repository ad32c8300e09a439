// The page about the server: its figures and the end of its log, asked for every two
// seconds while somebody looks. Who has scrolled up in the log is left there.

import "./console.js";

const EVERY_MS = 2000;
const TOO_LONG_MS = 8000;
const LINES_MAX = 1000;

let timer = 0;
let asked = 0;
let answeredAt = new Date();

const log = () => document.querySelector(".log");
const filter = () => document.querySelector("[data-log-form]");

async function look() {
  clearTimeout(timer);
  const turn = ++asked;
  try {
    const form = new FormData(filter());
    const after = log().dataset.last;
    const words = new URLSearchParams({ after, level: form.get("level"), text: form.get("text") });
    const signal = AbortSignal.timeout(TOO_LONG_MS);
    const answer = await fetch(`/admin/system/now?${words}`, { signal });
    if (answer.redirected || answer.status === 401) return location.reload();
    if (!answer.ok) throw new Error(`${answer.status}`);
    const told = await answer.json();
    if (turn !== asked) return;
    answeredAt = new Date();
    show(told);
    stale(false);
  } catch (error) {
    if (turn !== asked) return;
    stale(true);
    console.debug(error);
  }
  schedule();
}

function schedule() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, EVERY_MS);
}

function stale(isStale) {
  const notice = document.querySelector("[data-stale]");
  notice.hidden = !isStale;
  notice.querySelector("[data-since]").textContent = answeredAt.toLocaleTimeString();
}

function show({ facts, workers, lines, last }) {
  for (const fact of facts) {
    const place = document.querySelector(`[data-fact="${CSS.escape(fact.key)}"]`);
    if (!place) continue;
    write(place.querySelector("[data-value]"), fact.value);
    write(place.querySelector("[data-beside]"), fact.beside);
    place.querySelector("dd").className = fact.state;
  }
  for (const worker of workers) {
    const row = document.querySelector(`[data-worker="${worker.number}"]`);
    write(row?.querySelector("[data-listeners]"), worker.listeners);
    write(row?.querySelector("[data-pulse]"), worker.pulse);
  }
  add(lines, last);
}

function write(place, text) {
  if (place && place.textContent !== text) place.textContent = text;
}

function add(lines, last) {
  const list = log();
  // a server that was started anew counts from one
  if (last < Number(list.dataset.last)) return renew();
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  list.append(...lines.map(item));
  while (list.children.length > LINES_MAX) list.firstElementChild.remove();
  list.dataset.last = last;
  document.querySelector("[data-log-none]").hidden = list.children.length > 0;
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function item(line) {
  const made = document.createElement("li");
  made.className = `log-${line.level}`;
  made.textContent = line.text;
  return made;
}

function renew() {
  log().replaceChildren();
  log().dataset.last = "0";
  return look();
}

function begin() {
  document.querySelector("[data-log-button]").hidden = true;
  log().scrollTop = log().scrollHeight;
  schedule();
}

let typing = 0;
document.addEventListener("input", ({ target }) => {
  if (!target.closest("[data-log-form]")) return;
  clearTimeout(typing);
  typing = setTimeout(renew, 200);
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-log-form]")) return;
  event.preventDefault();
  renew();
});
document.addEventListener("renewed", begin);
document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : look()));
begin();
