// What our own pages answer to a script. Browsers write refusals into their console
// as errors; whoever says to be a script gets them as pages that say why.

/** Ask, or send; the response, its page, and whether it was done: `done`. */
export async function answered(address, options = {}) {
  const response = await fetch(address, { ...options, headers: { "X-Sent-By": "script" } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return { response, page, done: response.ok && !response.headers.has("X-Refused") };
}
