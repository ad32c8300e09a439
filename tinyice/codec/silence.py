"""The silence child: ``python -m tinyice.codec.silence CONTAINER CODEC RATE CHANNELS BITRATE``.

Makes some seconds of silence in that format, gives them to the parent in pieces,
and ends. What it can't make it says in one ``Fault``.
"""

import io
import sys
from contextlib import suppress
from fractions import Fraction

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec import Codec

from tinyice.codec.protocol import PARENT_KINDS, Audio, Fault
from tinyice.work.childside import ParentGone, ParentPipe, live_as_child, standard_pipe
from tinyice.work.frames import FrameReader

ENCODERS = {
    "mp3": ("libmp3lame",),
    "aac": ("aac",),
    "opus": ("libopus",),
    "vorbis": ("libvorbis", "vorbis"),
    "flac": ("flac",),
}
"""The encoders of each codec, the better one first."""

SECONDS = {"mp3": 4.0, "aac": 4.0}
LINKED_SECONDS = 60.0
"""Longer where each round begins with headers."""

OPTIONS = {"mp3": {"write_xing": "0", "id3v2_version": "0"}}
"""Bare frames: no table of the file, no tag."""

LAYOUTS = ("mono", "stereo", "2.1", "4.0", "5.0", "5.1", "6.1", "7.1")
PIECE_BYTES = 128 * 1024
MAX_FROM_PARENT = 64
_BLOCK_SAMPLES = 4096


class NotMade(Exception):
    """There is no encoder for it, or it does not take these numbers."""


def silence(container: str, codec: str, samplerate: int, channels: int, bitrate: int) -> bytes:
    """Some seconds of silence; raises ``NotMade``."""
    if not 0 < channels <= len(LAYOUTS):
        raise NotMade(f"no silence of {channels} channels")
    reasons = []
    for name in ENCODERS.get(codec, ()):
        file = io.BytesIO()
        try:
            with av.open(file, "w", format=container, container_options=OPTIONS.get(codec)) as out:
                stream = out.add_stream(name, rate=samplerate)
                if not isinstance(stream, AudioStream):
                    raise NotMade(f"{name} is no audio encoder")
                _prepare(stream.codec_context, samplerate, LAYOUTS[channels - 1], bitrate)
                for frame in _frames(stream.codec_context, SECONDS.get(codec, LINKED_SECONDS)):
                    out.mux(stream.encode(frame))
                out.mux(stream.encode(None))
        except (av.FFmpegError, ValueError) as error:
            reasons.append(f"{name}: {error}")
        else:
            return file.getvalue()
    words = f"no encoder here makes {codec} with {samplerate} Hz and {channels} channels"
    raise NotMade("; ".join([words, *reasons]))


def _prepare(context: AudioCodecContext, samplerate: int, layout: str, bitrate: int) -> None:
    formats = Codec(context.name, "w").audio_formats or []
    context.sample_rate = samplerate
    context.layout = layout
    context.format = formats[0].name
    if bitrate:
        context.bit_rate = bitrate
    # The codec's own encoder of Vorbis calls itself experimental; for silence it will do.
    context.options = {"strict": "experimental"}
    context.open()


def _frames(context: AudioCodecContext, seconds: float) -> list[AudioFrame]:
    size, frames = context.frame_size or _BLOCK_SAMPLES, []
    for at in range(0, int(seconds * context.sample_rate), size):
        frame = AudioFrame(context.format.name, context.layout.name, size)
        frame.sample_rate = context.sample_rate
        frame.time_base = Fraction(1, context.sample_rate)
        frame.pts = at
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frames.append(frame)
    return frames


def give(pipe: ParentPipe, arguments: list[str]) -> None:
    """Make what the arguments say, for the parent at the other end of ``pipe``."""
    container, codec, *numbers = arguments
    samplerate, channels, bitrate = map(int, numbers)
    try:
        data = silence(container, codec, samplerate, channels, bitrate)
    except NotMade as error:
        pipe.send(Fault(str(error)).framed())
        return
    for at in range(0, len(data), PIECE_BYTES):
        pipe.send(Audio(data[at : at + PIECE_BYTES], 0.0).framed())


def main() -> int:
    """Make silence for the parent at standard output."""
    live_as_child()
    pipe = standard_pipe(FrameReader(PARENT_KINDS, max_payload=MAX_FROM_PARENT))
    with suppress(ParentGone):
        give(pipe, sys.argv[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main())
