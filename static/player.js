// The player: one audio element, one stream at a time.
//
// States: "idle", "blocked" (the browser wants a press first), "connecting" (no
// sound yet), "playing", "waiting" (the stream dropped, it will be tried again),
// "failed" (it will not). A stream that drops is asked for again after 1, 2, 4 ...
// 30 seconds, each with up to half of it taken off by chance, so that a thousand
// listeners do not come back at once; sound resets the count.

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30000;
const SILENT_MS = 10000;
const FRUITLESS_TRIES = 6;
const ASKED_AS = {
  "audio/aacp": "audio/aac",
  "audio/x-aac": "audio/aac",
  "audio/mp3": "audio/mpeg",
  "application/ogg": "audio/ogg",
};

/** How long to wait before the try after `tries` that failed; `chance` is 0 to 1. */
export function waitAfter(tries, chance) {
  const longest = Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS);
  return Math.round(longest * (1 - chance / 2));
}

/** Whether this browser may know how to play a content type. */
export function canPlay(type) {
  const plain = type.split(";")[0].trim().toLowerCase();
  return !plain || new Audio().canPlayType(ASKED_AS[plain] ?? plain) !== "";
}

export class Player {
  audio = new Audio();
  src = "";
  state = "idle";
  waitMs = 0;
  since = 0;
  #tell;
  #patient;
  #heard = false;
  #tries = 0;
  #retry = 0;
  #watch = 0;
  #lastTime = 0;
  #lastMoved = 0;

  /** `tell(player)` is called after every change. A `patient` one never gives up. */
  constructor(tell, { patient = false } = {}) {
    this.#tell = tell;
    this.#patient = patient;
    this.audio.preload = "none";
    this.audio.addEventListener("playing", () => this.#sounding());
    for (const name of ["error", "ended"]) {
      this.audio.addEventListener(name, () => this.#dropped());
    }
    addEventListener("online", () => this.hurry());
  }

  /** Whether somebody wants to hear this. */
  get wanted() {
    return !["idle", "blocked", "failed"].includes(this.state);
  }

  /** Start `src`, or stop it if it is the one that plays. */
  toggle(src) {
    if (this.wanted && src === this.src) this.stop();
    else this.play(src);
  }

  /** Start `src`. */
  play(src) {
    this.#quiet();
    this.#tries = 0;
    this.#heard = false;
    this.src = src;
    this.#connect();
  }

  /** Silence, and no connection kept. */
  stop() {
    this.#quiet();
    this.src = "";
    this.#become("idle");
  }

  /** Do not wait any longer: there is reason to believe that it will work now. */
  hurry() {
    if (this.state !== "waiting") return;
    clearTimeout(this.#retry);
    this.#connect();
  }

  #connect() {
    this.#become("connecting");
    this.audio.src = this.src;
    this.#lastMoved = Date.now();
    this.#watch = setInterval(() => this.#look(), 1000);
    this.audio.play().catch((error) => {
      if (error.name === "NotAllowedError") this.#end("blocked");
    });
  }

  #sounding() {
    if (!this.src) return;
    this.#tries = 0;
    this.#heard = true;
    if (this.state !== "playing") this.since = Date.now();
    this.#become("playing");
  }

  #look() {
    const time = this.audio.currentTime;
    if (time !== this.#lastTime) {
      this.#lastTime = time;
      this.#lastMoved = Date.now();
    } else if (Date.now() - this.#lastMoved > SILENT_MS) {
      this.#dropped();
    }
  }

  #dropped() {
    if (!["connecting", "playing"].includes(this.state)) return;
    this.#quiet();
    this.#tries += 1;
    if (!this.#patient && !this.#heard && this.#tries >= FRUITLESS_TRIES) {
      this.#end("failed");
      return;
    }
    this.waitMs = waitAfter(this.#tries, Math.random());
    this.#retry = setTimeout(() => this.#connect(), this.waitMs);
    this.#become("waiting");
  }

  #end(state) {
    this.#quiet();
    this.#become(state);
  }

  #quiet() {
    clearTimeout(this.#retry);
    clearInterval(this.#watch);
    this.audio.pause();
    this.audio.removeAttribute("src");
    this.audio.load();
  }

  #become(state) {
    this.state = state;
    this.#tell(this);
  }
}
