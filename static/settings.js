// The settings: one group is saved at a time, and what is typed in the others stays.
// The answer is the page that the form would have led to; of it, the group that was
// sent takes the place of ours.

import "./console.js";
import { answered } from "./answered.js";
import { toast } from "./toast.js";
import { showColour } from "./settings_colour.js";
import { search } from "./settings_search.js";

const TOO_LONG_MS = 30000;
const forms = document.querySelector(".settings-forms");

forms.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-save]");
  if (!form) return;
  event.preventDefault();
  if (!tooLarge(form)) save(form, event.submitter);
});
forms.addEventListener("input", ({ target }) => {
  const form = target.closest("form.form");
  if (form) mark(form);
});
addEventListener("beforeunload", (event) => {
  if (forms.querySelector("form.is-changed")) event.preventDefault();
});
showColour(forms);
search(document.querySelector("[data-search]"), forms);

// A picture that is too large is not sent at all.
function tooLarge(form) {
  const file = form.querySelector('input[type="file"]')?.files[0];
  const most = Number(form.dataset.bytes ?? Infinity);
  if (!file || file.size <= most) return false;
  const detail = `A logo has at most ${most / 1024} kB; this file has ${Math.ceil(file.size / 1024)} kB.`;
  toast("Not sent", { tone: "bad", detail });
  return true;
}

async function save(form, pressed) {
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  pressed?.setAttribute("aria-disabled", "true");
  try {
    const data = new FormData(form);
    const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
    const signal = AbortSignal.timeout(TOO_LONG_MS);
    renew(form, await answered(form.action, { method: "POST", body, signal }));
  } catch (error) {
    const detail = "The server did not answer. What you typed is still here.";
    toast("Not saved", { tone: "bad", detail, action: { words: "Again", run: () => form.requestSubmit() } });
    console.debug(error);
  } finally {
    delete form.dataset.busy;
    pressed?.removeAttribute("aria-disabled");
  }
}

function renew(form, { response, page, done: isDone }) {
  const place = form.dataset.save || form.id;
  const fresh = page.getElementById(place);
  if (!fresh) {
    if (isDone) location.assign(response.url);
    else toast("Not saved", { tone: "bad", detail: page.body.textContent.trim() });
    return;
  }
  document.getElementById(place).replaceWith(fresh);
  document.getElementById("said").replaceWith(page.getElementById("said"));
  const done = document.querySelector("[data-done]");
  if (done) {
    toast(done.dataset.done);
    done.remove();
    wearColour();
  }
  showColour(forms);
  fresh.querySelector('[aria-invalid="true"]')?.focus();
}

// The colour may be another one now, and browsers keep the old one for minutes.
function wearColour() {
  const link = document.querySelector('link[href^="/accent.css"]');
  link.href = `/accent.css?${Date.now()}`;
}

function mark(form) {
  const count = [...form.elements].filter(isChanged).length;
  form.classList.toggle("is-changed", count > 0);
  form.querySelector(".form-foot .btn").classList.toggle("btn-primary", count > 0);
  const say = form.querySelector("[data-say] span");
  say.dataset.quiet ??= say.textContent;
  say.textContent = count ? `${count === 1 ? "One change" : `${count} changes`} not saved.` : say.dataset.quiet;
}

function isChanged(control) {
  if (!control.name || control.type === "hidden") return false;
  if (control.type === "checkbox") return control.checked !== control.defaultChecked;
  if (control.tagName === "SELECT") return !control.selectedOptions[0]?.defaultSelected;
  return control.value !== control.defaultValue;
}
