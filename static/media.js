// What the lock screen and the keys of a keyboard know of the player.

const ICONS = [192, 512].map((size) => ({
  src: `/static/icon-${size}.png`,
  sizes: `${size}x${size}`,
  type: "image/png",
}));
const logo = document.querySelector("img.ident-logo");

/** Tell the system what plays. */
export function showTitle({ title, artist, name, art }) {
  if (!("mediaSession" in navigator)) return;
  navigator.mediaSession.metadata = new MediaMetadata({
    title: title || name,
    artist: artist || name,
    album: name,
    artwork: pictures(art),
  });
}

function pictures(art) {
  if (art) return [{ src: new URL(art, location).href }];
  return logo ? [{ src: logo.src }] : ICONS;
}

/** Tell the system whether something plays. */
export function showPlaying(on) {
  if ("mediaSession" in navigator) navigator.mediaSession.playbackState = on ? "playing" : "none";
}

/** Let the system start and stop the player. */
export function takeKeys({ play, stop }) {
  if (!("mediaSession" in navigator)) return;
  const keys = { play, pause: stop, stop };
  for (const [key, handler] of Object.entries(keys)) {
    try {
      navigator.mediaSession.setActionHandler(key, handler);
    } catch {
      // this browser has no such key
    }
  }
}
