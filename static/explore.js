// The search: what is found appears while one types.

import "./onair.js";
import { renew } from "./places.js";

const TYPED_MS = 250;
const form = document.querySelector("[data-search]");

function look() {
  const address = new URL(location.pathname, location.href);
  const asked = form.elements.q.value.trim();
  if (asked) address.searchParams.set("q", asked);
  history.replaceState(null, "", address);
  renew(address.href, TYPED_MS);
}

form.addEventListener("input", look);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  look();
});
