// The waveform of what plays, and the picture of the transition: drawn from what was
// measured of the files, each as high as there is room. Where nothing was measured there
// is a plain line.

import { on, told } from "./studio_state.js";

const PITCH = 3;
const WIDTH = 1000;
const HEIGHT = 100;
const LEAST = 1.5;
const QUIETEST = 48;
const KEPT = 8;

const LANES = { width: 900, height: 44, from: 378, to: 558 };
const WITHOUT_FADE_S = 24;
const LANE_PITCH = 7;
const LOG_BASE = 9;
const RISES = {
  sine: (at) => Math.sin((at * Math.PI) / 2),
  linear: (at) => at,
  logarithmic: (at) => ((1 + LOG_BASE) ** at - 1) / LOG_BASE,
};

const deck = document.querySelector(".deck");
const wave = deck.querySelector(".wave");
const measured = new Map();

/** The largest of `columns` in each of `count` equal parts. */
export function gathered(columns, count) {
  return Array.from({ length: count }, (_, at) => {
    const [first, end] = [Math.floor((at * columns.length) / count), Math.ceil(((at + 1) * columns.length) / count)];
    return Math.max(...columns.slice(first, end));
  });
}

const short = (number) => String(Math.round(number * 100) / 100);

function bar(x, middle, half) {
  return `M${short(x)} ${short(middle - half)}V${short(middle + half)}`;
}

async function peaksAt(address) {
  if (!address) return null;
  if (!measured.has(address)) {
    measured.set(address, fetched(address));
    if (measured.size > KEPT) measured.delete(measured.keys().next().value);
  }
  return measured.get(address);
}

async function fetched(address) {
  try {
    const response = await fetch(address);
    if (response.status !== 200) throw new Error(`${address}: ${response.status}`);
    const { peaks } = await response.json();
    const highest = Math.max(...peaks, QUIETEST);
    if (peaks.length) return peaks.map((peak) => peak / highest);
  } catch {
    // then there is a line
  }
  measured.delete(address);
  return null;
}

async function drawNow() {
  const now = told("now");
  const peaks = await peaksAt(now?.wave);
  if (told("now") !== now) return;
  const line = peaks ? bars(peaks) : `M0 ${HEIGHT / 2}H${WIDTH}`;
  for (const path of wave.querySelectorAll("[data-bars]")) path.setAttribute("d", line);
  wave.classList.toggle("is-plain", !peaks);
}

function bars(peaks) {
  const count = Math.max(40, Math.min(peaks.length, Math.floor(wave.clientWidth / PITCH)));
  const step = WIDTH / count;
  return gathered(peaks, count)
    .map((peak, at) => bar((at + 0.5) * step, HEIGHT / 2, Math.max(LEAST, peak * (HEIGHT / 2))))
    .join("");
}

async function drawMix() {
  const [now, next] = [told("now"), told("next")];
  const place = deck.querySelector("[data-mix-picture]");
  const both = Boolean(now?.entry && next?.entry);
  place.toggleAttribute("hidden", !both);
  deck.querySelector("[data-mix-out]").textContent = both ? now.plays : "";
  deck.querySelector("[data-mix-in]").textContent = both ? next.plays : "";
  if (!both) return;
  const [out, into] = await Promise.all([peaksAt(now.wave), peaksAt(next.wave)]);
  if (told("now") !== now || told("next") !== next) return;
  const fades = next.join_s > 0;
  const [from, to] = fades ? [LANES.from, LANES.to] : [LANES.to, LANES.to];
  const scale = fades ? next.join_s / (to - from) : WITHOUT_FADE_S / LANES.width;
  put("[data-lane=out]", lane(out, now.seconds, (x) => now.seconds - (to - x) * scale));
  put("[data-lane=in]", lane(into, next.seconds, (x) => (x - from) * scale));
  const rise = RISES[next.curve] ?? RISES.linear;
  put("[data-curve=out]", `M0 ${level(1)}H${from}${slope(from, to, (at) => rise(1 - at))}`);
  put("[data-curve=in]", `M${from} ${level(0)}${slope(from, to, rise)}H${LANES.width}`);
  put("[data-marks]", `M${from} 0V92${fades ? `M${to} 0V92` : ""}`);
}

function put(selector, path) {
  deck.querySelector(selector).setAttribute("d", path);
}

// where a track is not, nothing is drawn; where it was not measured, a line
function lane(peaks, seconds, timeAt) {
  const drawn = [];
  for (let x = LANE_PITCH / 2; x < LANES.width; x += LANE_PITCH) {
    const at = timeAt(x) / seconds;
    if (!(at >= 0 && at < 1)) continue;
    const peak = peaks ? peaks[Math.floor(at * peaks.length)] : 0;
    drawn.push(bar(x, LANES.height / 2, Math.max(1, (peak * LANES.height) / 2)));
  }
  return drawn.join("");
}

function level(height) {
  return short(LANES.height - 2 - height * (LANES.height - 4));
}

// how the level goes meanwhile; at once where nothing is faded
function slope(from, to, height) {
  if (from === to) return `V${level(height(1))}`;
  const steps = Array.from({ length: 25 }, (_, at) => at / 24);
  return `L${steps.map((at) => `${short(from + at * (to - from))} ${level(height(at))}`).join(" ")}`;
}

on("now", () => {
  drawNow();
  drawMix();
});
on("next", drawMix);
new ResizeObserver(drawNow).observe(wave);
