// Passwords are made here: [data-generate] fills the field beside it, and
// [data-copy-password] copies what stands there.

const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

function newPassword() {
  const drawn = crypto.getRandomValues(new Uint8Array(16));
  const text = [...drawn].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
  return text.match(/.{4}/g).join("-");
}

const fieldBeside = (button) => button.closest(".join").querySelector("input");

function offerCopy(field) {
  const button = field.closest(".join")?.querySelector("[data-copy-password]");
  if (!button) return;
  button.dataset.copy = field.value;
  button.disabled = !field.value;
}

function begin() {
  for (const button of document.querySelectorAll("[data-generate]")) {
    button.hidden = false;
    offerCopy(fieldBeside(button));
  }
}

document.addEventListener("input", ({ target }) => offerCopy(target));
document.addEventListener("click", (event) => {
  const generate = event.target.closest("[data-generate]");
  if (!generate) return;
  event.preventDefault();
  const field = fieldBeside(generate);
  field.type = "text"; // nobody can know it otherwise
  field.value = newPassword();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
document.addEventListener("renewed", begin);
begin();
