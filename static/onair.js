// The front page: play buttons, and titles that stay true.
//
// Every 5 seconds the page asks what is on air. Titles and counts change in
// place; when mounts come or go the list is taken anew from the server, so that
// there is one place that knows how a row looks.

import { Player } from "./player.js";

const POLL_MS = 5000;

const root = document.documentElement;
const toast = document.querySelector("#toast");
const player = new Player(show);
let polling = 0;
let toastTimer = 0;
let lost = false;

function places(mount) {
  return [...document.querySelectorAll("[data-mount]")].filter((el) => el.dataset.mount === mount);
}

function nameOf(mount) {
  return places(mount)[0]?.dataset.name ?? mount;
}

function show({ mount, state, waitMs }) {
  mark();
  const name = nameOf(mount);
  if (state === "waiting") say(`${name} stopped. Trying again in ${Math.round(waitMs / 1000)} s.`);
  else if (state === "failed") say(`${name} can't be played here. Press play to try again.`);
  else say("");
}

function mark() {
  const on = !["idle", "failed"].includes(player.state);
  const busy = ["connecting", "waiting"].includes(player.state);
  for (const place of document.querySelectorAll("[data-mount]")) {
    const mine = place.dataset.mount === player.mount;
    place.classList.toggle("is-on", mine && on);
    place.classList.toggle("is-busy", mine && busy);
    const button = place.querySelector("[data-play]");
    button.setAttribute("aria-label", `${mine && on ? "Stop" : "Play"} ${place.dataset.name}`);
  }
}

function say(text, forMs = 0) {
  clearTimeout(toastTimer);
  toast.textContent = text;
  if (forMs) toastTimer = setTimeout(() => say(""), forMs);
}

function write(place, field, text) {
  const el = place.querySelector(`[data-field="${field}"]`);
  if (el && el.textContent !== text) el.textContent = text;
}

function shown() {
  return [...document.querySelectorAll(".row")]
    .map((row) => `${row.dataset.mount} ${row.dataset.state} ${row.dataset.name}`)
    .join("\n");
}

async function ask(address) {
  const response = await fetch(address, { cache: "no-store" });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response;
}

async function refresh() {
  const status = await (await ask("/api/status")).json();
  const now = status.mounts.map((m) => `${m.mount} ${m.state} ${m.name}`).join("\n");
  if (now !== shown()) return redraw();
  for (const mount of status.mounts) {
    for (const place of places(mount.mount)) {
      write(place, "now", mount.now_playing.text || mount.description);
      write(place, "format", mount.format);
      write(place, "listeners", `${mount.listeners} listening`);
    }
  }
  const total = document.querySelector("[data-total]");
  if (total) total.textContent = `${status.listeners} listening`;
}

async function redraw() {
  const text = await (await ask("/")).text();
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("main");
  const focused = document.activeElement?.closest("[data-mount]");
  document.querySelector("main").replaceWith(fresh);
  mark();
  if (focused) places(focused.dataset.mount).at(-1)?.querySelector("[data-play]").focus();
}

async function poll() {
  try {
    await refresh();
    if (lost) say("The server is back.", 3000);
    lost = false;
  } catch {
    if (!lost) say("The server does not answer. What you see may be old.");
    lost = true;
  }
  schedule();
}

function schedule() {
  clearTimeout(polling);
  if (!document.hidden) polling = setTimeout(poll, POLL_MS);
}

root.classList.add("js");
if (matchMedia("(prefers-contrast: more)").matches) root.dataset.theme = "contrast";
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-play]");
  if (button) player.toggle(button.closest("[data-mount]").dataset.mount);
});
document.addEventListener("visibilitychange", () => (document.hidden ? schedule() : poll()));
mark();
schedule();
