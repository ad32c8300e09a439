"""Samples on their way from decoders to encoders: frames, and what shape they have."""

from array import array
from dataclasses import dataclass

from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

LAYOUTS = {1: "mono", 2: "stereo"}
_TYPECODES = {"s16": "h", "flt": "f", "fltp": "f"}
_SAMPLE_BYTES = {"s16": 2, "s32": 4, "flt": 4}


@dataclass(frozen=True, slots=True)
class Shape:
    """How samples lie. ``sample_format``: as FFmpeg names it, "s16" or "fltp" for example."""

    samplerate: int
    channels: int
    sample_format: str


class Converter:
    """Brings frames of any shape to one, whatever changes on the way.

    Loudness stays what it was. Channels are mixed down as whole numbers: only then
    FFmpeg keeps the sum within bounds. One channel becomes two here: FFmpeg would
    make it quieter.
    """

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._steps: list[AudioResampler] = []
        self._takes: tuple[object, ...] = ()

    def convert(self, frame: AudioFrame) -> list[AudioFrame]:
        """What there is of ``frame`` in that shape, and of frames before it."""
        takes = (frame.sample_rate, frame.layout.name, frame.format.name)
        before: list[AudioFrame] = []
        if not self._steps or takes != self._takes:
            before = self.flush()
            self._steps, self._takes = self._new(frame), takes
        # Each decoder counts anew: here only the order tells the time.
        frame.pts = None
        return before + self._finished(_through(self._steps, [frame]))

    def flush(self) -> list[AudioFrame]:
        """What is left; the next frame is a beginning."""
        steps, self._steps = self._steps, []
        left: list[AudioFrame] = []
        for step in steps:
            left = [*_through([step], left), *step.resample(None)]
        return self._finished(left)

    def _finished(self, frames: list[AudioFrame]) -> list[AudioFrame]:
        count = self._shape.channels
        return [one if one.layout.nb_channels == count else doubled(one) for one in frames]

    def _new(self, frame: AudioFrame) -> list[AudioResampler]:
        shape = self._shape
        layout = LAYOUTS[min(shape.channels, frame.layout.nb_channels)]
        last = AudioResampler(shape.sample_format, layout, shape.samplerate)
        if frame.layout.nb_channels <= shape.channels:
            return [last]
        return [AudioResampler("s32", layout, frame.sample_rate), last]


def _through(steps: list[AudioResampler], frames: list[AudioFrame]) -> list[AudioFrame]:
    for step in steps:
        frames = [made for frame in frames for made in step.resample(frame)]
    return frames


def doubled(frame: AudioFrame) -> AudioFrame:
    """The samples of one channel, on two."""
    name, samples = frame.format.name, frame.samples
    made = AudioFrame(name, LAYOUTS[2], samples)
    made.sample_rate = frame.sample_rate
    one = array(_TYPECODES[name], bytes(frame.planes[0])[: samples * frame.format.bytes])
    if not frame.format.is_planar:
        both = array(one.typecode, bytes(2 * samples * frame.format.bytes))
        both[0::2] = both[1::2] = one
        one = both
    content = one.tobytes()
    for plane in made.planes:
        plane.update(content + bytes(plane.buffer_size - len(content)))
    return made


def pcm_of(frame: AudioFrame) -> bytes:
    """The samples of a frame in which channels alternate, without what pads them."""
    size = frame.samples * frame.layout.nb_channels * _SAMPLE_BYTES[frame.format.name]
    return bytes(memoryview(frame.planes[0])[:size])


def frame_of(pcm: bytes, shape: Shape) -> AudioFrame:
    """A frame of samples in which channels alternate, as ``shape`` has them."""
    unit = shape.channels * _SAMPLE_BYTES[shape.sample_format]
    frame = AudioFrame(shape.sample_format, LAYOUTS[shape.channels], len(pcm) // unit)
    frame.sample_rate = shape.samplerate
    plane = frame.planes[0]
    plane.update(pcm + bytes(plane.buffer_size - len(pcm)))
    return frame
