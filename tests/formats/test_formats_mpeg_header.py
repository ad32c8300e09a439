"""The MPEG audio header, held against the tables of the standard."""

import pytest

from tinyice.formats.mpeg_header import (
    MAX_FRAME_BYTES,
    FrameHeader,
    MpegVersion,
    frame_length,
    parse_header,
)

V1, V2, V25 = MpegVersion.V1, MpegVersion.V2, MpegVersion.V25

KNOWN = [
    ("fffb9064", FrameHeader(V1, 3, 128000, 44100, 2, 1152, 417)),
    ("fffb9264", FrameHeader(V1, 3, 128000, 44100, 2, 1152, 418)),
    ("fffa90c0", FrameHeader(V1, 3, 128000, 44100, 1, 1152, 417)),
    ("fffbe444", FrameHeader(V1, 3, 320000, 48000, 2, 1152, 960)),
    ("fff380c4", FrameHeader(V2, 3, 64000, 22050, 1, 576, 208)),
    ("ffe318c4", FrameHeader(V25, 3, 8000, 8000, 1, 576, 72)),
    ("fffda404", FrameHeader(V1, 2, 192000, 48000, 2, 1152, 576)),
    ("ffffc004", FrameHeader(V1, 1, 384000, 44100, 2, 384, 416)),
    ("ffffc204", FrameHeader(V1, 1, 384000, 44100, 2, 384, 420)),
]


@pytest.mark.parametrize(("raw", "expected"), KNOWN)
def test_known_headers(raw: str, expected: FrameHeader) -> None:
    """Version, layer, rates, channels and length are read as the standard has them."""
    assert parse_header(b"??" + bytes.fromhex(raw), 2) == expected
    assert frame_length(bytes.fromhex(raw)) == expected.length


@pytest.mark.parametrize(
    "raw",
    [
        "fffb0064",
        "fffbf064",
        "fffb9c64",
        "ffeb9064",
        "fff99064",
        "fefb9064",
        "ff7b9064",
        "fffb",
        "",
    ],
)
def test_no_headers(raw: str) -> None:
    """Free format, reserved values, no sync word and cut-off headers are no headers."""
    assert parse_header(bytes.fromhex(raw)) is None
    assert frame_length(bytes.fromhex(raw)) == 0


def test_no_frame_is_longer_than_said() -> None:
    """The longest frame of all header values is the one the limits are made for."""
    lengths = (
        frame_length(bytes((0xFF, second, third))) for second in range(256) for third in range(256)
    )
    assert max(lengths) == MAX_FRAME_BYTES
