// The Network page: what it shows is fetched anew when something happens to a relay
// or a push, and every few seconds. Where somebody works nothing is put in place.

import "./console.js";
import { answered } from "./answered.js";
import { toast } from "./toast.js";
import { watch } from "./live.js";

const EVERY_MS = 5000;
const SOON_MS = 250;
const TOO_LONG_MS = 15000;
const PARTS = ["ways-relay", "ways-master", "ways-push"];
const OURS = /^(relay|push|change|configuration)\./;

const list = () => document.querySelector("#network");
const stale = () => document.querySelector("#stale");

let timer = 0;
let isFetching = false;

// Who reads a question, or is about to press something, is not disturbed.
function isInUse(part) {
  return part.querySelector("details[open]") !== null || part.contains(document.activeElement);
}

function put(page) {
  for (const id of PARTS) {
    const [here, there] = [document.getElementById(id), page.getElementById(id)];
    if (here && there && here.outerHTML !== there.outerHTML && !isInUse(here)) here.replaceWith(there);
  }
}

async function refresh() {
  if (isFetching || document.hidden || !list()) return;
  isFetching = true;
  try {
    const signal = AbortSignal.timeout(TOO_LONG_MS);
    const { response, page, done } = await answered(`/admin/network/list${location.search}`, { signal });
    // a page of another kind: the login, for one, after the session has ended
    if (response.redirected) location.reload();
    else if (done) put(page);
    stale().hidden = done;
  } catch {
    if (stale()) stale().hidden = false;
  } finally {
    isFetching = false;
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(refresh, SOON_MS);
}

function tell() {
  const told = document.querySelector("#network > [data-done]");
  if (!told) return;
  toast(told.dataset.done);
  told.remove();
  const address = new URL(location.href);
  address.searchParams.delete("done");
  history.replaceState(null, "", address);
}

watch("admin", {
  happened({ kind }) { if (OURS.test(kind)) soon(); },
  status(state) { if (stale()) stale().hidden = state !== "stale"; },
});
setInterval(refresh, EVERY_MS);
document.addEventListener("visibilitychange", soon);
document.addEventListener("renewed", tell);
tell();
