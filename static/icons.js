// Icons of the sprite, for what scripts draw. Its address, which changes with its
// content, is taken from an icon that the page has already.

const SPACE = "http://www.w3.org/2000/svg";

export function icon(name, tone = "") {
  const drawn = document.createElementNS(SPACE, "svg");
  drawn.setAttribute("class", tone ? `i ${tone}` : "i");
  drawn.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SPACE, "use");
  use.setAttribute("href", addressOf(name));
  drawn.append(use);
  return drawn;
}

export function setIcon(drawn, name) {
  drawn.querySelector("use").setAttribute("href", addressOf(name));
}

function addressOf(name) {
  const known = document.querySelector('use[href*="icons.svg"]');
  const file = known ? known.getAttribute("href").split("#")[0] : "/static/icons.svg";
  return `${file}#i-${name}`;
}
