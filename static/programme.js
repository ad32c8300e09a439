// One mount and its player: the wish to hear it outlasts its being off air. While
// the server says that nothing is on, nothing is asked for; when it says that
// something is, that plays at once.

import { Player } from "./player.js";

export class Programme {
  #src;
  #tell;
  #player;
  #waits = false;
  onAir;

  /** `tell()` is called after every change. */
  constructor(src, onAir, tell) {
    this.#src = src;
    this.#tell = tell;
    this.onAir = onAir;
    this.#player = new Player(() => this.#changed(), { patient: true });
  }

  get audio() {
    return this.#player.audio;
  }

  /** A state of the player, or "off": it plays when something is on air. */
  get state() {
    return this.#waits ? "off" : this.#player.state;
  }

  /** Whether somebody wants to hear it. */
  get wanted() {
    return this.#waits || this.#player.wanted;
  }

  /** Since when there is sound, and how long it is until the next try. */
  get since() {
    return this.#player.since;
  }

  get waitMs() {
    return this.#player.waitMs;
  }

  start() {
    this.#waits = !this.onAir;
    if (this.#waits) this.#tell();
    else this.#player.play(this.#src);
  }

  stop() {
    this.#waits = false;
    this.#player.stop();
  }

  toggle() {
    if (this.wanted) this.stop();
    else this.start();
  }

  /** The server says whether something is on air. */
  hear(onAir) {
    this.onAir = onAir;
    if (!onAir) this.#changed();
    else if (this.#waits) this.start();
    else this.#player.hurry();
  }

  #changed() {
    if (this.#player.state === "waiting" && !this.onAir) {
      this.#waits = true;
      this.#player.stop();
    } else {
      this.#tell();
    }
  }
}
