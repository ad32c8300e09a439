// The deck of the Studio, kept true: what is told of what plays is written into it,
// and the time goes on by itself.

import { elapsed } from "./figures.js";
import { setIcon } from "./icons.js";
import { on, serverNow, told } from "./studio_state.js";
import { send } from "./studio_send.js";

const TICK_MS = 250;
const SETTLED_MS = 350;
const TOLD_MS = 1500;
const NOTHING = { entry: 0, plays: "", by: "", album: "", why: "", lufs: "–", gain: "–", peak: "–", length: "", seconds: 0, cover: "", wave: "" };
const DRESSES = ["live", "auto", "fallback", "error"];

const deck = document.querySelector(".deck");
const find = (selector) => deck.querySelector(selector);
const seek = find(".wave-seek");
const wave = find(".wave");
const volume = find("[data-play-volume]");
// where somebody wants to be: theirs until the server says where that is
let held = null;
let aiming = false;
let settling = 0;

function write(kind, part, names) {
  for (const name of names) {
    const place = find(`[data-${kind}="${name}"]`);
    if (place.textContent === part[name]) continue;
    place.textContent = part[name];
    if (place.title) place.title = part[name];
  }
}

function show(place, words) {
  if (place && place.textContent !== words) place.textContent = words;
}

function putCover(image, address) {
  image.hidden = !address;
  if (!address) image.removeAttribute("src");
  else if (image.getAttribute("src") !== address) image.src = address;
}

function putNow(now) {
  write("now", { ...now, plays: now.plays || "Nothing plays" }, ["plays", "by", "album", "why", "lufs", "gain", "peak"]);
  find(".why").hidden = !now.why;
  putCover(find("[data-cover]"), now.cover);
  find("[data-now-entry]").value = now.entry;
  held = null;
  seek.max = Math.max(1, Math.floor(now.seconds));
  seek.disabled = !now.seconds || !("mayRun" in deck.dataset);
  tick();
}

// with the AutoDJ all else ends that was told of it
function leave(isGone) {
  deck.querySelectorAll("form, details").forEach((part) => { part.inert = isGone; });
  if (!isGone) return;
  putNow(NOTHING);
  putNext({ entry: 0, plays: "", line: "", join: "", cover: "" });
}

function putPlay(play) {
  leave(play.state === "gone");
  const tally = find("[data-play=tally] .tally");
  show(tally, play.tally);
  tally.className = DRESSES.includes(play.dress) ? `tally tally-${play.dress}` : "tally";
  show(find("[data-play=words]"), play.words);
  putTransport(play);
  putModes(play);
  if (document.activeElement !== volume && !settling) putVolume(play.volume);
  if (!aiming) held = null;
  tick();
}

// one button, two meanings
function putTransport(play) {
  const does = play.state === "play" ? "pause" : "play";
  const button = find("[data-press=play], [data-press=pause]");
  if (button.dataset.press === does) return;
  const words = does === "pause" ? "Pause" : "Play";
  button.dataset.press = does;
  button.form.setAttribute("action", button.form.getAttribute("action").replace(/\w+$/, does));
  button.setAttribute("aria-label", words);
  button.title = words;
  setIcon(button.querySelector(".i"), does);
}

function putModes(play) {
  for (const [what, is] of [["shuffle", play.shuffle], ["loop", play.loop]]) {
    const button = find(`[data-press=${what}]`);
    button.setAttribute("aria-pressed", String(is));
    button.classList.toggle("is-on", is);
    button.value = is ? "0" : "1";
  }
}

function putVolume(percent) {
  volume.value = percent;
  volume.style.setProperty("--v", `${percent}%`);
}

function putNext(next) {
  const join = next.join || told("mix")?.words || "";
  write("next", { ...next, plays: next.plays || "Nothing comes next", join }, ["plays", "line", "join"]);
  putCover(find("[data-next-cover]"), next.cover);
  find("[data-next-in]").hidden = !next.entry;
  tick();
}

function putMix(mix) {
  find("[data-mix-words]").title = mix.words;
  if (told("next")) putNext(told("next"));
  // what somebody is about to set stays
  if (find(".mix-set").open) return;
  find("#mix-crossfade").value = mix.seconds;
  find("#mix-curve").value = mix.curve;
  find("#mix-gain").value = mix.gain;
}

/** Where the track is now, in seconds. */
function position() {
  const [now, play] = [told("now"), told("play")];
  if (!now?.entry || !play) return 0;
  const passed = play.runs ? (serverNow() - Date.parse(play.at)) / 1000 : 0;
  const at = Math.max(0, play.elapsed_s + passed);
  return now.seconds ? Math.min(at, now.seconds) : at;
}

function tick() {
  if (!told("play")) return;
  const now = told("now") ?? NOTHING;
  const at = position();
  show(find("[data-time=elapsed]"), elapsed(at));
  show(find("[data-time=left]"), now.seconds ? `−${elapsed(now.seconds - Math.floor(at))}` : "–");
  show(find("[data-time=next]"), now.seconds ? elapsed(now.seconds - Math.floor(at) - (told("next")?.join_s ?? 0)) : "–");
  putHead(held ?? at, now);
}

function putHead(at, now) {
  if (held === null && Number(seek.value) !== Math.floor(at)) seek.value = Math.floor(at);
  const share = now.seconds ? at / now.seconds : 0;
  const place = `translate(${(1000 * share).toFixed(1)} 0)`;
  for (const part of wave.querySelectorAll("[data-at]")) part.setAttribute("transform", place);
  seek.setAttribute("aria-valuetext", `${elapsed(at)} of ${now.length}`);
  show(find("[data-time=aim]"), held === null ? "" : `to ${elapsed(held)}`);
}

function soon(work) {
  clearTimeout(settling);
  settling = setTimeout(async () => {
    settling = 0;
    await work();
  }, SETTLED_MS);
}

function letGo() {
  if (!aiming) held = null;
  tick();
}

seek.addEventListener("input", () => {
  aiming = true;
  held = Number(seek.value);
  tick();
});
seek.addEventListener("change", () => soon(async () => {
  aiming = false;
  if (await send(seek.form)) setTimeout(letGo, TOLD_MS);
  else letGo();
}));
volume.addEventListener("input", () => {
  volume.style.setProperty("--v", `${volume.value}%`);
  soon(() => send(volume.form));
});
volume.addEventListener("blur", () => putVolume(told("play")?.volume ?? volume.value));
deck.addEventListener("studio-sent", ({ target }) => {
  const pop = target.closest("details.pop");
  if (pop) pop.open = false;
});
for (const image of deck.querySelectorAll("img.art")) {
  image.addEventListener("error", () => { image.hidden = true; });
}

putVolume(volume.value);
on("now", putNow);
on("play", putPlay);
on("next", putNext);
on("mix", putMix);
on("status", (status) => { document.querySelector("[data-stale]").hidden = status === "live"; });
on("mount", (mount) => show(document.querySelector("[data-deck=listeners]"), `${mount.listeners} listening`));
setInterval(() => document.hidden || tick(), TICK_MS);
