// What a meter shows of the levels that it is told, as numbers: nothing here knows a page.
//
// The average follows as a VU meter does, the peak rises at once and falls 20 dB in
// 1.5 s, and the highest peak is held for a while. All in tenths of dBFS.

export const LOWEST = -1000;

const SILENCE = -900;
const HELD_MS = 2500;
const FALL_PER_MS = 200 / 1500;
const REACHES_MS = 300;
const SILENT_MS = 1500;
const BENDS = [
  // IEC 60268-18: from so many dBFS on, so much of the scale for each
  [-70, 0.25, 0],
  [-60, 0.5, 2.5],
  [-50, 0.75, 7.5],
  [-40, 1.5, 15],
  [-30, 2, 30],
  [-20, 2.5, 50],
];

/** How far along the scale a level stands, from 0 to 1. */
export function deflection(tenths) {
  const db = tenths / 10;
  let part = 0;
  for (const [from, slope, base] of BENDS) {
    if (db >= from) part = base + (db - from) * slope;
  }
  return Math.min(1, Math.max(0, part / 100));
}

/** A level in words, with a minus that is one; below what is heard there is only a dash. */
export function words(tenths) {
  if (tenths <= SILENCE) return "–";
  return (tenths / 10).toFixed(1).replace("-", "−");
}

/** One channel over time. */
export class Channel {
  average = LOWEST;
  peak = LOWEST;
  held = LOWEST;
  /** The average as the server told it last. */
  told = LOWEST;
  #heldAt = 0;

  /** This was told now. */
  take(average, peak, now) {
    this.told = average;
    this.peak = Math.max(this.peak, peak);
    if (peak >= this.held || now - this.#heldAt >= HELD_MS) {
      this.held = peak;
      this.#heldAt = now;
    }
  }

  /** So much time has passed; whether anything still moves. */
  go(ms, now) {
    const before = [this.average, this.peak, this.held];
    // 99 % of the way in 300 ms
    this.average += (this.told - this.average) * (1 - 0.01 ** (ms / REACHES_MS));
    if (Math.abs(this.told - this.average) < 1) this.average = this.told;
    this.peak = Math.max(this.told, this.peak - ms * FALL_PER_MS, LOWEST);
    if (now - this.#heldAt >= HELD_MS && this.held > this.peak) this.held = this.peak;
    return before.some((value, at) => value !== [this.average, this.peak, this.held][at]);
  }
}

/** The levels of one mount. */
export class Levels {
  channels = [];
  #at = 0;

  /** Average and peak, channel by channel, as the server tells them. */
  take(told, now) {
    const count = told.length / 2;
    if (this.channels.length !== count) this.channels = Array.from({ length: count }, () => new Channel());
    this.channels.forEach((channel, at) => channel.take(told[2 * at], told[2 * at + 1], now));
    this.#at = now;
  }

  /** Whether they are known at this moment. */
  isKnown(now) {
    return this.channels.length > 0 && now - this.#at < SILENT_MS;
  }

  /** Let time pass; whether anything still moves. */
  go(ms, now) {
    return this.channels.map((channel) => channel.go(ms, now)).some(Boolean);
  }

  /** What somebody is told who does not see it. */
  get spoken() {
    const names = this.channels.length === 1 ? [""] : ["left ", "right "];
    return this.channels
      .map(({ told, held }, at) => names[at] + (told <= SILENCE ? "silent" : `${words(told)} dB, peak ${words(held)} dB`))
      .join("; ");
  }
}
