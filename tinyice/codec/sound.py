"""Samples on their way from decoders to encoders: frames, and what shape they have."""

from dataclasses import dataclass

from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

LAYOUTS = {1: "mono", 2: "stereo"}
_SAMPLE_BYTES = {"s16": 2, "s32": 4, "flt": 4}


@dataclass(frozen=True, slots=True)
class Shape:
    """How samples lie. ``sample_format``: as FFmpeg names it, "s16" or "fltp" for example."""

    samplerate: int
    channels: int
    sample_format: str


class Converter:
    """Brings frames of any shape to one, whatever changes on the way."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._resampler: AudioResampler | None = None
        self._takes: tuple[object, ...] = ()

    def convert(self, frame: AudioFrame) -> list[AudioFrame]:
        """What there is of ``frame`` in that shape, and of frames before it."""
        takes = (frame.sample_rate, frame.layout.name, frame.format.name)
        before: list[AudioFrame] = []
        if self._resampler is None or takes != self._takes:
            before = self.flush()
            self._resampler, self._takes = self._new(), takes
        # Each decoder counts anew: here only the order tells the time.
        frame.pts = None
        return before + self._resampler.resample(frame)

    def flush(self) -> list[AudioFrame]:
        """What is left; the next frame is a beginning."""
        resampler, self._resampler = self._resampler, None
        return [] if resampler is None else resampler.resample(None)

    def _new(self) -> AudioResampler:
        shape = self._shape
        return AudioResampler(shape.sample_format, LAYOUTS[shape.channels], shape.samplerate)


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
