"""What kind of picture some bytes are, and how large a one, by its first bytes. Pure.

PNG: https://www.w3.org/TR/png-3/, JPEG: ITU-T T.81, WebP: RFC 9649,
GIF: https://www.w3.org/Graphics/GIF/spec-gif89a.txt.
"""

_MARKS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers of JPEG: those that tell the size, and those that nothing belongs to."""


def kind_of(picture: bytes) -> str:
    """The type of a picture by its bytes; "" for what browsers are not to be given."""
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for mark, kind in _MARKS if picture.startswith(mark)), "")


def sides_of(picture: bytes) -> tuple[int, int]:
    """Width and height in pixels, as it says itself; (0, 0) where it does not."""
    match kind_of(picture):
        case "image/png" if picture[12:16] == b"IHDR" and len(picture) >= 24:
            return int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])
        case "image/gif" if len(picture) >= 10:
            return _little(picture[6:8]), _little(picture[8:10])
        case "image/webp" if len(picture) >= 30:
            return _webp(picture)
        case "image/jpeg":
            return _jpeg(picture)
    return 0, 0


def _webp(picture: bytes) -> tuple[int, int]:
    match picture[12:16]:
        case b"VP8X":
            return _little(picture[24:27]) + 1, _little(picture[27:30]) + 1
        case b"VP8L":
            bits = _little(picture[21:25])
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            return _little(picture[26:28]) & 0x3FFF, _little(picture[28:30]) & 0x3FFF
    return 0, 0


def _jpeg(picture: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(picture) and picture[at] == 0xFF:
        marker = picture[at + 1]
        if marker in _FRAMES:
            height, width = picture[at + 5 : at + 7], picture[at + 7 : at + 9]
            return int.from_bytes(width), int.from_bytes(height)
        if marker == 0xFF:
            at += 1
        elif marker in _BARE:
            at += 2
        else:
            at += 2 + max(2, int.from_bytes(picture[at + 2 : at + 4]))
    return 0, 0


def _little(number: bytes) -> int:
    return int.from_bytes(number, "little")
