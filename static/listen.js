// The page of one mount: it plays at once where the browser allows that. Off air
// it waits, and then plays. What is said stands beside the button that it is about.

import { counted, write } from "./fields.js";
import { showArt } from "./art.js";
import { showPlayed } from "./history.js";
import { showPlaying, showTitle, takeKeys } from "./media.js";
import { nowOn } from "./nowplaying.js";
import { canPlay } from "./player.js";
import { Programme } from "./programme.js";
import { share } from "./share.js";
import { Spectrum } from "./spectrum.js";
import { showTally } from "./tally.js";
import "./copy.js";
import "./install.js";
import "./themes.js";
import "./volume.js";

const stage = document.querySelector("[data-stage]");
const said = document.querySelector("#said");
const clock = stage.querySelector("[data-for]");
const unplayable = stage.querySelector("[data-unplayable]");
const programme = new Programme(stage.dataset.src, "onAir" in stage.dataset, show);
const spectrum = new Spectrum(stage.querySelector("canvas"), programme.audio);
let stale = false;

function words() {
  const { name } = stage.dataset;
  const told = {
    off: `${name} is off air. It plays here when it comes back.`,
    blocked: "Press play to listen.",
    connecting: "Connecting.",
    waiting: `The stream stopped. Trying again in ${Math.ceil(programme.waitMs / 1000)} s.`,
  };
  if (told[programme.state]) return told[programme.state];
  if (stale) return "The server does not answer. The title may be old.";
  return programme.onAir ? "" : "Off air.";
}

function show() {
  const on = programme.wanted;
  const playing = programme.state === "playing";
  stage.classList.toggle("is-on", on);
  stage.classList.toggle("is-busy", on && !playing);
  const button = stage.querySelector("[data-play]");
  button.setAttribute("aria-label", `${on ? "Stop" : "Play"} ${stage.dataset.name}`);
  showPlaying(on);
  if (playing) spectrum.start();
  else spectrum.stop();
  tick();
  if (said.textContent !== words()) said.textContent = words();
}

function tick() {
  const seconds = Math.floor((Date.now() - programme.since) / 1000);
  const pair = (n) => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const long = minutes < 60 ? minutes : `${Math.floor(minutes / 60)}:${pair(minutes % 60)}`;
  const playing = programme.state === "playing";
  clock.textContent = playing ? `playing for ${long}:${pair(seconds % 60)}, ` : "";
}

function hear(now) {
  if (now.on) {
    stage.dataset.name = now.name;
    write(stage, "name", now.name);
    write(stage, "description", now.description);
    showPlayed(now.title ? now : null);
    showTitle(now);
    document.title = [now.text, now.name].filter(Boolean).join(" · ");
    unplayable.hidden = canPlay(now.type);
  }
  showArt(stage, now.on ? now.art : "");
  write(stage, "title", (now.on && now.title) || stage.dataset.name);
  write(stage, "artist", now.on ? now.artist : "");
  write(stage, "listeners", counted(now.listeners));
  showTally(stage.querySelector(".tally"), now.on ? now.kind : "");
  if (now.on !== programme.onAir) programme.hear(now.on);
  else show();
}

document.documentElement.classList.add("js");
stage.querySelector("[data-play]").addEventListener("click", () => programme.toggle());
document.addEventListener("volume", ({ detail }) => {
  programme.audio.volume = detail.volume;
  programme.audio.muted = detail.muted;
});
takeKeys({ play: () => programme.start(), stop: () => programme.stop() });
share(stage.querySelector("[data-share]"));
setInterval(tick, 1000);
nowOn(stage.dataset, hear, (is) => {
  stale = is;
  show();
});
unplayable.hidden = canPlay(stage.dataset.type);
if (unplayable.hidden) programme.start();
