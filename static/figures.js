// Figures and times as people read them, written as the server writes them.

const MEGA = 1000;
const GIGA = 1_000_000;

const two = (number) => String(number).padStart(2, "0");

/** "1,284". */
export function count(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A number and its unit, of bits a second; a dash where nothing is known. */
export function bitRate(bits) {
  if (bits === null || bits === undefined) return ["–", ""];
  const kilobits = Math.round(bits / 1000);
  if (kilobits < MEGA) return [String(kilobits), "kb/s"];
  if (kilobits < GIGA) return [(kilobits / MEGA).toFixed(1), "Mb/s"];
  return [(kilobits / GIGA).toFixed(2), "Gb/s"];
}

/** "3:58", "2:14:07"; from a day on "11 d 4:10". */
export function elapsed(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [days, hours] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24];
  const [minutes, rest] = [Math.floor(whole / 60) % 60, whole % 60];
  if (days) return `${days} d ${hours}:${two(minutes)}`;
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
