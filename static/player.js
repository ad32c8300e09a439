// The player: one audio element, one mount at a time.
//
// States: "idle", "connecting" (no sound yet), "playing", "waiting" (the stream
// dropped, it will be tried again), "failed" (it will not). A stream that drops
// is asked for again after 1, 2, 4 ... 15 seconds; sound resets the count.

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15000;
const SILENT_MS = 10000;
const FRUITLESS_TRIES = 6;

export class Player {
  #audio = new Audio();
  #tell;
  #tries = 0;
  #retry = 0;
  #watch = 0;
  #lastTime = 0;
  #lastMoved = 0;

  mount = "";
  state = "idle";
  waitMs = 0;

  /** `tell(player)` is called after every change. */
  constructor(tell) {
    this.#tell = tell;
    this.#audio.preload = "none";
    this.#audio.addEventListener("playing", () => this.#sounding());
    for (const name of ["error", "ended"]) {
      this.#audio.addEventListener(name, () => this.#dropped());
    }
  }

  /** Start `mount`, or stop it if it is the one that plays. */
  toggle(mount) {
    const same = mount === this.mount && this.state !== "failed";
    this.stop();
    if (!same) {
      this.mount = mount;
      this.#connect();
    }
  }

  /** Silence, and no connection kept. */
  stop() {
    this.#quiet();
    this.mount = "";
    this.#tries = 0;
    this.#become("idle");
  }

  #connect() {
    this.#become("connecting");
    this.#audio.src = this.mount.split("/").map(encodeURIComponent).join("/");
    this.#lastMoved = Date.now();
    this.#watch = setInterval(() => this.#look(), 1000);
    this.#audio.play().catch((error) => {
      if (error.name === "NotAllowedError") this.#fail();
    });
  }

  #sounding() {
    if (!this.mount) return;
    this.#tries = 0;
    this.#become("playing");
  }

  #look() {
    const time = this.#audio.currentTime;
    if (time !== this.#lastTime) {
      this.#lastTime = time;
      this.#lastMoved = Date.now();
    } else if (Date.now() - this.#lastMoved > SILENT_MS) {
      this.#dropped();
    }
  }

  #dropped() {
    if (!this.mount || this.state === "waiting" || this.state === "failed") return;
    this.#quiet();
    this.#tries += 1;
    if (this.#tries >= FRUITLESS_TRIES) {
      this.#fail();
      return;
    }
    this.waitMs = Math.min(FIRST_WAIT_MS * 2 ** (this.#tries - 1), LONGEST_WAIT_MS);
    this.#retry = setTimeout(() => this.#connect(), this.waitMs);
    this.#become("waiting");
  }

  #fail() {
    this.#quiet();
    this.#tries = 0;
    this.#become("failed");
  }

  #quiet() {
    clearTimeout(this.#retry);
    clearInterval(this.#watch);
    this.#audio.pause();
    this.#audio.removeAttribute("src");
    this.#audio.load();
  }

  #become(state) {
    this.state = state;
    this.#tell(this);
  }
}
