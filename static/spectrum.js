// The spectrum: bars of what is heard, measured by the browser.
//
// It is drawn while somebody can see it: not in a hidden tab, and not where
// motion is not wanted. Where the browser would silence the page in the pocket
// for it (iOS), there is none. Without sound the canvas is empty.

const BAR_PX = 10;
const LOWEST_HZ = 40;
const HIGHEST_HZ = 14000;
const SHAPE = { fftSize: 4096, smoothingTimeConstant: 0.8, minDecibels: -85, maxDecibels: -20 };
const iOS = CSS.supports("-webkit-touch-callout", "none");
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Spectrum {
  #canvas;
  #audio;
  #context = null;
  #analyser = null;
  #bins = null;
  #frame = 0;

  constructor(canvas, audio) {
    this.#canvas = canvas;
    this.#audio = audio;
    document.addEventListener("visibilitychange", () => this.#go());
    still.addEventListener("change", () => this.#go());
  }

  /** There is sound. The first time, the stream is led through the analyser. */
  async start() {
    if (iOS || still.matches) return;
    if (!this.#context) await this.#open();
    this.#go();
  }

  /** There is none any more. */
  stop() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const { width, height } = this.#canvas;
    this.#canvas.getContext("2d").clearRect(0, 0, width, height);
  }

  // A context that does not run would swallow the sound, so the stream goes through it only then.
  async #open() {
    const context = new AudioContext();
    const soon = new Promise((resolve) => setTimeout(resolve, 500));
    await Promise.race([context.resume().catch(() => {}), soon]);
    if (context.state !== "running" || this.#context) {
      context.close();
      return;
    }
    this.#context = context;
    this.#analyser = new AnalyserNode(context, SHAPE);
    this.#bins = new Uint8Array(this.#analyser.frequencyBinCount);
    const source = context.createMediaElementSource(this.#audio);
    source.connect(this.#analyser);
    source.connect(context.destination);
  }

  #go() {
    const seen = this.#context && !document.hidden && !still.matches && !this.#audio.paused;
    if (!seen) this.stop();
    else if (!this.#frame) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#analyser.getByteFrequencyData(this.#bins);
    const { clientWidth, clientHeight } = this.#canvas;
    const scale = devicePixelRatio || 1;
    const width = Math.round(clientWidth * scale);
    const height = Math.round(clientHeight * scale);
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    const pen = this.#canvas.getContext("2d");
    pen.clearRect(0, 0, width, height);
    const lamp = getComputedStyle(this.#canvas).color;
    const count = Math.max(24, Math.floor(clientWidth / BAR_PX));
    const step = width / count;
    for (let bar = 0; bar < count; bar += 1) {
      const tall = this.#level(bar / count, (bar + 1) / count) * height;
      const paint = pen.createLinearGradient(0, height - tall, 0, height);
      paint.addColorStop(0, lamp);
      paint.addColorStop(1, "transparent");
      pen.fillStyle = paint;
      pen.beginPath();
      pen.roundRect(bar * step + step * 0.25, height - tall, step * 0.5, tall, step * 0.15);
      pen.fill();
    }
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  // The loudest between two places of the scale, 0 to 1; equal steps sound equally far apart.
  #level(from, to) {
    const perBin = this.#context.sampleRate / this.#analyser.fftSize;
    const at = (place) => Math.floor((LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** place) / perBin);
    const last = Math.max(at(to), at(from) + 1);
    return Math.max(...this.#bins.subarray(at(from), last)) / 255;
  }
}
