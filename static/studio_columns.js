// The outer columns of the Studio, and what their forms send: one order after the other,
// as they were pressed. What comes back is the column that shows what came of it.

import { answered } from "./answered.js";
import { Column } from "./studio_parts.js";
import { mount } from "./studio_state.js";
import { toast } from "./toast.js";

const TOO_LONG_MS = 30000;
// what is seen anyway is only said to those who hear the page
const QUIET = ["moved", "playing", "undone", "scanning"];

export const library = new Column("library", mount, { keys: ["find", "folder", "broken"], first: "start" });
export const lists = new Column("lists", mount, { keys: ["list", "before"], first: "at" });

const said = document.createElement("p");
said.className = "vh";
said.setAttribute("role", "status");
document.querySelector(".studio").after(said);

let orders = Promise.resolve();
let waiting = 0;
let takeAway = () => {};

/** Whether an order is under way. */
export function isBusy() {
  return waiting > 0;
}

/** Say something to those who hear the page. */
export function say(words) {
  said.textContent = words;
}

/** Send a form of a column as if `pressed` had been; `words` are said when it is done. */
export function order(form, pressed = null, { words = "", extra = {} } = {}) {
  const data = new FormData(form, pressed);
  for (const [name, value] of Object.entries({ ...extra, part: "1", view: view() })) data.set(name, value);
  waiting += 1;
  orders = orders.then(() => carryOut(form.getAttribute("action"), data, words)).finally(() => { waiting -= 1; });
  return orders;
}

function view() {
  return String(new URLSearchParams([...library.state, ...lists.view]));
}

async function carryOut(action, data, words) {
  try {
    const signal = AbortSignal.timeout(TOO_LONG_MS);
    take(await answered(action, { method: "POST", body: new URLSearchParams(data), signal }), words);
  } catch (error) {
    toast("Not done", { tone: "bad", detail: "The server did not answer." });
    console.debug(error);
  }
}

/** Put in place what came back; whether it was done. */
export function take({ page, done }, words = "") {
  if (!done) {
    toast("Not done", { tone: "bad", detail: page.querySelector("[data-said]")?.textContent ?? page.body.textContent.trim() });
    lists.refresh().catch(() => {});
    return false;
  }
  // while others wait, what came back is old already
  const isLast = waiting <= 1;
  const isShown = isLast && [lists.put(page), library.put(page)].some(Boolean);
  if (isLast && !isShown) location.reload();
  tell(page.getElementById("lists-done"), words);
  return true;
}

function tell(done, words) {
  const told = done?.querySelector("[data-said]");
  if (words) say(words);
  if (!told) return;
  // only what was done last can be taken back
  takeAway();
  if (QUIET.includes(told.dataset.said)) return;
  const undo = done.querySelector("[data-undo]");
  takeAway = toast(told.textContent, { action: undo && { words: "Undo", run: () => order(undo, null, { words: "Taken back" }) } });
}
