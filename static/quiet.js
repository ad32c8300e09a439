// Forms with data-quiet are sent without leaving the page, so that what plays goes
// on playing: the answer is the page that the form would have led to, and its
// contents take the place of ours. Scripts that hold on to parts of the page listen
// for "renewed" on the document.

import { answered } from "./answered.js";
import { showCopyButtons } from "./copy.js";
import { toast } from "./toast.js";

const TOO_LONG_MS = 20000;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!("quiet" in form.dataset) || event.defaultPrevented) return;
  event.preventDefault();
  send(form, event.submitter);
});

async function send(form, pressed) {
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  pressed?.setAttribute("aria-disabled", "true");
  try {
    show(await answered(...requestOf(form, pressed)), form);
  } catch {
    const again = { words: "Again", run: () => form.requestSubmit(pressed) };
    toast("Not done", { tone: "bad", detail: "The server did not answer. What you typed is still here.", action: again });
  } finally {
    delete form.dataset.busy;
    pressed?.removeAttribute("aria-disabled");
  }
}

function posts(form) {
  return form.getAttribute("method")?.toLowerCase() === "post";
}

function requestOf(form, pressed) {
  const data = new FormData(form, pressed);
  const signal = AbortSignal.timeout(TOO_LONG_MS);
  // as attributes: a field may be called "action"
  const action = pressed?.getAttribute("formaction") ?? form.getAttribute("action") ?? "";
  const address = new URL(action, location.href);
  if (!posts(form)) {
    address.search = new URLSearchParams(data);
    return [address, { signal }];
  }
  const body = form.getAttribute("enctype") === "multipart/form-data" ? data : new URLSearchParams(data);
  return [address, { method: "POST", body, signal }];
}

function show({ response, page, done }, form) {
  const given = page.querySelector(".app > .page");
  if (given && done && response.redirected && !hasScriptOf(page)) location.assign(response.url);
  else if (given) renew(response, page, given, form);
  else if (done) location.assign(response.url);
  else toast("Not done", { tone: "bad", detail: page.body.textContent.trim() });
}

// a page that needs another script is loaded as a whole
function hasScriptOf(page) {
  const address = page.querySelector("script[type=module]")?.getAttribute("src");
  return [...document.querySelectorAll("script[type=module]")].some((one) => one.getAttribute("src") === address);
}

function renew(response, page, given, form) {
  const focused = document.activeElement?.id ?? "";
  document.querySelector(".app > .page").replaceWith(given);
  document.title = page.title;
  // what answered a POST itself has no address to come back to
  if (response.redirected || !posts(form)) history.replaceState(null, "", response.url);
  showCopyButtons(given);
  const faulty = given.querySelector('[aria-invalid="true"]');
  (faulty ?? document.getElementById(focused))?.focus();
  document.dispatchEvent(new CustomEvent("renewed"));
}
