// Listening in: one player at the side, whose volume is kept. Without scripts the
// same links lead to the streams.

import { Player } from "./player.js";

const KEPT = "tinyice-monitor-volume";
const WORDS = {
  blocked: "Press again for",
  connecting: "Connecting to",
  playing: "Listening in",
  waiting: "Trying again",
  failed: "Can't be played here",
};

const place = document.querySelector("[data-monitor]");
const slider = place.querySelector("[data-monitor-volume]");
const player = new Player(show);
let mount = "";

function kept() {
  try {
    return localStorage.getItem(KEPT) ?? slider.value;
  } catch {
    return slider.value;
  }
}

function keep() {
  try {
    localStorage.setItem(KEPT, slider.value);
  } catch {
    // then it is as loud as it was made the next time
  }
}

function loud() {
  slider.style.setProperty("--v", `${slider.value}%`);
  // as ears hear it: half way is half as loud
  player.audio.volume = (slider.value / 100) ** 2;
}

function show() {
  place.hidden = player.state === "idle";
  place.querySelector("[data-monitor-mount]").textContent = mount;
  place.querySelector("[data-monitor-state]").textContent = WORDS[player.state] ?? "";
  markListening();
}

/** Let the buttons of all strips say which mount is heard. */
export function markListening() {
  for (const link of document.querySelectorAll("[data-listen]")) {
    const on = player.wanted && link.dataset.listen === mount;
    link.setAttribute("role", "button");
    link.setAttribute("aria-pressed", String(on));
    link.classList.toggle("is-on", on);
    link.querySelector("[data-listen-words]").textContent = on ? "Listening" : "Listen in";
  }
}

function toggle(link) {
  mount = link.dataset.listen;
  player.toggle(link.getAttribute("href"));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-listen]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  toggle(link);
});
document.addEventListener("keydown", (event) => {
  const link = event.key === " " && event.target.closest("[data-listen]");
  if (!link) return;
  event.preventDefault();
  toggle(link);
});
place.querySelector("[data-monitor-stop]").addEventListener("click", () => player.stop());
slider.value = kept();
slider.addEventListener("input", loud);
slider.addEventListener("change", keep);
loud();
markListening();
