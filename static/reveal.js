// The eye beside a password: pressed, it lets the password be read.

import { setIcon } from "./icons.js";

for (const eye of document.querySelectorAll("[data-reveal]")) {
  const field = document.getElementById(eye.dataset.reveal);
  eye.hidden = false;
  eye.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    setIcon(eye, shown ? "eyeoff" : "eye");
    eye.setAttribute("aria-pressed", String(shown));
  });
  // what is sent is a password again, for those who remember it
  field.form.addEventListener("submit", () => {
    field.type = "password";
  });
}
