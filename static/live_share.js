// One stream for all tabs of a browser: a browser opens six connections to a
// host, and the player needs one of them.
//
// The tabs that are seen queue for a lock. Who holds it is the leader, opens the
// stream, and gives what it hears to the others. A tab that is hidden leaves the
// queue, and the lock if it has it, so that the next one takes over. Without
// locks or channels each tab has a stream of its own.
//
// Levels come only of the mounts that some tab looks at: each tab says of which, and
// the leader asks the server for all of them.

import { Stream } from "./live_stream.js";

export class Share {
  #env;
  #address;
  #name;
  #heard;
  #known;
  #channel = null;
  #stream = null;
  #leave = null;
  #mark = `${Date.now()} ${Math.random()}`;
  #levels = [];
  #others = new Map();
  #asked = "";

  /** `heard(event, data)`; `known()` gives the events that bring others up to date. */
  constructor(env, address, heard, known) {
    this.#env = env;
    this.#address = address;
    this.#name = `tinyice ${address}`;
    this.#heard = heard;
    this.#known = known;
  }

  /** Whether this tab has the stream. */
  get leads() {
    return this.#stream !== null;
  }

  /** Look at the levels of these mounts, too, and of no others. */
  want(mounts) {
    this.#levels = mounts;
    if (this.leads) this.#ask();
    else this.#channel?.postMessage({ want: mounts, from: this.#mark });
  }

  /** Follow. */
  join() {
    if (this.#leave || this.#stream) return;
    if (!this.#env.locks || !this.#env.BroadcastChannel) {
      this.#lead();
      return;
    }
    this.#channel = new this.#env.BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => this.#take(data);
    this.#queue();
    this.#channel.postMessage({ ask: this.#mark });
    if (this.#levels.length) this.want(this.#levels);
  }

  /** Follow no more, and let another tab lead. */
  part() {
    this.#stream?.close();
    this.#stream = null;
    this.#others.clear();
    this.#channel?.postMessage({ want: [], from: this.#mark });
    this.#channel?.close();
    this.#channel = null;
    this.#leave?.();
    this.#leave = null;
  }

  #queue() {
    const waiting = new AbortController();
    const held = new Promise((release) => {
      this.#leave = () => {
        waiting.abort();
        release();
      };
    });
    const mine = this.#leave;
    this.#env.locks
      .request(this.#name, { signal: waiting.signal }, () => {
        if (this.#leave === mine) this.#lead();
        return held;
      })
      .catch((error) => {
        if (error.name !== "AbortError") throw error;
      });
  }

  #lead() {
    this.#asked = this.#wanted();
    this.#stream = new Stream(this.#env, this.#asked, (event, data) => {
      this.#channel?.postMessage({ events: [[event, data]] });
      this.#heard(event, data);
    });
    this.#channel?.postMessage({ wants: true });
  }

  #wanted() {
    const mounts = [...new Set([...this.#levels, ...[...this.#others.values()].flat()])].sort();
    // no path has a ? in it
    if (!mounts.length) return this.#address;
    const sign = this.#address.includes("?") ? "&" : "?";
    return `${this.#address}${sign}levels=${encodeURIComponent(mounts.join("?"))}`;
  }

  #ask() {
    const wanted = this.#wanted();
    if (wanted === this.#asked) return;
    this.#asked = wanted;
    this.#stream.move(wanted);
  }

  #take(message) {
    if (message.wants && !this.leads && this.#levels.length) this.want(this.#levels);
    if (message.want && this.leads) {
      this.#others.set(message.from, message.want);
      this.#ask();
    }
    if (message.ask && this.leads) this.#channel.postMessage({ events: this.#known(), to: message.ask });
    if (!message.events || this.leads || (message.to && message.to !== this.#mark)) return;
    for (const [event, data] of message.events) this.#heard(event, data);
  }
}
