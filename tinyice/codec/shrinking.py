"""Pictures made small enough for pages: decoded, scaled, and encoded as JPEG. In children only.

A picture may be made to harm who decodes it: one of too many pixels is refused by the
decoder before it asks for their memory, and whoever calls this is a process whose memory
and time are bounded.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from av.codec.context import CodecContext
from av.error import FFmpegError
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from numpy.typing import NDArray

_DECODERS = {"image/jpeg": "mjpeg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}
_QUALITIES = (4, 6, 9, 13, 20, 31)
"""FFmpeg's scale, from what looks like the original to what is hardly to be looked at."""

_LAMBDA = 118
"""Of FFmpeg's ``global_quality``, for one step of that scale."""

_STRAIGHT_ONLY = frozenset({"pal8", "ya8", "ya16be"})
"""Of these the scaler drops what is transparent, unless it changes nothing else."""

_WHITE = 255

Pixels = NDArray[np.uint8]


class Unshrinkable(Exception):
    """This is no picture that can be decoded, or too large a one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``pixels``: of what is decoded; ``side`` in pixels and ``bytes`` of what comes out."""

    pixels: int
    side: int
    bytes: int


def shrunk(picture: bytes, kind: str, limits: Limits) -> bytes:
    """A JPEG of ``picture``, whose MIME type is ``kind``; raises ``Unshrinkable``.

    What moves stands still; what is transparent lies on white. To keep within the limits
    it is as coarse as it must, and at last half as wide.
    """
    try:
        frame = _decoded(picture, _DECODERS[kind], limits.pixels)
        for side in (limits.side, limits.side // 2):
            pixels = _pixels(frame, side)
            for quality in _QUALITIES:
                found = _jpeg(pixels, quality)
                if len(found) <= limits.bytes:
                    return found
    except (FFmpegError, ValueError, LookupError, MemoryError) as error:
        raise Unshrinkable(str(error)) from error
    raise Unshrinkable


def _decoded(picture: bytes, decoder: str, pixels_max: int) -> VideoFrame:
    """The first, or only, picture there is."""
    context = _context(decoder, "r")
    context.options = {"max_pixels": str(pixels_max)}
    context.open()
    frames = context.decode(Packet(picture)) or context.decode(None)
    return frames[0]


def _pixels(frame: VideoFrame, side_max: int) -> Pixels:
    """Rows of red, green and blue, the right way up."""
    if frame.format.name in _STRAIGHT_ONLY:
        frame = frame.reformat(format="rgba")
    shrink = min(1.0, side_max / max(frame.width, frame.height))
    width, height = (max(1, round(side * shrink)) for side in (frame.width, frame.height))
    small = frame.reformat(width=width, height=height, format="rgba", interpolation="AREA")
    # Where there is no alpha the scaler makes everything opaque.
    whole = small.to_ndarray()
    alpha = whole[..., 3:].astype(np.uint16)
    mixed = (whole[..., :3] * alpha + _WHITE * (_WHITE - alpha)) // _WHITE
    turned: Pixels = np.rot90(mixed.astype(np.uint8), frame.rotation // 90)
    return np.ascontiguousarray(turned)


def _jpeg(pixels: Pixels, quality: int) -> bytes:
    frame = VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuvj420p")
    context = _context("mjpeg", "w")
    context.width, context.height, context.pix_fmt = frame.width, frame.height, "yuvj420p"
    context.options = {"flags": "+qscale+bitexact", "global_quality": str(quality * _LAMBDA)}
    context.open()
    return b"".join(bytes(each) for end in (frame, None) for each in context.encode(end))


def _context(codec: str, mode: Literal["r", "w"]) -> VideoCodecContext:
    context = CodecContext.create(codec, mode)
    if not isinstance(context, VideoCodecContext):
        raise TypeError(f"{codec} is not for pictures")
    context.thread_count = 1
    return context
