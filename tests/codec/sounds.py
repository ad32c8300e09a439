"""Sounds for tests: made of numbers, written as files, and measured again."""

import io
import math
from array import array
from dataclasses import dataclass
from fractions import Fraction

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

from tinyice.codec.decoding import Faults, live
from tinyice.codec.sound import Converter, Shape, frame_of, pcm_of

LOUD = 8000
PITCH = 440.0


def sine(samplerate: int, channels: int, seconds: float, pitch: float = PITCH) -> bytes:
    """A steady tone, 16 bit, channels alternate."""
    turn = 2 * math.pi * pitch / samplerate
    samples = array("h")
    for at in range(round(seconds * samplerate)):
        samples.extend([round(LOUD * math.sin(turn * at))] * channels)
    return samples.tobytes()


def frames(pcm: bytes, samplerate: int, channels: int, *, size: int = 1000) -> list[AudioFrame]:
    """The same in frames of so many samples."""
    step, shape = size * channels * 2, Shape(samplerate, channels, "s16")
    return [frame_of(pcm[at : at + step], shape) for at in range(0, len(pcm), step)]


def file_of(
    container: str,
    codec: str,
    *,
    samplerate: int = 44100,
    layout: str = "stereo",
    seconds: float = 2.0,
    sample_format: str = "",
) -> bytes:
    """A file with the tone in it, made by FFmpeg."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream = out.add_stream(codec, rate=samplerate)
        assert isinstance(stream, AudioStream)
        stream.codec_context.layout = layout
        stream.codec_context.options = {"strict": "experimental"}
        if sample_format:
            stream.codec_context.format = sample_format
        count = min(2, stream.codec_context.layout.nb_channels)
        at = 0
        for frame in frames(sine(samplerate, count, seconds), samplerate, count):
            frame.pts, frame.time_base = at, Fraction(1, samplerate)
            at += frame.samples
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file.getvalue()


@dataclass(frozen=True)
class Heard:
    """What was decoded: the samples of the first channel, at full scale 1.0."""

    samplerate: int
    channels: int
    samples: "array[int]"
    faults: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.samplerate if self.samplerate else 0.0

    @property
    def rms(self) -> float:
        """How loud it is, on the scale of 16 bits; the first and the last tenth do not count."""
        part = len(self.samples) // 10
        inner = self.samples[part : len(self.samples) - part]
        return math.sqrt(sum(one * one for one in inner) / len(inner)) if inner else 0.0

    def steps(self, pitch: float = PITCH) -> int:
        """The largest deviation from a steady tone, beyond the first and last tenth of a second."""
        twice = 2 * math.cos(2 * math.pi * pitch / self.samplerate)
        edge = self.samplerate // 10
        one = self.samples
        return round(
            max(
                abs(one[at + 1] - twice * one[at] + one[at - 1])
                for at in range(edge, len(one) - edge)
            )
        )


LOUDNESS = LOUD / math.sqrt(2)
"""What the tone must have as its RMS."""


def heard(data: bytes, kind: str, *, piece: int = 500) -> Heard:
    """What a decoder makes of a stream that comes piece by piece."""
    file, faults = io.BytesIO(data), Faults()
    found = list(live(kind, lambda size: file.read(min(size, piece)), faults))
    if not found:
        return Heard(0, 0, array("h"), faults.count)
    rate, channels = found[0].sample_rate, found[0].layout.nb_channels
    converter = Converter(Shape(rate, 1, "s16"))
    pcm = b"".join(pcm_of(one) for frame in found for one in converter.convert(frame))
    pcm += b"".join(pcm_of(one) for one in converter.flush())
    return Heard(rate, channels, array("h", pcm), faults.count)
