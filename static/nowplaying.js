// What plays on one mount, as it changes: told by the server where everybody may
// know of the mount, else asked for now and then.

import { apart } from "./fields.js";
import { watch } from "./live.js";

const ASK_MS = 10000;

/** Call `hear` with each change on the mount, `lost` with whether nothing is heard of the server. */
export function nowOn({ mount, shortcode, unlisted }, hear, lost = () => {}) {
  if (unlisted !== undefined) {
    poll(mount, hear, lost);
    return;
  }
  watch("public", {
    mount: (told) => told.mount === mount && hear(fromEvent(told)),
    gone: (path) => path === mount && hear({ on: false, listeners: 0 }),
    status: (status) => lost(status === "stale"),
  });
}

function fromEvent({ name, description, listeners, kind, content_type: type, now_playing: now }) {
  const { text, since, art } = now;
  return { on: true, name, description, listeners, kind, type, text, since, art, ...apart(now) };
}

function fromAnswer({ station, listeners, live, is_online: on, now_playing: now }) {
  const { text } = now.song;
  const { name, description } = station;
  const type = "";
  const since = now.played_at ? new Date(now.played_at * 1000).toISOString() : null;
  const kind = on ? (live.is_live ? "client" : "autodj") : "";
  const art = artHere(now.song.art);
  return { on, name, description, listeners: listeners.total, kind, type, text, since, art, ...apart(now.song) };
}

// the address is for other sites; a logo is shown in another way
function artHere(address) {
  const { pathname, search } = new URL(address, location);
  return pathname.startsWith("/cover/") ? pathname + search : "";
}

function poll(mount, hear, lost) {
  const address = `/api/nowplaying/${encodeURIComponent(mount.slice(1))}`;
  const ask = async () => {
    const answer = await fetch(address, { cache: "no-store" });
    if (answer.status === 404) hear({ on: false, listeners: 0 });
    else if (answer.ok) hear(fromAnswer(await answer.json()));
    lost(answer.status >= 500);
  };
  const again = () => !document.hidden && ask().catch(() => lost(true));
  setInterval(again, ASK_MS);
  document.addEventListener("visibilitychange", again);
}
