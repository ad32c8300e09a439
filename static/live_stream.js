// One stream of events from the server, as long as it is wanted.
//
// A browser comes again by itself when a stream breaks, and tells what it knew
// last. It does not when it was refused (too many streams, the session is over),
// nor when a connection is dead and nobody says so: then it is done here, later
// each time.

const EVENTS = ["mounts", "station", "mount", "gone", "trend", "studio", "happened", "levels"];
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 60000;

export const SILENT_MS = 20000;

/** How long to wait before the next try, after so many in vain. */
export function waitBefore(tries) {
  return Math.min(FIRST_WAIT_MS * 2 ** Math.max(0, tries - 1), LONGEST_WAIT_MS);
}

export class Stream {
  #env;
  #address;
  #heard;
  #source = null;
  #timer = 0;
  #tries = 0;

  /** `heard(event, data)` is called for each event. */
  constructor(env, address, heard) {
    this.#env = env;
    this.#address = address;
    this.#heard = heard;
    this.#open();
  }

  /** Go on with another address: it is all told anew. */
  move(address) {
    this.#address = address;
    this.close();
    this.#open();
  }

  /** No more. */
  close() {
    this.#env.clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #open() {
    const source = new this.#env.EventSource(this.#address);
    this.#source = source;
    for (const name of EVENTS) {
      source.addEventListener(name, (event) => {
        if (source !== this.#source) return;
        this.#tries = 0;
        this.#watch();
        this.#heard(name, JSON.parse(event.data));
      });
    }
    source.addEventListener("error", () => {
      if (source === this.#source && source.readyState === this.#env.EventSource.CLOSED) this.#again();
    });
    this.#watch();
  }

  #watch() {
    this.#env.clearTimeout(this.#timer);
    this.#timer = this.#env.setTimeout(() => this.#again(), SILENT_MS + waitBefore(this.#tries));
  }

  #again() {
    this.close();
    this.#tries += 1;
    this.#timer = this.#env.setTimeout(() => this.#open(), waitBefore(this.#tries));
  }
}
