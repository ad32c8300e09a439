"""Pictures from outside: what one really is, and nothing but that.

Neither a name nor a content type is believed: a picture is walked through from its
first byte to its last, and copied without what no browser needs to show it (comments,
places, cameras, whatever stands behind its end). What does not hold together is
refused. Nothing is decoded.

PNG: https://www.w3.org/TR/png-3/, JPEG: ITU-T T.81, WebP: RFC 9649.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

BYTES_MAX = 512 * 1024
SIDE_MAX = 4096

_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs"}
)
_JPEG_START = b"\xff\xd8"
_JPEG_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_JPEG_KEPT = _JPEG_FRAMES | {0xC4, 0xDA, 0xDB, 0xDD, 0xE0, 0xEE}
_END_OF_IMAGE, _START_OF_SCAN, _COLOUR_PROFILE = 0xD9, 0xDA, 0xE2
_WEBP_KEPT = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP"})
_ANIMATED, _DESCRIBED = 0x02, 0x0C
"""Bits of VP8X: it moves; it says more about itself (Exif, XMP)."""

_BROKEN = "This picture is damaged, or not all of it arrived."
_UNKNOWN = "A logo is a PNG, JPEG or WebP picture; this file is none, whatever its name says."
_SVG = "SVG pictures can hold scripts, so they are not taken. Save it as PNG or WebP."


class PictureRefused(ValueError):
    """This can't be used as a picture; ``sentence`` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that holds together. ``suffix`` is what a file of its kind ends with."""

    content: bytes
    content_type: str
    suffix: str
    width: int
    height: int
    digest: str


def picture_of(content: bytes) -> Picture:
    """The picture in ``content``; raises ``PictureRefused``."""
    if not content:
        raise PictureRefused("This file is empty.")
    if len(content) > BYTES_MAX:
        raise PictureRefused(f"A logo has at most {BYTES_MAX // 1024} kB.")
    if content.startswith(_PNG_START):
        return _picture("image/png", ".png", *_png(content))
    if content.startswith(_JPEG_START):
        return _picture("image/jpeg", ".jpg", *_jpeg(content))
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _picture("image/webp", ".webp", *_webp(content))
    raise PictureRefused(_SVG if _looks_like_svg(content) else _UNKNOWN)


def _picture(content_type: str, suffix: str, content: bytes, width: int, height: int) -> Picture:
    if not (width and height):
        raise PictureRefused(_BROKEN)
    if max(width, height) > SIDE_MAX:
        raise PictureRefused(
            f"A logo has at most {SIDE_MAX} pixels a side; this one has {width} by {height}."
        )
    digest = sha256(content).hexdigest()[:16]
    return Picture(content, content_type, suffix, width, height, digest)


def _looks_like_svg(content: bytes) -> bool:
    start = content[:4096].lower()
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and b"<svg" in start


# PNG: a signature, then chunks of length, kind, data and checksum.


def _png(content: bytes) -> tuple[bytes, int, int]:
    chunks = list(_png_chunks(content))
    kinds = [kind for kind, _ in chunks]
    if kinds[:1] != [b"IHDR"] or kinds[-1] != b"IEND" or b"IDAT" not in kinds:
        raise PictureRefused(_BROKEN)
    head = chunks[0][1]
    if len(head) != 25 or kinds.count(b"IHDR") != 1:
        raise PictureRefused(_BROKEN)
    whole = b"".join(raw for kind, raw in chunks if kind in _PNG_KEPT)
    return _PNG_START + whole, int.from_bytes(head[8:12]), int.from_bytes(head[12:16])


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and whole bytes of every chunk up to the last."""
    at = len(_PNG_START)
    while at + 12 <= len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4])
        raw = content[at:end]
        kind = raw[4:8]
        if end > len(content) or zlib.crc32(raw[4:-4]) != int.from_bytes(raw[-4:]):
            break
        yield kind, raw
        if kind == b"IEND":
            return
        at = end
    raise PictureRefused(_BROKEN)


# JPEG: segments of a marker, a length and data; after the start of a scan comes its
# data, in which a marker is FF and neither 00 nor one of the eight restarts.


def _jpeg(content: bytes) -> tuple[bytes, int, int]:
    kept, width, height, scans = [_JPEG_START], 0, 0, 0
    for marker, raw in _jpeg_segments(content):
        if marker in _JPEG_FRAMES:
            if width or len(raw) < 9:
                raise PictureRefused(_BROKEN)
            height, width = int.from_bytes(raw[5:7]), int.from_bytes(raw[7:9])
        scans += marker == _START_OF_SCAN
        is_profile = marker == _COLOUR_PROFILE and raw[4:].startswith(b"ICC_PROFILE\0")
        if marker in _JPEG_KEPT or is_profile:
            kept.append(raw)
    if not scans:
        raise PictureRefused(_BROKEN)
    return b"".join([*kept, bytes((0xFF, _END_OF_IMAGE))]), width, height


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and whole bytes of every segment, each scan with its data, up to the end."""
    at = 2
    while at + 2 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == _END_OF_IMAGE:
            return
        if marker == 0xFF:
            at += 1
            continue
        length = int.from_bytes(content[at + 2 : at + 4])
        end = at + 2 + length
        if length < 2 or end > len(content):
            break
        if marker == _START_OF_SCAN:
            end = _scan_end(content, end)
        yield marker, content[at:end]
        at = end
    raise PictureRefused(_BROKEN)


def _scan_end(content: bytes, at: int) -> int:
    while (at := content.find(b"\xff", at)) >= 0 and at + 1 < len(content):
        following = content[at + 1]
        if following not in (0x00, 0xFF) and not 0xD0 <= following <= 0xD7:
            return at
        at += 1 if following == 0xFF else 2
    raise PictureRefused(_BROKEN)


# WebP: a RIFF file; chunks of kind, length and data, padded to even lengths.


def _webp(content: bytes) -> tuple[bytes, int, int]:
    size = 8 + int.from_bytes(content[4:8], "little")
    if size > len(content):
        raise PictureRefused(_BROKEN)
    kept, width, height = [], 0, 0
    for kind, data in _webp_chunks(content[12:size]):
        if kind == b"VP8X" and len(data) == 10:
            if data[0] & _ANIMATED:
                raise PictureRefused("A logo does not move: save one picture of it.")
            data = bytes((data[0] & ~_DESCRIBED,)) + data[1:]  # noqa: PLW2901
        if kind not in _WEBP_KEPT:
            continue
        sides = _webp_sides(kind, data)
        width, height = max(width, sides[0]), max(height, sides[1])
        kept.append(kind + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2))
    if not any(chunk[:4] in (b"VP8 ", b"VP8L") for chunk in kept):
        raise PictureRefused(_BROKEN)
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body, width, height


def _webp_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(content):
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        end = at + 8 + length
        if at + 8 > len(content) or end > len(content):
            raise PictureRefused(_BROKEN)
        yield content[at : at + 4], content[at + 8 : end]
        at = end + length % 2


def _webp_sides(kind: bytes, data: bytes) -> tuple[int, int]:
    """Width and height, of those chunks that tell; else zeros."""
    if kind == b"VP8X" and len(data) == 10:
        return (
            1 + int.from_bytes(data[4:7], "little"),
            1 + int.from_bytes(data[7:10], "little"),
        )
    if kind == b"VP8 " and data[3:6] == b"\x9d\x01\x2a" and len(data) >= 10:
        width, height = (int.from_bytes(data[at : at + 2], "little") for at in (6, 8))
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and data[:1] == b"\x2f" and len(data) >= 5:
        bits = int.from_bytes(data[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind in (b"VP8 ", b"VP8L", b"VP8X"):
        raise PictureRefused(_BROKEN)
    return 0, 0
