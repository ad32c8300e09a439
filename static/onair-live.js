// The On air page, kept true. Figures and titles are written into the strips as they
// are told; when anything else of a mount changes, or mounts come or go, the page is
// taken anew from the server, which knows how a strip looks, and what differs is put
// in its place. Whoever works in a strip is not disturbed.

import "./console.js";
import { bitRate, count, elapsed } from "./figures.js";
import { watch } from "./live.js";
import "./meters.js";
import { markListening } from "./onair-monitor.js";
import { fill, shape, steadyPart, tick } from "./onair-strip.js";
import { toast } from "./toast.js";

const SOON_MS = 250;
const LATER_MS = 1000;
const REFRESH_MS = 60000;

const told = new Map();
const parts = new WeakMap();
let timer = 0;
let wants = "";
let skew = 0;
let zone = 0;
let began = 0;
let heard = 0;

const list = () => document.querySelector("[data-strips]");
const strips = (within = list()) => [...within.children];
const serverNow = () => Date.now() + skew;

function byClock(moment) {
  return new Date(moment + zone).toISOString().slice(11, 19);
}

function stripOf(mount) {
  return strips().find((strip) => strip.dataset.mount === mount);
}

// "rail": what stands beside the strips; "page": everything
function want(what, ms = SOON_MS) {
  if (wants !== "page") wants = what;
  if (!timer) timer = setTimeout(renew, ms);
}

async function renew() {
  const what = wants;
  wants = "";
  timer = 0;
  try {
    const answer = await fetch(what === "page" ? "/admin/" : "/admin/onair/rail", { cache: "no-store" });
    if (answer.redirected) location.reload();
    else if (answer.ok) put(new DOMParser().parseFromString(await answer.text(), "text/html"), what);
  } catch {
    // the stream of events says that the server is gone, and asks again when it is back
  }
}

function put(fresh, what) {
  putRail(what === "page" ? fresh.querySelector("[data-rail]") : fresh.body);
  if (what !== "page") return;
  putReadouts(fresh);
  putStrips(fresh.querySelector("[data-strips]"));
}

function putRail(fresh) {
  const here = document.querySelector("[data-rail]");
  const [before, after] = [[...here.children], [...fresh.children]];
  after.forEach((section, at) => {
    if (before[at]?.outerHTML !== section.outerHTML && !before[at]?.contains(document.activeElement)) {
      before[at]?.replaceWith(section);
    }
  });
}

function putReadouts(fresh) {
  for (const name of ["peak", "mounts", "on_air", "listeners"]) {
    const from = fresh.querySelector(`[data-total="${name}"]`);
    total(name, from.textContent);
  }
  const line = (page) => page.querySelectorAll(".ro-main .spark path");
  line(document).forEach((path, at) => path.setAttribute("d", line(fresh)[at].getAttribute("d")));
}

function putStrips(fresh) {
  const here = new Map(strips().map((strip) => [strip.dataset.mount, strip]));
  let before = null;
  for (const strip of strips(fresh)) {
    const placed = putStrip(here.get(strip.dataset.mount), strip);
    here.delete(strip.dataset.mount);
    const behind = before ? before.nextElementSibling : list().firstElementChild;
    if (behind !== placed) list().insertBefore(placed, behind);
    before = placed;
  }
  for (const strip of here.values()) strip.remove();
  markListening();
}

function putStrip(old, strip) {
  const part = steadyPart(strip);
  if (old && parts.get(old) === part) return old;
  if (old && isWorkedIn(old)) {
    want("page", LATER_MS);
    return old;
  }
  const focused = old ? controls(old).indexOf(document.activeElement) : -1;
  parts.set(strip, part);
  const known = told.get(strip.dataset.mount);
  if (known) fill(strip, known);
  old?.replaceWith(strip);
  if (focused >= 0) controls(strip)[focused]?.focus();
  return strip;
}

function isWorkedIn(strip) {
  return strip.querySelector("details[open]") !== null || strip.querySelector("input:focus") !== null;
}

function controls(strip) {
  return [...strip.querySelectorAll("a, button, summary")];
}

function total(name, words) {
  const place = document.querySelector(`[data-total="${name}"]`);
  if (place.textContent !== words) place.textContent = words;
}

function rate(name, bits) {
  const place = document.querySelector(`[data-total="${name}"]`);
  const [value, unit] = bitRate(bits);
  place.firstElementChild.textContent = value;
  place.lastElementChild.textContent = unit;
}

function goOn() {
  tick(serverNow());
  document.querySelector("[data-clock]").textContent = byClock(serverNow());
  document.querySelector("[data-uptime]").textContent = elapsed((serverNow() - began) / 1000);
}

// this page was drawn by the server just now
function adopt() {
  const clock = document.querySelector("[data-clock]").getAttribute("datetime");
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(clock) ?? ["", "+", "0", "0"];
  zone = Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60000;
  if (!began) {
    skew = Date.parse(clock) - performance.timeOrigin - performance.now();
    began = Date.parse(clock) - Number(document.querySelector("[data-uptime]").dataset.uptime) * 1000;
  }
  for (const strip of strips()) {
    parts.set(strip, steadyPart(strip));
    const known = told.get(strip.dataset.mount);
    if (known) fill(strip, known);
  }
  markListening();
  say();
}

// what was just done is said over the page, and not again when it is loaded anew
function say() {
  for (const fault of document.querySelectorAll(".strip-fault")) {
    toast(fault.textContent.trim(), { tone: "bad" });
  }
  const said = document.querySelector("[data-said]");
  if (!said) return;
  const undo = said.querySelector("[data-undo]");
  const action = undo && { words: "Undo", run: () => undo.requestSubmit(undo.querySelector("button")) };
  toast(said.querySelector("p").textContent, { action });
  said.hidden = true;
  document.body.append(said);
  history.replaceState(null, "", location.pathname);
}

document.addEventListener("renewed", adopt);
adopt();
setInterval(goOn, 1000);
setInterval(() => document.hidden || want("page"), REFRESH_MS);
watch("admin", {
  mount(now) {
    heard = serverNow();
    const before = told.get(now.mount);
    told.set(now.mount, now);
    if (!before || shape(before) !== shape(now)) want("page");
    const strip = stripOf(now.mount);
    if (strip) fill(strip, now);
    total("mounts", String(told.size));
  },
  gone(mount) {
    told.delete(mount);
    want("page");
  },
  station(sums) {
    skew = Date.parse(sums.time) - Date.now();
    heard = Date.parse(sums.time);
    began = heard - sums.uptime_seconds * 1000;
    total("listeners", count(sums.listeners));
    total("on_air", String(sums.sources));
    rate("rate_in", sums.bytes_in_rate);
    rate("rate_out", sums.bytes_out_rate);
  },
  happened: () => want("rail"),
  status(status) {
    const notice = document.querySelector("[data-stale]");
    notice.hidden = status === "live";
    notice.querySelector("[data-stale-since]").textContent = byClock(heard);
  },
});
