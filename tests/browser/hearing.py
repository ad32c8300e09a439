"""Whether a page sounds: its media elements, through the Web Audio API."""

from playwright.sync_api import Frame, Page

TIME = "() => Math.max(0, ...[...window.__players].map(one => one.paused ? 0 : one.currentTime))"

LOUDNESS = """async () => {
  const player = [...window.__players].find(one => !one.paused && one.currentTime > 0);
  if (!player) return 0;
  const context = new AudioContext();
  await context.resume();
  const analyser = context.createAnalyser();
  const stream = player.captureStream();
  if (!stream.getAudioTracks().length) return 0;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let loudest = 0;
  for (let look = 0; look < 20; look += 1) {
    await new Promise(done => setTimeout(done, 50));
    analyser.getFloatTimeDomainData(samples);
    loudest = Math.max(loudest, ...samples.map(Math.abs));
  }
  await context.close();
  return loudest;
}"""
"""The greatest deflection within a second, of 1: what plays is tapped beside the loudspeaker."""


def played_seconds(page: Page | Frame) -> float:
    """How far the sound of the page has come."""
    seconds: float = page.evaluate(TIME)
    return seconds


def loudness(page: Page | Frame) -> float:
    """The greatest deflection of the sound within a second; 0 is silence."""
    loudest: float = page.evaluate(LOUDNESS)
    return loudest
