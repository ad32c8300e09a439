// The picture of what plays, where there is one: else the logo stands in its place.

/** Show the picture at `address`; "": there is none. */
export function showArt(place, address) {
  const image = place.querySelector("[data-art]") ?? (address ? made(place) : null);
  if (!image || (image.getAttribute("src") ?? "") === address) return;
  image.hidden = !address;
  if (address) image.src = address;
  else image.removeAttribute("src");
}

function made(place) {
  const ident = place.querySelector(".ident");
  const image = new Image();
  image.className = ident.getAttribute("class").replace("ident-logo", "ident-cover");
  image.classList.add("ident-cover");
  image.alt = "";
  image.dataset.art = "";
  ident.before(image);
  return image;
}

// one that can't be had is none; it may have failed before this came
function hide(image) {
  if (image.dataset?.art === "") image.hidden = true;
}

document.addEventListener("error", ({ target }) => hide(target), true);
for (const image of document.querySelectorAll("[data-art]")) {
  if (image.complete && !image.naturalWidth) hide(image);
}
