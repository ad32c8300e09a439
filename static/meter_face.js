// How a meter looks: one canvas, on which parts of three pictures are put that were drawn
// ahead of time. Nothing of the page moves or is measured while it does.

import { deflection, words } from "./meter_level.js";

const CELL = 4;
const LIT = 3;
const GAP = 4;
const HELD = 3;
const MID = deflection(-120);
const HIGH = deflection(-30);
const SCALE = [-40, -30, -20, -12, -6, 0];
const SAID_MS = 3000;
const NUMBERS_MS = 250;
const STILL_MS = 1000;

/** The place of one meter in the page; `element` is empty, or was drawn into before. */
export class Face {
  #element;
  #canvas = document.createElement("canvas");
  #numbers = make("div", "meter-db");
  #names = make("div", "meter-ch");
  #spoken = make("span", "vh");
  #still = make("p", "meter-still");
  #none = make("p", "meter-none");
  #pictures = null;
  #colours = null;
  #size = { width: 0, height: 0, ratio: 1 };
  #shown = 0;
  #saidAt = -Infinity;
  #numbersAt = -Infinity;
  #stillAt = -Infinity;

  constructor(element) {
    this.#element = element;
    const well = make("div", "meter-well");
    well.setAttribute("aria-hidden", "true");
    well.append(this.#canvas);
    for (const part of [this.#names, this.#numbers]) part.setAttribute("aria-hidden", "true");
    this.#numbers.title = "Held peak in dBFS";
    this.#none.textContent = "Level not measured";
    this.#spoken.setAttribute("role", "meter");
    this.#spoken.setAttribute("aria-label", `Level of ${element.dataset.meter}`);
    this.#spoken.setAttribute("aria-valuemin", "-60");
    this.#spoken.setAttribute("aria-valuemax", "0");
    this.#still.setAttribute("aria-hidden", "true");
    element.replaceChildren(this.#names, well, this.#numbers, scale(), this.#still, this.#none, this.#spoken);
    this.rest();
    new ResizeObserver(([entry]) => this.#resize(entry.contentRect)).observe(this.#canvas);
  }

  /** Whether this is still part of a page. */
  get isThere() {
    return this.#element.isConnected;
  }

  /** The theme is another one. */
  repaint() {
    this.#colours = this.#pictures = null;
  }

  /** There is no level. */
  rest() {
    if (this.#element.classList.contains("is-none")) return;
    this.#element.classList.add("is-none");
    this.#spoken.setAttribute("aria-valuetext", "not measured");
    this.#spoken.setAttribute("aria-valuenow", "-60");
    this.#saidAt = -Infinity;
  }

  /** Show `levels` as they are; `still`: in numbers, and seldom. */
  show(levels, now, still) {
    this.#element.classList.remove("is-none");
    this.#element.classList.toggle("is-still", still);
    this.#count(levels.channels.length);
    this.#say(levels, now);
    if (still) this.#writeStill(levels, now);
    else {
      this.#writeNumbers(levels, now);
      this.#draw(levels.channels);
    }
  }

  #count(count) {
    if (this.#shown === count) return;
    this.#shown = count;
    this.#names.replaceChildren(...(count === 1 ? ["M"] : ["L", "R"]).map(span));
    this.#numbers.replaceChildren(...Array.from({ length: count }, () => span("")));
    this.#element.classList.toggle("is-mono", count === 1);
  }

  #say(levels, now) {
    if (now - this.#saidAt < SAID_MS) return;
    this.#saidAt = now;
    const loudest = Math.max(...levels.channels.map((channel) => channel.told));
    this.#spoken.setAttribute("aria-valuenow", String(Math.round(Math.max(-600, loudest) / 10)));
    this.#spoken.setAttribute("aria-valuetext", levels.spoken);
  }

  #writeNumbers(levels, now) {
    if (now - this.#numbersAt < NUMBERS_MS) return;
    this.#numbersAt = now;
    levels.channels.forEach(({ held }, at) => write(this.#numbers.children[at], words(held)));
  }

  #writeStill(levels, now) {
    if (now - this.#stillAt < STILL_MS) return;
    this.#stillAt = now;
    const names = levels.channels.length === 1 ? [""] : ["L ", "R "];
    const parts = levels.channels.map(({ average, held }, at) => `${names[at]}${words(average)}, peak ${words(held)}`);
    write(this.#still, `${parts.join("   ")} dBFS`);
  }

  #resize({ width, height }) {
    const ratio = devicePixelRatio || 1;
    this.#size = { width: Math.round(width * ratio), height: Math.round(height * ratio), ratio };
    this.#canvas.width = this.#size.width;
    this.#canvas.height = this.#size.height;
    this.#pictures = null;
  }

  #draw(channels) {
    const { width, height, ratio } = this.#size;
    if (!width || !height) return;
    this.#pictures ??= this.#paint(channels.length);
    if (this.#pictures.count !== channels.length) this.#pictures = this.#paint(channels.length);
    const { off, peak, lit, bar } = this.#pictures;
    const pen = this.#canvas.getContext("2d");
    pen.clearRect(0, 0, width, height);
    channels.forEach((channel, at) => {
      const top = Math.round(at * (bar + GAP * ratio));
      pen.drawImage(off, 0, top);
      part(pen, peak, deflection(channel.peak), top);
      part(pen, lit, deflection(channel.average), top);
      const held = deflection(channel.held);
      if (held > 0) {
        pen.fillStyle = this.#colours.held;
        pen.fillRect(Math.max(0, held * width - HELD * ratio), top, HELD * ratio, bar);
      }
    });
  }

  /** The three pictures: what is dark, what a peak lights, and what an average does. */
  #paint(count) {
    const { width, height, ratio } = this.#size;
    const style = getComputedStyle(this.#element);
    const value = (name) => style.getPropertyValue(name).trim();
    this.#colours ??= {
      off: value("--vu-off"), low: value("--vu-low"), mid: value("--vu-mid"), high: value("--vu-high"), held: value("--fg"),
    };
    const bar = Math.max(1, Math.round((height - (count - 1) * GAP * ratio) / count));
    const { off, low, mid, high } = this.#colours;
    const coloured = [[0, low], [MID, mid], [HIGH, high]];
    return {
      count,
      bar,
      off: strip(width, bar, ratio, [[0, off]], 1),
      peak: strip(width, bar, ratio, coloured, 0.42),
      lit: strip(width, bar, ratio, coloured, 1),
    };
  }
}

function part(pen, picture, much, top) {
  const wide = Math.round(picture.width * much);
  if (wide > 0) pen.drawImage(picture, 0, 0, wide, picture.height, 0, top, wide, picture.height);
}

/** A row of cells: from each place on, another colour. */
function strip(width, height, ratio, colours, alpha) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  pen.globalAlpha = alpha;
  for (let at = 0; at < width; at += CELL * ratio) {
    pen.fillStyle = colours.findLast(([from]) => at >= from * width)[1];
    pen.fillRect(at, 0, LIT * ratio, height);
  }
  return canvas;
}

function scale() {
  const made = make("div", "meter-scale");
  made.setAttribute("aria-hidden", "true");
  for (const db of SCALE) {
    const mark = span(words(db * 10).replace(".0", ""));
    mark.style.setProperty("--at", `${deflection(db * 10) * 100}%`);
    made.append(mark);
  }
  return made;
}

function make(tag, name) {
  return Object.assign(document.createElement(tag), { className: name });
}

function span(text) {
  return Object.assign(document.createElement("span"), { textContent: text });
}

function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
