"""FFmpeg's encoders: opened, and asked for packets."""

from collections.abc import Mapping

from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.codec.context import CodecContext

from tinyice.codec.sound import LAYOUTS, Shape


def open_encoder(
    name: str, shape: Shape, *, bitrate: int = 0, options: Mapping[str, str] | None = None
) -> AudioCodecContext:
    """The encoder ``name`` of FFmpeg, for samples of that shape; ``bitrate`` in bit/s."""
    context = CodecContext.create(name, "w")
    if not isinstance(context, AudioCodecContext):
        raise TypeError(f"{name} is no audio encoder")
    context.sample_rate = shape.samplerate
    context.layout = LAYOUTS[shape.channels]
    context.format = shape.sample_format
    if bitrate:
        context.bit_rate = bitrate
    context.options = dict(options or {})
    context.open()
    return context


def packets_of(context: AudioCodecContext, samples: AudioFrame | None) -> list[bytes]:
    """The packets that these samples complete; None: all that are left."""
    return [bytes(packet) for packet in context.encode(samples)]
