// Live data for pages: watch("admin" | "public", { mount, gone, station, happened, status }).
//
// `mount(m)` is called for each mount at first and whenever something of it
// changes, `gone(path)` when it is not told of any more, `station(s)` for the
// sums, `happened(e)` for what happened, and `status("live" | "stale")` when
// what is shown begins or ceases to be up to date. In place of the two names an
// address with other wishes may be given; of an AutoDJ, `studio(part)` tells.
// lookAt(mounts, levels) has levels told, too, by the stream that a page has already.

import { Picture } from "./live_picture.js";
import { Share } from "./live_share.js";
import { SILENT_MS } from "./live_stream.js";

const ADDRESSES = { admin: "/admin/events", public: "/events" };

class Watch {
  #env;
  #share;
  #picture = new Picture();
  #handlers = new Set();
  #status = "";
  #timer = 0;

  constructor(env, address) {
    this.#env = env;
    this.#share = new Share(env, address, (event, data) => this.#hear(event, data), () => this.#picture.events());
    env.document.addEventListener("visibilitychange", () => this.#look());
  }

  add(handlers) {
    this.#handlers.add(handlers);
    for (const [name, value] of this.#picture.told()) handlers[name]?.(value);
    if (this.#status) handlers.status?.(this.#status);
    this.#look();
    return () => {
      this.#handlers.delete(handlers);
      this.#look();
    };
  }

  /** Have the levels of these mounts told, too, and of no others. */
  lookAt(mounts) {
    this.#share.want(mounts);
  }

  #look() {
    if (this.#handlers.size && !this.#env.document.hidden) {
      this.#share.join();
      this.#await();
    } else {
      this.#env.clearTimeout(this.#timer);
      this.#share.part();
    }
  }

  #hear(event, data) {
    this.#await();
    this.#become("live");
    if (event === "levels") this.#tell("levels", data.levels);
    for (const [name, value] of this.#picture.apply(event, data)) this.#tell(name, value);
  }

  #await() {
    this.#env.clearTimeout(this.#timer);
    this.#timer = this.#env.setTimeout(() => this.#become("stale"), SILENT_MS);
  }

  #become(status) {
    if (status === this.#status) return;
    this.#status = status;
    this.#tell("status", status);
  }

  #tell(name, value) {
    for (const handlers of this.#handlers) handlers[name]?.(value);
  }
}

/** The ways to watch and to look in an environment: what a browser gives a page, or a test. */
export function watcher(env) {
  const watches = new Map();
  const looker = { levels: null };
  let looked = null;
  const of = (kind) => {
    if (!watches.has(kind)) watches.set(kind, new Watch(env, ADDRESSES[kind] ?? kind));
    return watches.get(kind);
  };
  const watch = (kind, handlers) => of(kind).add(handlers);
  watch.lookAt = (mounts, levels) => {
    looker.levels = levels;
    if (!looked && mounts.length) {
      looked = watches.values().next().value ?? of("admin");
      looked.add(looker);
    }
    looked?.lookAt(mounts);
  };
  return watch;
}

const here = {
  document: globalThis.document,
  locks: globalThis.navigator?.locks,
  BroadcastChannel: globalThis.BroadcastChannel,
  EventSource: globalThis.EventSource,
  setTimeout: (work, ms) => globalThis.setTimeout(work, ms),
  clearTimeout: (timer) => globalThis.clearTimeout(timer),
};

/** Follow the station; the answer ends it. */
export const watch = watcher(here);

/** Have levels(l) called ten times a second with the levels of these mounts, and of no others. */
export const lookAt = watch.lookAt;
