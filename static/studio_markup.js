// How a part of the page was when it came from the server, whatever was done with it since.

const known = new WeakMap();

/** Its markup then; asked for the first time, it is that of now. */
export function markup(element) {
  if (!known.has(element)) known.set(element, element.outerHTML);
  return known.get(element);
}
