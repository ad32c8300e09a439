// The page of stations: what is not saved yet is counted, and of the programs that
// send one is shown at a time.

import "./console.js";
import "./passwords.js";
import { watch } from "./live.js";
import { showTally } from "./tally.js";

const FIGURES = new Intl.NumberFormat("en");
const SOON_MS = 700;

// ---- the form

function valueOf(control) {
  if (control.type === "checkbox") return control.checked ? control.value : "";
  return control.value;
}

// How many fields say something else than the server does.
function unsaved() {
  const form = document.querySelector("[data-station]");
  if (!form) return 0;
  const was = JSON.parse(form.elements.was.value);
  const isField = ({ name, type }) => name && type !== "hidden" && type !== "submit";
  const isChanged = (control) => valueOf(control) !== (was[control.name] ?? (control.name === "mount" ? "/" : ""));
  return [...form.elements].filter(isField).filter(isChanged).length;
}

function tellUnsaved() {
  const place = document.querySelector("[data-unsaved]");
  if (!place) return;
  place.dataset.plain ??= place.textContent;
  const count = unsaved();
  const words = `${count} change${count === 1 ? "" : "s"} not saved. ${place.dataset.plain}`;
  place.textContent = count ? words : place.dataset.plain;
}

document.addEventListener("input", ({ target }) => {
  if (target.closest("[data-station]")) tellUnsaved();
  if (target.matches("[data-find]")) narrow(target.value);
});

addEventListener("beforeunload", (event) => {
  const form = document.querySelector("[data-station]");
  if (form && !form.dataset.busy && unsaved()) event.preventDefault();
});

// ---- the list

function narrow(wanted) {
  const words = wanted.trim().toLowerCase();
  for (const row of document.querySelectorAll("[data-mounts] > [data-mount]")) {
    row.hidden = Boolean(words) && !row.textContent.toLowerCase().includes(words);
  }
}

function showState(row, mount) {
  const tally = row.querySelector("[data-tally] .tally");
  showTally(tally, mount.kind);
  if (!mount.kind && !mount.enabled) tally.textContent = "Disabled";
  else if (!mount.kind && !mount.visible) tally.textContent = "Hidden";
  row.querySelector("[data-listeners]").textContent = mount.listeners ? `${FIGURES.format(mount.listeners)} listening` : "";
}

function rowOf(path) {
  return [...document.querySelectorAll("[data-mount]")].find((row) => row.dataset.mount === path);
}

// What came or went is shown by the server's own list; the form stays as it is.
async function renewList() {
  const here = document.querySelector(".master");
  const response = await fetch(location.href);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const list = page.querySelector(".master");
  if (!list || here.contains(document.activeElement)) return;
  here.replaceWith(list);
  Object.assign(document.querySelector(".stations").dataset, page.querySelector(".stations").dataset);
  tellSummary();
}

function tellSummary() {
  const { summary, waiting } = document.querySelector(".stations").dataset;
  const said = document.querySelector(".top-say");
  if (said) said.textContent = summary;
  for (const pip of document.querySelectorAll("[data-approvals]")) {
    pip.firstElementChild.textContent = waiting;
    pip.hidden = waiting === "0";
  }
}

let renewal = 0;
const looked = new Set();

function renewSoon() {
  clearTimeout(renewal);
  renewal = setTimeout(() => renewList().catch(console.debug), SOON_MS);
}

function isWholeList() {
  return !document.querySelector("[data-more]") && !document.querySelector("[data-find]").defaultValue;
}

function follow() {
  watch("admin", {
    mount(mount) {
      const row = rowOf(mount.mount);
      if (row?.matches("li")) showState(row, mount);
      if (row || looked.has(mount.mount) || !isWholeList()) return;
      looked.add(mount.mount);
      renewSoon();
    },
    gone(path) {
      looked.delete(path);
      if (rowOf(path)) renewSoon();
    },
  });
}

// ---- the programs, as tabs

function showProgram(sections, tabs, chosen) {
  for (const [index, section] of sections.entries()) {
    section.hidden = index !== chosen;
    tabs[index].setAttribute("aria-selected", String(index === chosen));
    tabs[index].tabIndex = index === chosen ? 0 : -1;
  }
  sessionStorage.setItem("tinyice-program", sections[chosen].id);
}

function tabOf(section, show) {
  const tab = document.createElement("button");
  tab.type = "button";
  tab.id = `tab-${section.id}`;
  tab.textContent = section.dataset.program;
  tab.setAttribute("role", "tab");
  tab.setAttribute("aria-controls", section.id);
  tab.addEventListener("click", show);
  section.setAttribute("role", "tabpanel");
  section.setAttribute("aria-labelledby", tab.id);
  section.removeAttribute("aria-label");
  section.querySelector("h3").hidden = true;
  return tab;
}

function makeTabs() {
  const place = document.querySelector("[data-programs]");
  if (!place || place.querySelector("[role=tablist]")) return;
  const sections = [...place.querySelectorAll("[data-program]")];
  const tabs = sections.map((section, index) => tabOf(section, () => showProgram(sections, tabs, index)));
  const list = document.createElement("div");
  list.className = "seg seg-wide";
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", "Programme");
  list.append(...tabs);
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = (tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length;
    showProgram(sections, tabs, next);
    tabs[next].focus();
  });
  place.prepend(list);
  const kept = sections.findIndex(({ id }) => id === sessionStorage.getItem("tinyice-program"));
  showProgram(sections, tabs, Math.max(0, kept));
}

function begin() {
  makeTabs();
  tellUnsaved();
}

document.addEventListener("renewed", () => {
  begin();
  tellSummary();
  const isFaulty = document.querySelector('#main [aria-invalid="true"]');
  if (!isFaulty) document.querySelector("#main [data-told]")?.focus();
});
begin();
follow();
