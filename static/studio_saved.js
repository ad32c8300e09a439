// Saved playlists, in a dialog over the Studio: the page that they have of their own,
// less what stands around it.

import { answered } from "./answered.js";
import { take } from "./studio_columns.js";
import { toast } from "./toast.js";

const TOO_LONG_MS = 60000;
const ENDING = /\.(m3u8?|pls|xspf)$/i;

const dialog = document.createElement("dialog");
dialog.className = "dialog saved";
dialog.setAttribute("aria-labelledby", "saved-h");
document.body.append(dialog);

function failed(error) {
  toast("Not done", { tone: "bad", detail: "The server did not answer." });
  console.debug(error);
}

// What came back: the playlists again, or the column that shows what came of it.
function show(answer, focus = "") {
  const saved = answer.page.getElementById("saved");
  if (!saved) {
    if (take(answer)) dialog.close();
    return;
  }
  const top = dialog.scrollTop;
  dialog.replaceChildren(...saved.childNodes);
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = top;
  const wanted = ['[aria-invalid="true"]', focus ? `#${focus}` : "[data-close]", "[data-close]"];
  wanted.map((one) => dialog.querySelector(one)).find((one) => one && !one.disabled)?.focus();
}

async function open(address, focus) {
  show(await answered(address, { signal: AbortSignal.timeout(TOO_LONG_MS) }), focus);
}

async function send(form, pressed) {
  const data = new FormData(form, pressed);
  data.set("part", "1");
  const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
  show(await answered(form.getAttribute("action"), { method: "POST", body, signal: AbortSignal.timeout(TOO_LONG_MS) }));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-opens], a[data-turns]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(link.href, link.dataset.opens).catch(failed);
});
dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close]")) return;
  event.preventDefault();
  dialog.close();
});
dialog.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.target, event.submitter).catch(failed);
});
// a file has a name already
dialog.addEventListener("change", ({ target }) => {
  if (target.type !== "file" || !target.files.length) return;
  const name = target.form.querySelector('[name="import-name"]');
  if (!name.value) name.value = target.files[0].name.replace(ENDING, "");
});
dialog.addEventListener("close", () => dialog.replaceChildren());
