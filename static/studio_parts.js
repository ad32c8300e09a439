// Parts of the Studio's page that come anew from the server: what is the same stays
// as it is, with its focus and its place; what differs is put in.

import { answered } from "./answered.js";
import { markup } from "./studio_markup.js";
import { Rows } from "./studio_rows.js";

const TOO_LONG_MS = 15000;
const CONTROLS = "a, button, input, summary";

/** A column: `state` says what it shows, `rows` are those of its list, if it has one. */
export class Column {
  #section;
  #address;
  #waiting = null;
  #first;

  /** `keys`: those of the page's address that the column looks at; `first`: where its window begins. */
  constructor(id, mount, { keys, first }) {
    this.rows = null;
    this.#first = first;
    this.#section = document.getElementById(id);
    this.#address = `/admin/studio-${id}?${new URLSearchParams({ mount })}`;
    this.keys = keys;
    this.state = this.pick(new URLSearchParams(location.search));
    for (const child of this.#section.children) markup(child);
    this.#find();
  }

  get section() { return this.#section; }

  /** What of an address is about this column. */
  pick(params) {
    const found = [...params].filter(([name, value]) => this.keys.includes(name) && value);
    return new URLSearchParams(found);
  }

  /** Where it is, window and all. */
  get view() {
    const view = new URLSearchParams(this.state);
    if (this.rows) view.set(this.#first, String(this.rows.start));
    return view;
  }

  /** Show something else; the address of the page says what. */
  lead(state) {
    this.state = state;
    const address = new URL(location.href);
    for (const name of [...this.keys, "start", "at", "said", "n", "gone", "left"]) address.searchParams.delete(name);
    for (const [name, value] of state) address.searchParams.set(name, value);
    history.replaceState(null, "", address);
    return this.renew({}, { keep: false });
  }

  /** Fetch what is shown anew. */
  refresh() {
    return this.renew(this.rows ? { [this.#first]: this.rows.start } : {});
  }

  /** Fetch it, and put it in place; an older call that waits is given up. */
  async renew(at = {}, { keep = true } = {}) {
    this.#waiting?.abort();
    const waiting = new AbortController();
    this.#waiting = waiting;
    const signal = AbortSignal.any([waiting.signal, AbortSignal.timeout(TOO_LONG_MS)]);
    try {
      const tail = new URLSearchParams([...this.state, ...Object.entries(at)]);
      const { response, page, done } = await answered(`${this.#address}&${tail}`, { signal });
      // a page of another kind: the login, for one, after the session has ended
      if (response.redirected) location.reload();
      else if (done) this.put(page, { keep });
      return done;
    } catch (error) {
      if (!waiting.signal.aborted) throw error;
      return false;
    }
  }

  /** Put what a page has of this column in place; false: it has none. */
  put(page, { keep = true } = {}) {
    const fresh = page.getElementById(this.#section.id);
    if (!fresh) return false;
    // a window alone: what stands around it is as it was
    const window = fresh.querySelector(":scope > .rows-box:only-child [data-rows]");
    if (window && this.rows) {
      this.rows.put(window, { keep });
      return true;
    }
    const held = focusIn(this.#section);
    const here = [...this.#section.children];
    const wanted = [...fresh.children].map((child) => this.#choose(child, here, keep));
    for (const child of wanted) markup(child);
    reconcile(this.#section, wanted);
    this.#find();
    giveFocus(this.#section, held);
    return true;
  }

  // What stands where `child` is to be: itself, or what is there already.
  #choose(child, here, keep) {
    const known = here.findIndex((one) => sign(one) === sign(child));
    if (known < 0) return child;
    const [old] = here.splice(known, 1);
    const [list, given] = [old.querySelector("[data-rows]"), child.querySelector("[data-rows]")];
    if (list && given && list === this.rows?.list && list.dataset.list === given.dataset.list) {
      this.rows.put(given, { keep });
      putHidden(old, child);
      return old;
    }
    if (old.matches(".col-tools")) {
      putTools(old, child);
      return old;
    }
    return markup(old) === markup(child) ? old : child;
  }

  #find() {
    const list = this.#section.querySelector("[data-rows]");
    if (list === (this.rows?.list ?? null)) return;
    this.rows = list && new Rows(list, (start) => this.renew({ [this.#first]: start, window: "1" }));
  }
}

// By what a part is known again.
function sign(part) {
  return `${part.localName} ${part.classList[0] ?? ""} ${part.hasAttribute("data-edits") ? "edits" : ""}`;
}

function putHidden(old, fresh) {
  for (const field of fresh.querySelectorAll(":scope > input[type=hidden]")) {
    const here = old.querySelector(`:scope > input[name="${field.name}"]`);
    if (here) here.value = field.value;
  }
}

// What is being typed is nobody else's affair.
function putTools(old, fresh) {
  const [here, there] = [old.querySelector(".crumbs"), fresh.querySelector(".crumbs")];
  if (markup(here) === markup(there)) return;
  const held = focusIn(here);
  here.replaceWith(there);
  giveFocus(there, held);
}

function reconcile(parent, wanted) {
  const kept = new Set(wanted);
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
  wanted.forEach((child, at) => {
    if (parent.children[at] !== child) parent.insertBefore(child, parent.children[at] ?? null);
  });
}

function focusIn(part) {
  const control = document.activeElement;
  return part.contains(control) ? { control, at: [...part.querySelectorAll(CONTROLS)].indexOf(control), words: control.textContent } : null;
}

function giveFocus(part, held) {
  if (!held || held.control.isConnected || part.contains(document.activeElement)) return;
  const controls = [...part.querySelectorAll(CONTROLS)];
  (controls.find((one) => one.textContent === held.words && held.words) ?? controls[held.at] ?? part.querySelector("a, button"))?.focus({ preventScroll: true });
}
