// What feeds a mount, in a word, and its dress: the same as on the pages that the
// server sends.

const WORDS = {
  client: "Live",
  browser: "Live",
  autodj: "AutoDJ",
  relay: "Relay",
  transcoder: "On air",
  mount: "Fallback",
  file: "Fallback",
  silence: "Fallback",
};
const DRESS = { Live: "live", "On air": "live", AutoDJ: "auto", Relay: "auto", Fallback: "fallback" };

/** The word for what feeds a mount; "" stands for nothing. */
export function wordOf(kind) {
  return kind ? (WORDS[kind] ?? "On air") : "Off air";
}

/** Show on `tally` what feeds a mount. */
export function showTally(tally, kind) {
  const word = wordOf(kind);
  if (tally.textContent === word) return;
  tally.textContent = word;
  tally.className = DRESS[word] ? `tally tally-${DRESS[word]}` : "tally";
}
