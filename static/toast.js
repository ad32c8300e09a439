// Says for a while what was just done, with a way back where there is one. What
// failed stays until it is closed.

import { icon } from "./icons.js";

const SHOWN_MS = 6000;
const UNDO_MS = 12000;
const SHAPES = { ok: "check", info: "info", warn: "alert", bad: "bad" };

export function toast(words, { tone = "ok", detail = "", action = null } = {}) {
  const place = document.querySelector("#toasts");
  const told = document.createElement("div");
  told.className = "toast";
  told.setAttribute("role", tone === "bad" ? "alert" : "status");
  const text = document.createElement("p");
  text.textContent = words;
  if (detail) text.append(small(detail));
  told.append(icon(SHAPES[tone], tone), text);
  if (action) told.append(button(action.words, "btn btn-s", () => end(told, action.run)));
  told.append(closer(told));
  place.append(told);
  if (tone !== "bad") fade(told, action ? UNDO_MS : SHOWN_MS);
  return () => told.remove();
}

// Who points at it or works in it is not hurried.
function fade(told, ms) {
  const wait = () => {
    if (told.matches(":hover, :focus-within")) setTimeout(wait, ms / 4);
    else told.remove();
  };
  setTimeout(wait, ms);
}

function end(told, run) {
  told.remove();
  run();
}

function small(words) {
  const made = document.createElement("small");
  made.textContent = words;
  return made;
}

function button(words, dress, run) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = dress;
  made.textContent = words;
  made.addEventListener("click", run);
  return made;
}

function closer(told) {
  const made = button("", "btn btn-icon btn-s btn-ghost", () => told.remove());
  made.setAttribute("aria-label", "Close");
  made.append(icon("x"));
  return made;
}
