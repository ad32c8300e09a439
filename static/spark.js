// Sparklines, drawn as the server draws them: the shape of what happened, not its height.

const WIDTH = 120;
const HEIGHT = 32;
const TOP = 3;
const BOTTOM = 23;

const short = (number) => String(Number(number.toPrecision(4)));

function height(value, low, high) {
  if (low === high) return value ? (TOP + BOTTOM) / 2 : BOTTOM;
  return BOTTOM - ((value - low) / (high - low)) * (BOTTOM - TOP);
}

/** The line of `numbers`, oldest first, and the area below it. */
export function paths(numbers) {
  if (!numbers.length) return { line: "", area: "" };
  const values = numbers.length === 1 ? [...numbers, ...numbers] : numbers;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const step = WIDTH / (values.length - 1);
  const points = values.map((value, at) => `${short(at * step)} ${short(height(value, low, high))}`).join(" ");
  return { line: `M${points}`, area: `M${points} ${WIDTH} ${HEIGHT} 0 ${HEIGHT}Z` };
}

/** Let `svg`, a sparkline of the page, show `numbers`. */
export function draw(svg, numbers) {
  const { line, area } = paths(numbers);
  svg.querySelector(".ln").setAttribute("d", line);
  svg.querySelector(".ar").setAttribute("d", area);
}
