// The frame for other sites: one button, one title. It plays when it is pressed.

import { showArt } from "./art.js";
import { write } from "./fields.js";
import { showPlaying, showTitle, takeKeys } from "./media.js";
import { nowOn } from "./nowplaying.js";
import { canPlay } from "./player.js";
import { Programme } from "./programme.js";
import { showTally } from "./tally.js";

const frame = document.querySelector("[data-mount]");
const programme = new Programme(frame.dataset.src, "onAir" in frame.dataset, show);
let { title, artist } = frame.dataset;

function words() {
  if (programme.state === "waiting") return "Stopped. Trying again.";
  if (programme.state === "blocked") return "Press play again.";
  if (programme.state === "off") return "Off air. It plays when it comes back.";
  if (!programme.onAir) return "Off air";
  return canPlay(frame.dataset.type) ? "" : "This browser can't play it. Open it in another player.";
}

function show() {
  const on = programme.wanted;
  frame.classList.toggle("is-on", on);
  frame.classList.toggle("is-busy", on && programme.state !== "playing");
  const button = frame.querySelector("[data-play]");
  button.setAttribute("aria-label", `${on ? "Stop" : "Play"} ${frame.dataset.name}`);
  showPlaying(on);
  write(frame, "title", (programme.onAir && title) || frame.dataset.name);
  write(frame, "artist", words() || artist);
}

function hear(now) {
  if (now.on) {
    frame.dataset.name = now.name;
    frame.dataset.type = now.type;
    write(frame, "name", now.name);
    showTitle(now);
  }
  showArt(frame, now.on ? now.art : "");
  title = now.on ? now.title : "";
  artist = now.on ? now.artist : "";
  showTally(frame.querySelector(".tally"), now.on ? now.kind : "");
  if (now.on !== programme.onAir) programme.hear(now.on);
  else show();
}

document.documentElement.classList.add("js");
frame.querySelector("[data-play]").addEventListener("click", () => programme.toggle());
takeKeys({ play: () => programme.start(), stop: () => programme.stop() });
nowOn(frame.dataset, hear);
show();
