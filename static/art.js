// The picture of what plays, where there is one: else the logo stands in its place.

/** Show the picture at `address`; "": there is none. */
export function showArt(place, address) {
  const image = place.querySelector("[data-art]") ?? (address ? made(place) : null);
  if (!image) return;
  image.hidden = !address;
  if (!address) image.removeAttribute("src");
  else if (image.getAttribute("src") !== address) image.src = address;
}

function made(place) {
  const ident = place.querySelector(".ident");
  const image = new Image();
  image.className = ident.getAttribute("class").replace("ident-logo", "ident-cover");
  image.classList.add("ident-cover");
  image.alt = "";
  image.dataset.art = "";
  hideIfBroken(image);
  ident.before(image);
  return image;
}

function hideIfBroken(image) {
  image.addEventListener("error", () => { image.hidden = true; });
}

document.querySelectorAll("[data-art]").forEach(hideIfBroken);
