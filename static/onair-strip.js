// What changes often in a strip is written into it here. What else of a mount
// changes makes another strip of it, which the server draws (see onair-live.js).

import { apart } from "./fields.js";
import { bitRate, count, elapsed } from "./figures.js";
import { setIcon } from "./icons.js";
import { draw } from "./spark.js";

const SHAPES = { ok: "check", warn: "alert", bad: "bad" };
const VARYING = "[data-field], [data-since], [data-meter], .count-pk";

/** What the server must draw anew when it differs. */
export function shape(told) {
  const { name, kind, content_type: type, bitrate_kbps: rate, on_air_since: since } = told;
  const { visible, enabled, configured, waiting, chain, source_ip: ip, source_agent: agent } = told;
  return JSON.stringify([name, kind, type, rate, since, visible, enabled, configured, waiting, chain, ip, agent]);
}

/** A strip less all that is written here: of two that are alike none needs to be replaced. */
export function steadyPart(strip) {
  const copy = strip.cloneNode(true);
  for (const part of copy.querySelectorAll(VARYING)) {
    part.replaceChildren();
    for (const name of ["title", "class", "data-since"]) part.removeAttribute(name);
  }
  for (const path of copy.querySelectorAll(".spark path")) path.removeAttribute("d");
  for (const input of copy.querySelectorAll("input:not([type=hidden])")) input.removeAttribute("value");
  return copy.outerHTML;
}

/** Write what is told of a mount into its strip. */
export function fill(strip, told) {
  write(strip, "listeners", count(told.listeners));
  write(strip, "peak", count(told.listener_peak));
  write(strip, "rate_in", bitRate(told.in_rate).join(" "));
  write(strip, "rate_out", bitRate(told.out_rate).join(" "));
  const spark = strip.querySelector(".count .spark");
  if (spark && told.trend) draw(spark, told.trend);
  showHealth(strip, told.health);
  if (told.kind) showTitle(strip, told.now_playing);
}

/** Let the times of the page go on; `now` is the server's time. */
export function tick(now) {
  for (const time of document.querySelectorAll("[data-since]")) {
    const words = elapsed((now - Date.parse(time.dataset.since)) / 1000);
    if (time.textContent !== words) time.textContent = words;
  }
}

function write(strip, field, words) {
  const place = strip.querySelector(`[data-field="${field}"]`);
  if (place && place.textContent !== words) place.textContent = words;
}

function showHealth(strip, { state, words }) {
  const place = strip.querySelector('[data-field="health"] .health');
  if (!place || place.textContent === words) return;
  place.className = `health ${state === "off" ? "faint" : state}`;
  setIcon(place.querySelector(".i"), SHAPES[state] ?? "power");
  place.lastChild.textContent = words;
}

function showTitle(strip, { artist, title, since }) {
  const head = strip.querySelector('[data-field="title"]');
  if (!head) return;
  const { artist: by, title: plays } = apart({ artist, title });
  write(strip, "title", plays || "No title");
  write(strip, "artist", by);
  head.title = plays;
  head.classList.toggle("faint", !plays);
  strip.querySelector('[data-field="artist"]').title = by;
  const clock = strip.querySelector('[data-field="since"]');
  if (since) clock.dataset.since = since;
  else delete clock.dataset.since;
  if (!since) clock.textContent = "";
  if (!strip.querySelector("details[open]")) offer(strip, { artist, title });
}

// what may be edited is what plays
function offer(strip, values) {
  for (const [name, value] of Object.entries(values)) {
    const input = strip.querySelector(`input[name="${name}"]`);
    if (input) input.value = value;
  }
}
