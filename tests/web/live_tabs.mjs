// The live data of several tabs, without a browser: what a page is given is made here.
//
// Each test is a function; the name of one is the argument of this script.

import assert from "node:assert/strict";
import { Picture } from "./live_picture.js";
import { SILENT_MS, waitBefore } from "./live_stream.js";
import { watcher } from "./live.js";

class Browser {
  now = 0;
  sources = [];
  #timers = new Map();
  #number = 0;
  #channels = new Set();
  #queue = [];

  get open() {
    return this.sources.filter((source) => source.readyState !== 2);
  }

  /** A tab; `without` names what this browser does not know. */
  tab(...without) {
    const browser = this;
    const listeners = [];
    const document = {
      hidden: false,
      addEventListener: (name, work) => listeners.push(work),
    };
    const env = {
      document,
      locks: without.includes("locks") ? undefined : { request: (...args) => browser.#request(...args) },
      BroadcastChannel: without.includes("channels") ? undefined : browser.#channelClass(),
      EventSource: browser.#sourceClass(),
      setTimeout: (work, ms) => browser.#later(work, ms),
      clearTimeout: (timer) => browser.#timers.delete(timer),
    };
    const tab = { told: [], kind: "admin" };
    tab.hide = async (hidden) => {
      document.hidden = hidden;
      for (const work of listeners) work();
      await browser.settle();
    };
    tab.watch = async () => {
      const note = (name) => (value) => tab.told.push([name, value]);
      const watch = watcher(env);
      tab.lookAt = async (...mounts) => {
        watch.lookAt(mounts, note("levels"));
        await browser.settle();
      };
      tab.stop = watch(tab.kind, {
        mount: note("mount"), gone: note("gone"), station: note("station"),
        happened: note("happened"), status: note("status"),
      });
      await browser.settle();
    };
    tab.take = () => tab.told.splice(0);
    return tab;
  }

  async settle() {
    for (let turn = 0; turn < 20; turn += 1) await null;
  }

  async advance(ms) {
    const until = this.now + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= until).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.now = due[1].at;
      due[1].work();
      await this.settle();
    }
    this.now = until;
  }

  async say(event, data) {
    for (const source of this.open) source.emit(event, { data: JSON.stringify(data) });
    await this.settle();
  }

  #later(work, ms) {
    this.#timers.set(++this.#number, { at: this.now + ms, work });
    return this.#number;
  }

  #request(name, { signal }, work) {
    return new Promise((resolve, reject) => {
      const mine = { name, begun: false };
      mine.begin = () => work().finally(() => this.#leave(mine)).then(resolve, reject);
      signal.addEventListener("abort", () => {
        if (mine.begun) return;
        this.#leave(mine);
        reject(Object.assign(new Error("aborted"), { name: "AbortError" }));
      });
      this.#queue.push(mine);
      this.#grant(name);
    });
  }

  #leave(mine) {
    this.#queue = this.#queue.filter((one) => one !== mine);
    this.#grant(mine.name);
  }

  #grant(name) {
    const first = this.#queue.find((one) => one.name === name);
    if (!first || first.begun) return;
    first.begun = true;
    queueMicrotask(first.begin);
  }

  #channelClass() {
    const channels = this.#channels;
    return class {
      constructor(name) {
        this.name = name;
        channels.add(this);
      }
      postMessage(data) {
        const copy = structuredClone(data);
        for (const other of channels) {
          if (other !== this && other.name === this.name) queueMicrotask(() => channels.has(other) && other.onmessage({ data: copy }));
        }
      }
      close() {
        channels.delete(this);
      }
    };
  }

  #sourceClass() {
    const sources = this.sources;
    return class {
      static CLOSED = 2;
      readyState = 1;
      #listeners = {};
      constructor(address) {
        this.address = address;
        sources.push(this);
      }
      addEventListener(name, work) {
        (this.#listeners[name] ??= []).push(work);
      }
      emit(name, event = {}) {
        for (const work of this.#listeners[name] ?? []) work(event);
      }
      close() {
        this.readyState = 2;
      }
    };
  }
}

const LIVE = { mount: "/live", listeners: 3 };

const tests = {
  picture() {
    const picture = new Picture();
    assert.deepEqual(picture.events(), []);
    assert.deepEqual(picture.apply("mounts", { mounts: ["/live"] }), []);
    assert.deepEqual(picture.apply("trend", { mount: "/live", trend: [1, 2] }), []);
    assert.deepEqual(picture.apply("mount", LIVE), [["mount", { ...LIVE, trend: [1, 2] }]]);
    assert.deepEqual(picture.apply("trend", { mount: "/live", trend: [2] }), [["mount", { ...LIVE, trend: [2] }]]);
    assert.deepEqual(picture.apply("happened", { id: 1 }), [["happened", { id: 1 }]]);
    assert.deepEqual(picture.apply("happened", { id: 1 }), []);
    const copy = new Picture();
    for (const [event, data] of picture.events()) copy.apply(event, data);
    assert.deepEqual(copy.told(), picture.told());
    assert.deepEqual(picture.apply("mounts", { mounts: [] }), [["gone", "/live"]]);
    assert.deepEqual(picture.apply("gone", { mount: "/live" }), []);
    for (let id = 0; id < 300; id += 1) picture.apply("happened", { id });
    assert.equal(picture.told().length, 100);
  },

  parts_of_an_autodj() {
    const picture = new Picture();
    picture.apply("mounts", { mounts: [] });
    const now = { part: "now", mount: "/dj", plays: "Glasshouse" };
    assert.deepEqual(picture.apply("studio", now), [["studio", now]]);
    picture.apply("studio", { part: "play", mount: "/dj", state: "play" });
    const paused = { part: "play", mount: "/dj", state: "pause" };
    picture.apply("studio", paused);
    assert.deepEqual(picture.told(), [["studio", now], ["studio", paused]]);
    const gone = { part: "play", mount: "/dj", state: "gone" };
    picture.apply("studio", gone);
    assert.deepEqual(picture.events(), [["mounts", { mounts: [] }], ["studio", gone]]);
  },

  waits() {
    assert.deepEqual([0, 1, 2, 3, 9].map(waitBefore), [2000, 2000, 4000, 8000, 60000]);
  },

  async one_stream_for_all_tabs() {
    const browser = new Browser();
    const tabs = Array.from({ length: 8 }, () => browser.tab());
    for (const tab of tabs) await tab.watch();
    assert.deepEqual(browser.open.map((source) => source.address), ["/admin/events"]);
    await browser.say("mounts", { mounts: ["/live"] });
    await browser.say("mount", LIVE);
    for (const tab of tabs) assert.deepEqual(tab.take(), [["status", "live"], ["mount", LIVE]]);
  },

  async a_tab_that_comes_later_knows_everything() {
    const browser = new Browser();
    const [first, second] = [browser.tab(), browser.tab()];
    await first.watch();
    await browser.say("mounts", { mounts: ["/live"] });
    await browser.say("mount", LIVE);
    await second.watch();
    assert.deepEqual(second.take(), [["status", "live"], ["mount", LIVE]]);
    second.take();
    await browser.tab().watch();
    assert.deepEqual(second.take(), []);
  },

  async the_leader_hands_over_when_hidden() {
    const browser = new Browser();
    const [first, second] = [browser.tab(), browser.tab()];
    await first.watch();
    await second.watch();
    await first.hide(true);
    assert.equal(browser.sources.length, 2);
    assert.equal(browser.open.length, 1);
    await browser.say("mount", LIVE);
    assert.deepEqual(first.take(), []);
    assert.deepEqual(second.take(), [["status", "live"], ["mount", LIVE]]);
    await first.hide(false);
    assert.equal(browser.open.length, 1);
  },

  async hidden_tabs_have_no_stream() {
    const browser = new Browser();
    const tab = browser.tab();
    await tab.hide(true);
    await tab.watch();
    assert.equal(browser.open.length, 0);
    await tab.hide(false);
    assert.equal(browser.open.length, 1);
    tab.stop();
    assert.equal(browser.open.length, 0);
  },

  async old_browsers_have_one_each() {
    const browser = new Browser();
    const tabs = [browser.tab("locks"), browser.tab("channels")];
    for (const tab of tabs) await tab.watch();
    assert.equal(browser.open.length, 2);
    await browser.say("mount", LIVE);
    for (const tab of tabs) assert.deepEqual(tab.take(), [["status", "live"], ["mount", LIVE]]);
    await tabs[0].hide(true);
    assert.equal(browser.open.length, 1);
  },

  async silence_is_stale() {
    const browser = new Browser();
    const tab = browser.tab();
    await tab.watch();
    await browser.say("station", {});
    await browser.advance(SILENT_MS - 1);
    assert.deepEqual(tab.take(), [["status", "live"], ["station", {}]]);
    await browser.advance(1);
    assert.deepEqual(tab.take(), [["status", "stale"]]);
    await browser.advance(4000);
    assert.equal(browser.sources.length, 2);
    assert.equal(browser.open.length, 1);
    await browser.say("station", {});
    assert.deepEqual(tab.take(), [["status", "live"], ["station", {}]]);
  },

  async a_refused_stream_is_tried_again_later() {
    const browser = new Browser();
    const tab = browser.tab();
    await tab.watch();
    for (const wait of [2000, 4000, 8000]) {
      const last = browser.sources.at(-1);
      last.readyState = 2;
      last.emit("error");
      await browser.advance(wait - 1);
      assert.equal(browser.sources.at(-1), last);
      await browser.advance(1);
      assert.notEqual(browser.sources.at(-1), last);
    }
  },

  async levels_are_asked_for_by_who_looks() {
    const browser = new Browser();
    const tab = browser.tab();
    await tab.watch();
    await tab.lookAt("/live", "/a b");
    assert.deepEqual(browser.open.map((source) => source.address), ["/admin/events?levels=%2Fa%20b%3F%2Flive"]);
    assert.equal(browser.sources.length, 2);
    await tab.lookAt("/a b", "/live");
    assert.equal(browser.sources.length, 2);
    await browser.say("levels", { levels: { "/live": [-200, -100] } });
    assert.deepEqual(tab.take(), [["status", "live"], ["levels", { "/live": [-200, -100] }]]);
    await tab.lookAt();
    assert.deepEqual(browser.open.map((source) => source.address), ["/admin/events"]);
  },

  async levels_come_by_the_stream_that_is_there() {
    const browser = new Browser();
    const tab = browser.tab();
    tab.kind = "/admin/events?studio=%2Flive";
    await tab.watch();
    await tab.lookAt("/live");
    assert.deepEqual(browser.open.map((source) => source.address), ["/admin/events?studio=%2Flive&levels=%2Flive"]);
  },

  async the_leader_asks_for_what_all_tabs_look_at() {
    const browser = new Browser();
    const [first, second, third] = [browser.tab(), browser.tab(), browser.tab()];
    for (const tab of [first, second, third]) await tab.watch();
    const asked = () => browser.open.map((source) => decodeURIComponent(source.address.split("=")[1] ?? ""));
    await second.lookAt("/b");
    assert.deepEqual(asked(), ["/b"]);
    await third.lookAt("/c", "/b");
    assert.deepEqual(asked(), ["/b?/c"]);
    await first.hide(true);
    assert.deepEqual(asked(), ["/b?/c"]);
    await third.hide(true);
    assert.deepEqual(asked(), ["/b"]);
    await third.hide(false);
    assert.deepEqual(asked(), ["/b?/c"]);
    await second.hide(true);
    await third.hide(true);
    assert.deepEqual(asked(), []);
  },

  async what_ended_while_nobody_heard_is_gone() {
    const browser = new Browser();
    const tab = browser.tab();
    await tab.watch();
    await browser.say("mounts", { mounts: ["/live"] });
    await browser.say("mount", LIVE);
    await tab.hide(true);
    await tab.hide(false);
    tab.take();
    await browser.say("mounts", { mounts: [] });
    assert.deepEqual(tab.take(), [["gone", "/live"]]);
  },
};

await tests[process.argv[2]]();
process.exit(0);
