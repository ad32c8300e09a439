// A list of any length, of which only a window is in the page. All rows are equally
// high, so that the room of those that are not here is known; who scrolls near the end
// of the window is given another one. A window that comes is put in place row by row:
// what is the same stays, and so does the place that is looked at, and the focus.
//
// The list is one stop of the Tab key: arrows go from row to row.

import { markup } from "./studio_markup.js";

const WINDOW = 60;
const MARGIN = 12;
const CONTROLS = "a, button, summary";

function isInUse(row) {
  return row.querySelector("details[open]") !== null || row.classList.contains("is-lifted");
}

export class Rows {
  #list;
  #load;
  #start = 0;
  #total = 0;
  #height = 0;
  #current = "";
  #isLoading = false;
  #isAsked = false;

  /** `load(start)` asks for the window from there on, and has it put in place. */
  constructor(list, load) {
    this.#list = list;
    this.#load = load;
    list.addEventListener("scroll", () => this.#look(), { passive: true });
    list.addEventListener("focusin", ({ target }) => this.#visit(target.closest("li")));
    this.#adopt(list);
  }

  get list() { return this.#list; }
  get total() { return this.#total; }
  get start() { return this.#start; }
  get height() { return this.#height; }

  /** The rows that are here. */
  get rows() { return [...this.#list.children]; }

  /** The row at a place of the whole list, if it is here. */
  at(place) { return this.#list.children[place - this.#start] ?? null; }

  /** The row of that key, if it is here. */
  of(key) { return this.rows.find((row) => row.dataset.key === key) ?? null; }

  /** Where a row is in the whole list. */
  place(row) { return this.#start + this.rows.indexOf(row); }

  /** Where a window would have to begin for what is in sight to be in its middle. */
  get sought() {
    const first = Math.floor(this.#list.scrollTop / (this.#height || 1));
    const seen = Math.ceil(this.#list.clientHeight / (this.#height || 1));
    const most = Math.max(0, this.#total - WINDOW);
    return Math.min(most, Math.max(0, first - Math.floor((WINDOW - seen) / 2)));
  }

  /** Put another window in place; without `keep` it is another list, seen from its top. */
  put(fresh, { keep = true } = {}) {
    const held = this.#held();
    const anchor = keep ? this.#anchor() : null;
    const known = new Map(this.rows.map((row) => [row.dataset.key, row]));
    const rows = [...fresh.children].map((row) => {
      const old = known.get(row.dataset.key);
      if (!old || (markup(old) !== markup(row) && !isInUse(old))) return row;
      return old;
    });
    const here = this.rows;
    if (rows.length !== here.length || rows.some((row, at) => row !== here[at])) this.#list.replaceChildren(...rows);
    this.#adopt(fresh);
    if (anchor) this.#return(anchor);
    else if (!keep) this.#list.scrollTop = 0;
    this.#give(held);
    this.#look();
  }

  /** Go to a place of the whole list, and focus there what `selector` names. */
  async go(place, selector = "[data-main]") {
    const to = Math.min(this.#total - 1, Math.max(0, place));
    if (to < 0) return;
    if (!this.at(to)) {
      this.#list.scrollTop = to * this.#height - this.#list.clientHeight / 2;
      await this.#ask();
    }
    const row = this.at(to);
    if (!row) return;
    this.#visit(row);
    row.scrollIntoView({ block: "nearest" });
    (row.querySelector(selector) ?? row.querySelector(CONTROLS))?.focus({ preventScroll: true });
  }

  /** Let a place of the whole list be in sight, below `above` others. */
  show(place, above = 0) {
    this.#list.scrollTop = Math.max(0, (place - above) * this.#height);
  }

  #adopt(told) {
    this.#start = Number(told.dataset.start ?? 0);
    this.#total = Number(told.dataset.total ?? told.children.length);
    for (const name of ["start", "total", "version"]) {
      if (name in told.dataset) this.#list.dataset[name] = told.dataset[name];
    }
    this.#measure();
    const behind = Math.max(0, this.#total - this.#start - this.#list.children.length);
    this.#list.style.setProperty("--room-before", `${this.#start * this.#height}px`);
    this.#list.style.setProperty("--room-behind", `${behind * this.#height}px`);
    if (!this.of(this.#current)) this.#current = (this.#list.querySelector(".is-now") ?? this.#list.firstElementChild)?.dataset.key ?? "";
    for (const row of this.rows) this.#dress(row);
  }

  #measure() {
    const height = this.#list.firstElementChild?.getBoundingClientRect().height;
    if (height) this.#height = height;
  }

  // ---------- one stop ----------

  #dress(row) {
    markup(row);
    const isStop = row.dataset.key === this.#current;
    for (const control of row.querySelectorAll(CONTROLS)) {
      if (control.closest(".menu")) continue;
      control.tabIndex = isStop && !control.matches(".row-play") ? 0 : -1;
    }
  }

  #visit(row) {
    if (!row || row.dataset.key === this.#current) return;
    const before = this.of(this.#current);
    this.#current = row.dataset.key;
    if (before) this.#dress(before);
    this.#dress(row);
  }

  // ---------- windows ----------

  #look() {
    if (!this.#height || !this.#list.checkVisibility()) return;
    const first = Math.floor(this.#list.scrollTop / this.#height);
    const last = Math.ceil((this.#list.scrollTop + this.#list.clientHeight) / this.#height);
    const end = this.#start + this.#list.children.length;
    const isShort = (first < this.#start + MARGIN && this.#start > 0) || (last > end - MARGIN && end < this.#total);
    if (isShort && this.sought !== this.#start) this.#ask();
  }

  async #ask() {
    if (this.#isLoading) {
      this.#isAsked = true;
      return;
    }
    this.#isLoading = true;
    try {
      await this.#load(this.sought);
    } finally {
      this.#isLoading = false;
    }
    if (this.#isAsked) {
      this.#isAsked = false;
      this.#look();
    }
  }

  // ---------- what must not move ----------

  #held() {
    const control = document.activeElement;
    const row = control?.closest("li");
    if (!row || row.parentElement !== this.#list) return null;
    return { control, key: row.dataset.key, at: [...row.querySelectorAll(CONTROLS)].indexOf(control) };
  }

  #give(held) {
    if (!held || document.activeElement === held.control) return;
    const row = this.of(held.key);
    const control = row?.querySelectorAll(CONTROLS)[held.at] ?? row?.querySelector(CONTROLS);
    (control ?? this.#list).focus({ preventScroll: true });
  }

  #anchor() {
    const top = this.#list.scrollTop;
    if (!top || !this.#height) return null;
    const row = this.at(Math.floor(top / this.#height));
    return { top, key: row?.dataset.key ?? "", place: Math.floor(top / this.#height) };
  }

  #return({ top, key, place }) {
    const row = key && this.of(key);
    const moved = row ? this.place(row) - place : 0;
    const to = top + moved * this.#height;
    if (this.#list.scrollTop !== to) this.#list.scrollTop = to;
  }
}

/** The row that a control is in. */
export function rowOf(element) {
  return element?.closest("[data-rows] > li") ?? null;
}
