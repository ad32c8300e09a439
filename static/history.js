// The titles that played: those that the server knew, and those since the page opened.

const SHOWN_MAX = 8;
const list = document.querySelector("[data-played]");
const hours = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
let playing = null;

for (const time of list.querySelectorAll("time")) {
  time.textContent = hours.format(new Date(time.dateTime));
}

/** From now on `now` plays ({title, artist, since}; null: nobody says); what played before is listed. */
export function showPlayed(now) {
  const same = (now && playing && now.title === playing.title && now.artist === playing.artist) || (!now && !playing);
  if (same) return;
  if (playing) list.prepend(row(playing));
  playing = now && { ...now, since: now.since ?? new Date().toISOString() };
  while (list.children.length > SHOWN_MAX) list.lastElementChild.remove();
  const none = document.querySelector("[data-none-played]");
  none.hidden = list.children.length > 0;
}

function row({ title, artist, since }) {
  const made = document.createElement("li");
  const time = document.createElement("time");
  time.dateTime = since;
  time.textContent = hours.format(new Date(since));
  const both = document.createElement("div");
  both.className = "cut";
  both.append(line("p", title));
  if (artist) both.append(line("small", artist));
  made.append(time, both);
  return made;
}

function line(kind, text) {
  const made = document.createElement(kind);
  made.className = "cut";
  const isolated = document.createElement("bdi");
  isolated.textContent = text;
  made.append(isolated);
  return made;
}
