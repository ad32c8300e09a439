// What the server tells of the AutoDJ that this page shows, part by part, and what
// time it is there.

import { watch } from "./live.js";

const SAMPLES = 8;

const studio = document.querySelector("[data-studio-of]");
const parts = new Map();
const handlers = new Map();
const skews = [];

/** The mount of the page. */
export const mount = studio.dataset.studioOf;

// What was told a while ago makes the server's clock seem slow, never fast.
function sample(moment, at) {
  skews.push(Date.parse(moment) - at);
  if (skews.length > SAMPLES) skews.shift();
}

/** The time at the server. */
export function serverNow() {
  return Date.now() + Math.max(...skews);
}

/** What was told last of a part: "now", "play", "next", "mix" or "lists". */
export function told(part) {
  return parts.get(part) ?? null;
}

/** Call `handler` with a part whenever it is told, and at once if it was; "status" and "mount" too. */
export function on(part, handler) {
  handlers.set(part, [...(handlers.get(part) ?? []), handler]);
  if (parts.has(part)) handler(parts.get(part));
}

function tell(part, data) {
  if (data.state === "gone") for (const name of ["now", "next", "lists"]) parts.delete(name);
  parts.set(part, data);
  for (const handler of handlers.get(part) ?? []) handler(data);
}

/** Begin to follow, once everybody has said what they want to know. */
export function follow() {
  watch(`/admin/events?${new URLSearchParams({ mount, with: "studio" })}`, {
    station: ({ time }) => sample(time, Date.now()),
    mount: (told) => told.mount === mount && tell("mount", told),
    studio: (data) => tell(data.part, data),
    happened: (data) => tell("happened", data),
    status: (status) => tell("status", status),
  });
}

sample(studio.dataset.now, performance.timeOrigin + performance.now());
