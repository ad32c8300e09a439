// The screen for a wall: the time, and what is on air. It stays awake where it may.

import { keepTrue } from "./places.js";
import "./themes.js";

const time = document.querySelector("[data-clock]");
const date = document.querySelector("[data-date]");
const lostNote = document.querySelector("#said");
const hours = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const days = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });

function tick() {
  const now = new Date();
  time.textContent = hours.format(now);
  time.dateTime = now.toISOString();
  date.textContent = days.format(now);
  setTimeout(tick, 1000 - (Date.now() % 1000));
}

async function stayAwake() {
  if (document.hidden || !("wakeLock" in navigator)) return;
  await navigator.wakeLock.request("screen").catch(() => {});
}

tick();
stayAwake();
document.addEventListener("visibilitychange", stayAwake);
keepTrue({
  lost: (is) => {
    lostNote.textContent = is ? "The server does not answer. What you see may be old." : "";
  },
});
