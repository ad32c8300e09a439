// What a page knows of the station, kept up to date event by event.
//
// Nothing here knows a browser: events go in, and what is to be told comes out
// as [name, value] pairs, for the handlers of the same names.

const KEPT = 100;

export class Picture {
  #mounts = new Map();
  #trends = new Map();
  #studio = new Map();
  #happened = new Map();
  #station = null;
  #begun = false;

  /** Take in one event; give what it tells. */
  apply(event, data) {
    if (event === "mounts") return this.#onlyThese(data.mounts);
    if (event === "mount") return this.#mount(data);
    if (event === "trend") return this.#trend(data);
    if (event === "gone") return this.#gone(data.mount);
    if (event === "station") {
      this.#station = data;
      return [["station", data]];
    }
    if (event === "studio") return this.#part(data);
    if (event === "happened") return this.#happens(data);
    return [];
  }

  /** All that is known, for who comes later: as events, to be taken in. */
  events() {
    const mounts = [...this.#mounts.values()];
    if (!this.#begun) return [];
    return [
      ["mounts", { mounts: [...this.#mounts.keys()] }],
      ...(this.#station ? [["station", this.#station]] : []),
      ...mounts.map((mount) => ["mount", mount]),
      ...[...this.#trends].map(([mount, trend]) => ["trend", { mount, trend }]),
      ...[...this.#studio.values()].map((part) => ["studio", part]),
      ...[...this.#happened.values()].map((one) => ["happened", one]),
    ];
  }

  /** All that is known, as it is told. */
  told() {
    return [
      ...(this.#station ? [["station", this.#station]] : []),
      ...[...this.#mounts.values()].map((mount) => ["mount", this.#whole(mount)]),
      ...[...this.#studio.values()].map((part) => ["studio", part]),
      ...[...this.#happened.values()].map((one) => ["happened", one]),
    ];
  }

  #whole(mount) {
    const trend = this.#trends.get(mount.mount);
    return trend ? { ...mount, trend } : mount;
  }

  #mount(mount) {
    this.#mounts.set(mount.mount, mount);
    return [["mount", this.#whole(mount)]];
  }

  #trend({ mount, trend }) {
    this.#trends.set(mount, trend);
    const known = this.#mounts.get(mount);
    return known ? [["mount", this.#whole(known)]] : [];
  }

  #gone(mount) {
    this.#trends.delete(mount);
    return this.#mounts.delete(mount) ? [["gone", mount]] : [];
  }

  #onlyThese(mounts) {
    this.#begun = true;
    const present = new Set(mounts);
    return [...this.#mounts.keys()].filter((mount) => !present.has(mount)).flatMap((mount) => this.#gone(mount));
  }

  // what an AutoDJ was known to do ends with it
  #part(data) {
    if (data.state === "gone") this.#studio.clear();
    this.#studio.set(data.part, data);
    return [["studio", data]];
  }

  #happens(happening) {
    if (this.#happened.has(happening.id)) return [];
    this.#happened.set(happening.id, happening);
    if (this.#happened.size > KEPT) this.#happened.delete(this.#happened.keys().next().value);
    return [["happened", happening]];
  }
}
