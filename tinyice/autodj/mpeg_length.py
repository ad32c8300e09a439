"""How long an MP3 is that does not say so: by samples of its frames. In the child only.

Without a header of the whole, the first frame tells the bit rate of nothing but itself.
"""

from typing import BinaryIO

from tinyice.formats.mpeg_header import FrameHeader, parse_header

SPOTS = 16
SPOT_BYTES = 8 * 1024
WHOLE_BYTES = 256 * 1024
"""A file up to this size is read as a whole."""

_HEADER = 4


def estimated_seconds(file: BinaryIO, start: int) -> float:
    """How long the frames from ``start`` to the end sound; 0.0 if there are none."""
    size = file.seek(0, 2) - start
    if size <= WHOLE_BYTES:
        spots = [(start, size)]
    else:
        step = (size - SPOT_BYTES) // (SPOTS - 1)
        spots = [(start + step * number, SPOT_BYTES) for number in range(SPOTS)]
    seen_bytes, seen_s = 0, 0.0
    for at, length in spots:
        file.seek(at)
        found = frames_in(file.read(max(0, length)))
        seen_bytes += sum(frame.length for frame in found)
        seen_s += sum(frame.samples / frame.samplerate for frame in found)
    return size * seen_s / seen_bytes if seen_bytes else 0.0


def frames_in(data: bytes) -> list[FrameHeader]:
    """The frames that begin in ``data``, from the first on that another one follows."""
    found: list[FrameHeader] = []
    at = 0
    while at + _HEADER <= len(data):
        header = parse_header(data, at)
        if header is None or not (found or _is_followed(data, at, header)):
            at = data.find(b"\xff", at + 1)
            if at < 0:
                break
            continue
        found.append(header)
        at += header.length
    return found


def _is_followed(data: bytes, at: int, header: FrameHeader) -> bool:
    after = parse_header(data, at + header.length)
    if after is None:
        return False
    same = (header.version, header.layer, header.samplerate)
    return same == (after.version, after.layer, after.samplerate)
