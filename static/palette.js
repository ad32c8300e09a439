// Find or do: Ctrl K, or "/", from anywhere. The server finds, among what one may
// see; here one types, goes up and down, and presses Enter.

import { icon } from "./icons.js";

const TYPED_MS = 90;
const NOT_ANSWERED = "The server does not answer.";
const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

let dialog = null;
let input = null;
let list = null;
let timer = 0;
let asked = 0;

function made(tag, values) {
  return Object.assign(document.createElement(tag), values);
}

function make() {
  dialog = made("dialog", { className: "palette", ariaLabel: "Find or do" });
  input = made("input", { className: "input", type: "text", maxLength: 100, placeholder: "Find or do…", autocomplete: "off", spellcheck: false });
  const words = { role: "combobox", "aria-label": "Find or do", "aria-expanded": "false", "aria-controls": "palette-list", "aria-autocomplete": "list" };
  for (const [name, value] of Object.entries(words)) input.setAttribute(name, value);
  list = made("div", { id: "palette-list", className: "pal-list" });
  const field = made("div", { className: "search" });
  field.append(icon("search"), input);
  dialog.append(field, list);
  document.body.append(dialog);
  input.addEventListener("input", () => look(TYPED_MS));
  input.addEventListener("keydown", steer);
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
}

function open() {
  if (!dialog) make();
  if (dialog.open) return;
  input.value = "";
  dialog.showModal();
  look(0);
}

function look(ms) {
  clearTimeout(timer);
  timer = setTimeout(find, ms);
}

async function find() {
  const number = (asked += 1);
  const address = `/admin/find/list?${new URLSearchParams({ text: input.value })}`;
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (answer.redirected) location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (number === asked) show(page.body);
  } catch {
    if (number === asked) put([made("p", { className: "pal-none", textContent: NOT_ANSWERED })]);
  }
}

// a list of choices, or a sentence that says why there is none
function put(parts) {
  list.replaceChildren(...parts);
  const some = options().length > 0;
  list.setAttribute("role", some ? "listbox" : "status");
  list.setAttribute("aria-label", "Found");
  input.setAttribute("aria-expanded", String(some));
}

function show(found) {
  put([...found.children]);
  for (const group of list.querySelectorAll("section")) group.setAttribute("role", "group");
  for (const part of list.querySelectorAll("ul, li, h2")) part.setAttribute("role", "presentation");
  options().forEach((link, at) => {
    link.id = `found-at-${at}`;
    link.tabIndex = -1;
    link.setAttribute("role", "option");
  });
  choose(0);
}

function options() {
  return [...list.querySelectorAll("a")];
}

function chosen() {
  return options().findIndex((link) => link.getAttribute("aria-selected") === "true");
}

function choose(at) {
  const links = options();
  for (const [index, link] of links.entries()) link.setAttribute("aria-selected", String(index === at));
  if (links[at]) input.setAttribute("aria-activedescendant", links[at].id);
  else input.removeAttribute("aria-activedescendant");
  links[at]?.scrollIntoView({ block: "nearest" });
}

function steer(event) {
  const count = options().length;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && count) {
    event.preventDefault();
    choose((chosen() + step + count) % count);
  } else if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    const link = options()[chosen()];
    dialog.close();
    link?.click();
  }
}

function isTyping(target) {
  return target.isContentEditable || target.matches("input, textarea, select");
}

document.addEventListener("keydown", (event) => {
  const isShortcut = event.key.toLowerCase() === "k" && (isMac ? event.metaKey : event.ctrlKey) && !event.shiftKey && !event.altKey;
  const isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !isTyping(event.target);
  if (!(isShortcut || isSlash) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  open();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-find-or-do]") || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  open();
});

function nameKeys() {
  if (isMac) for (const key of document.querySelectorAll("[data-find-or-do] kbd")) key.textContent = "⌘ K";
}

document.addEventListener("renewed", nameKeys);
nameKeys();
