// Places that show a mount, [data-mount], kept true by what the server tells.
//
// Titles and counts change in place. When mounts come or go the list is taken
// anew from the server, so that there is one place that knows how a row looks.

import { showArt } from "./art.js";
import { apart, counted, write } from "./fields.js";
import { watch } from "./live.js";
import { showTally } from "./tally.js";

const SOON_MS = 700;
const known = new Map();
let renewing = 0;
let told = () => {};

/** All places of one mount. */
export function places(mount) {
  return [...document.querySelectorAll("[data-mount]")].filter((el) => el.dataset.mount === mount);
}

/** Take the list of this page anew, in a moment; `address` where it is another page's. */
export function renew(address = location.href, wait = SOON_MS) {
  clearTimeout(renewing);
  renewing = setTimeout(() => fetchList(address).catch(() => renew(address, 5000)), wait);
}

/** Keep the page true. `renewed` is called when its list was taken anew, `lost` with whether what it shows may be old. */
export function keepTrue({ renewed = () => {}, lost = () => {} } = {}) {
  told = renewed;
  watch("public", {
    mount: show,
    gone: leave,
    station: ({ listeners }) => {
      for (const el of document.querySelectorAll("[data-total]")) {
        el.textContent = counted(listeners, el.dataset.total !== "figure");
      }
    },
    status: (status) => lost(status === "stale"),
  });
}

function show(mount) {
  const isNew = !known.has(mount.mount);
  known.set(mount.mount, mount);
  const here = places(mount.mount);
  const list = document.querySelector("[data-list]");
  // a search shows what it found, and a full list the ones that it has room for
  const hasRoom = list && !list.dataset.list && !("full" in list.dataset);
  if (isNew && !here.length && hasRoom) renew();
  for (const place of here) fill(place, mount);
  count();
}

function count() {
  for (const el of document.querySelectorAll("[data-on-air-count]")) {
    el.textContent = counted(known.size, false);
  }
}

function fill(place, mount) {
  const { text, art } = mount.now_playing;
  const { artist, title } = apart(mount.now_playing);
  place.dataset.name = mount.name;
  write(place, "name", mount.name);
  write(place, "now", text || mount.description);
  write(place, "title", title || mount.description || mount.name);
  write(place, "artist", artist);
  write(place, "listeners", counted(mount.listeners, place.dataset.count !== "figure"));
  if (place.querySelector(".ident")) showArt(place, art);
  const tally = place.querySelector(".tally");
  if (tally) showTally(tally, mount.kind);
}

function leave(path) {
  known.delete(path);
  count();
  if (places(path).length) renew();
}

async function fetchList(address) {
  const response = await fetch(address, { cache: "no-store" });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector("[data-renew]");
  const old = document.querySelector("[data-renew]");
  if (!fresh || !old) return;
  const focused = document.activeElement?.closest("[data-mount]")?.dataset.mount;
  old.replaceWith(fresh);
  for (const mount of known.values()) for (const place of places(mount.mount)) fill(place, mount);
  told();
  if (focused) places(focused).at(-1)?.querySelector("[data-play]")?.focus();
}
