// Forms with data-studio are sent without leaving the page. What they have changed is
// told by server events, so that only words come back: why something was not done.

import { answered } from "./answered.js";
import { toast } from "./toast.js";

const TOO_LONG_MS = 20000;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!("studio" in form.dataset) || event.defaultPrevented) return;
  event.preventDefault();
  send(form, event.submitter);
});

/** Send `form` as if `pressed` had been; whether it was done. */
export async function send(form, pressed = null) {
  if (form.dataset.busy) return false;
  const data = new FormData(form, pressed);
  data.set("part", "1");
  form.dataset.busy = "1";
  pressed?.setAttribute("aria-busy", "true");
  try {
    return said(await answered(pressed?.getAttribute("formaction") ?? form.getAttribute("action"), {
      method: "POST",
      body: form.getAttribute("enctype") === "multipart/form-data" ? data : new URLSearchParams(data),
      signal: AbortSignal.timeout(TOO_LONG_MS),
    }), form);
  } catch {
    const again = { words: "Again", run: () => form.requestSubmit(pressed) };
    toast("Not done", { tone: "bad", detail: "The server did not answer.", action: again });
    return false;
  } finally {
    delete form.dataset.busy;
    pressed?.removeAttribute("aria-busy");
  }
}

function said({ response, page, done }, form) {
  if (response.redirected) {
    // somebody has to log in again
    location.reload();
    return false;
  }
  if (done) form.dispatchEvent(new CustomEvent("studio-sent", { bubbles: true }));
  else toast("Not done", { tone: "bad", detail: page.body.textContent.trim() });
  return done;
}
