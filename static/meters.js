// Every <div class="meter" data-meter="/mount"> of a page shows the level of that mount, as
// long as the page is seen. The server measures only what a page here looks at.

import { lookAt } from "./live.js";
import { Face } from "./meter_face.js";
import { Levels } from "./meter_level.js";

const FRAME_MS = 33;
const LOOK_MS = 1000;
const LONG_MS = 250;

const places = document.getElementsByClassName("meter");
const faces = new WeakMap();
const byMount = new Map();
const still = matchMedia("(prefers-reduced-motion: reduce)");
const loud = matchMedia("(prefers-contrast: more)");
const light = matchMedia("(prefers-color-scheme: light)");
let wanted = "";
let drawn = 0;
let isDue = false;

function shown() {
  return [...places].filter((place) => place.dataset.meter);
}

function faceOf(place) {
  if (!faces.has(place)) faces.set(place, new Face(place));
  return faces.get(place);
}

// strips are replaced as they change, and columns come and go
function look() {
  const found = shown();
  const mounts = [...new Set(found.map((place) => place.dataset.meter))].sort();
  for (const place of found) faceOf(place);
  for (const mount of byMount.keys()) if (!mounts.includes(mount)) byMount.delete(mount);
  if (mounts.join("?") !== wanted) {
    wanted = mounts.join("?");
    lookAt(mounts, take);
  }
  draw();
}

function take(levels) {
  const now = performance.now();
  for (const [mount, told] of Object.entries(levels)) {
    if (!byMount.has(mount)) byMount.set(mount, new Levels());
    byMount.get(mount).take(told, now);
  }
  draw();
}

function draw() {
  if (isDue || document.hidden) return;
  isDue = true;
  requestAnimationFrame(paint);
}

function paint(now) {
  isDue = false;
  if (now - drawn < FRAME_MS) {
    draw();
    return;
  }
  const passed = Math.min(LONG_MS, now - drawn);
  drawn = now;
  let moves = false;
  for (const levels of byMount.values()) moves = levels.go(passed, now) || moves;
  for (const place of shown()) {
    const levels = byMount.get(place.dataset.meter);
    if (levels?.isKnown(now)) faceOf(place).show(levels, now, still.matches);
    else faceOf(place).rest();
  }
  if (moves && !still.matches) draw();
}

function repaint() {
  for (const place of shown()) faceOf(place).repaint();
  draw();
}

for (const query of [still, loud, light]) query.addEventListener("change", repaint);
new MutationObserver(repaint).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "style"] });
// once the page follows the station: levels come by the stream that it has
setTimeout(look);
setInterval(() => document.hidden || look(), LOOK_MS);
