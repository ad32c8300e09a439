// The landing page and the search: play buttons, and titles that stay true.

import { showPlaying, showTitle, takeKeys } from "./media.js";
import { keepTrue, places } from "./places.js";
import { Player } from "./player.js";
import "./themes.js";

const player = new Player(show);
let last = null;
let stale = false;

function show() {
  mark();
  const name = last ? (places(last.mount)[0]?.dataset.name ?? last.name) : "";
  showPlaying(player.wanted);
  if (player.state === "playing") showTitle({ ...titleOf(), name });
  const words = {
    waiting: `${name} stopped. Trying again in ${Math.ceil(player.waitMs / 1000)} s.`,
    failed: `${name} can't be played here. Its page says more.`,
    blocked: `The browser did not let ${name} start. Press play again.`,
  };
  say(words[player.state] ?? "");
}

function titleOf() {
  const place = places(last.mount)[0];
  const text = (field) => place?.querySelector(`[data-field="${field}"]`)?.textContent ?? "";
  return { title: text("title") || text("now"), artist: text("artist") };
}

function mark() {
  for (const place of document.querySelectorAll("[data-mount]")) {
    const mine = place.dataset.src === player.src;
    const on = mine && player.wanted;
    place.classList.toggle("is-on", on);
    place.classList.toggle("is-busy", mine && ["connecting", "waiting"].includes(player.state));
    const button = place.querySelector("[data-play]");
    button?.setAttribute("aria-label", `${on ? "Stop" : "Play"} ${place.dataset.name}`);
  }
}

function say(text) {
  const said = document.querySelector("#said");
  said.textContent = text || (stale ? "The server does not answer. What you see may be old." : "");
}

function toggle({ mount, src, name }) {
  last = { mount, src, name };
  player.toggle(src);
}

document.documentElement.classList.add("js");
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-play]");
  if (button) toggle(button.closest("[data-mount]").dataset);
});
takeKeys({ play: () => last && player.play(last.src), stop: () => player.stop() });
keepTrue({
  renewed: mark,
  lost: (is) => {
    stale = is;
    show();
  },
});
mark();
