// Buttons that copy what stands in their data-copy. Without a secure connection
// browsers keep the clipboard to themselves, all but its oldest door.

const SAID_MS = 1500;

function copyOld(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "vh";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

/** Put `text` on the clipboard; whether that worked. */
export async function copyText(text) {
  if (!navigator.clipboard) return copyOld(text);
  return navigator.clipboard.writeText(text).then(() => true, () => copyOld(text));
}

async function copy(button) {
  const done = await copyText(button.dataset.copy);
  button.focus();
  show(button, done ? "check" : "bad", done ? "Copied" : "This browser does not let us copy");
  setTimeout(() => show(button, "copy", "Copy"), SAID_MS);
}

function show(button, name, title) {
  const drawn = button.querySelector("use");
  drawn?.setAttribute("href", drawn.getAttribute("href").replace(/#.*/, `#i-${name}`));
  button.title = title;
}

export function showCopyButtons(within = document) {
  for (const button of within.querySelectorAll("[data-copy]")) button.hidden = false;
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-copy]");
  if (button) copy(button);
});
showCopyButtons();
