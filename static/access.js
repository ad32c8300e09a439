// The access pages: what can't be taken back is asked once, and what was done is said.

import "./console.js";
import "./passwords.js";
import { toast } from "./toast.js";

function question(form) {
  const asked = document.createElement("dialog");
  asked.className = "dialog";
  asked.setAttribute("aria-labelledby", "asked-title");
  const title = document.createElement("h2");
  title.id = "asked-title";
  title.textContent = form.dataset.ask;
  const detail = document.createElement("p");
  detail.textContent = form.dataset.detail ?? "";
  const acts = document.createElement("div");
  acts.className = "acts";
  const answers = document.createElement("form");
  answers.method = "dialog";
  acts.append(answer("Cancel", "btn", ""), answer(form.dataset.word ?? "Yes", "btn btn-danger-fill", "yes"));
  answers.append(acts);
  asked.append(title, detail, answers);
  return asked;
}

function answer(words, dress, value) {
  const made = document.createElement("button");
  made.className = dress;
  made.value = value;
  made.textContent = words;
  return made;
}

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (!form.dataset.ask || form.dataset.sure) return;
  event.preventDefault();
  const asked = question(form);
  document.body.append(asked);
  asked.addEventListener("close", () => {
    asked.remove();
    if (asked.returnValue !== "yes") { submitter?.focus(); return; }
    form.dataset.sure = "1";
    form.requestSubmit(submitter);
    delete form.dataset.sure;
  });
  asked.showModal();
}, true);

// Of seven parts a phone shows three.
function bringTab() {
  document.querySelector(".access-tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

function tell() {
  const told = document.querySelector("#main [data-done]");
  if (!told) return;
  const undo = told.querySelector("[data-undo]");
  const action = undo && { words: "Undo", run: () => { undo.requestSubmit(); told.remove(); } };
  toast(told.dataset.done, { action });
  told.remove();
  // the form is sent from where no part of the page is renewed
  if (undo) {
    told.hidden = true;
    document.body.append(told);
  }
  const address = new URL(location.href);
  address.searchParams.delete("done");
  history.replaceState(null, "", address);
}

document.addEventListener("renewed", () => { bringTab(); tell(); });
bringTab();
tell();
