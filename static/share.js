// Hands the address of this page on: by the system's own sheet, else by the clipboard.

import { copyText } from "./copy.js";

const SAID_MS = 2000;

/** Let `button` share this page. */
export function share(button) {
  const words = button.querySelector("span");
  const usual = words.textContent;
  const url = location.origin + location.pathname;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (navigator.share) {
      await navigator.share({ title: document.title, url }).catch(() => {});
      return;
    }
    words.textContent = (await copyText(url)) ? "Link copied" : "Not copied";
    setTimeout(() => {
      words.textContent = usual;
    }, SAID_MS);
  });
}
