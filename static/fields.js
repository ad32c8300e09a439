// How places show what the server tells: counts, and artist and title apart.

const figures = new Intl.NumberFormat("en");
const BETWEEN = " - ";

/** `3 listening`, or the number alone. */
export function counted(count, words = true) {
  return words ? `${figures.format(count)} listening` : figures.format(count);
}

/** Write a text, if it is another one. */
export function write(place, field, text) {
  for (const el of place.querySelectorAll(`[data-field="${field}"]`)) {
    if (el.textContent !== text) el.textContent = text;
  }
}

/** Artist and title apart; most encoders send them as one line. As on the pages that the server sends. */
export function apart({ artist, title }) {
  if (artist) return title ? { artist, title } : { artist: "", title: artist };
  const at = title.indexOf(BETWEEN);
  const parts = [title.slice(0, Math.max(at, 0)).trim(), title.slice(at + BETWEEN.length).trim()];
  return at > 0 && parts[0] && parts[1] ? { artist: parts[0], title: parts[1] } : { artist: "", title };
}
