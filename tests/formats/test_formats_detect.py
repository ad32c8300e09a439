"""The content type decides, unless the first bytes contradict."""

import pytest

from formats.synthetic_frames import MP3_128, adts_frame
from tinyice.formats.base import FormatKind
from tinyice.formats.detect import framer_for, kind_of_type

MPEG, ADTS, OGG = FormatKind.MPEG, FormatKind.ADTS, FormatKind.OGG
MATROSKA, RAW = FormatKind.MATROSKA, FormatKind.RAW
AAC = adts_frame(50)
EBML = b"\x1a\x45\xdf\xa3"
NOTHING = b"\x01\x02\x03\x04\x05"

DECISIONS = [
    ("audio/mpeg", MP3_128, MPEG),
    ("audio/mpeg", NOTHING, MPEG),
    ("audio/mpeg", b"ID3\4\0", MPEG),
    ("audio/mpeg", AAC, ADTS),
    ("audio/mpeg", b"OggS\0", OGG),
    ("", NOTHING, MPEG),
    ("", b"OggS\0", OGG),
    ("audio/aac", AAC, ADTS),
    ("audio/aacp", NOTHING, ADTS),
    ("audio/aacp", b"ID3\4\0", ADTS),
    ("audio/aac", MP3_128, MPEG),
    ("application/ogg", b"OggS\0", OGG),
    ("audio/ogg; codecs=opus", NOTHING, OGG),
    ("application/ogg", MP3_128, MPEG),
    ("application/ogg", b"ID3\3\0", MPEG),
    ("Audio/WebM", EBML, MATROSKA),
    ("video/x-matroska", NOTHING, MATROSKA),
    ("audio/webm", b"OggS\0", OGG),
    ("audio/ogg", EBML, MATROSKA),
    ("audio/flac", b"fLaC\0", RAW),
    ("application/octet-stream", NOTHING, RAW),
    ("application/octet-stream", MP3_128, MPEG),
    ("application/octet-stream", AAC, ADTS),
    ("application/octet-stream", EBML, MATROSKA),
]


@pytest.mark.parametrize(("content_type", "start", "kind"), DECISIONS)
def test_decisions(content_type: str, start: bytes, kind: FormatKind) -> None:
    """Each type and beginning has its framer."""
    framer = framer_for(content_type, start)
    assert framer is not None
    assert framer.kind is kind


@pytest.mark.parametrize("start", [b"", b"O", b"Ogg", b"\xff\xfb\x90"])
def test_a_few_bytes_must_be_there(start: bytes) -> None:
    """Nothing is decided before the first four bytes."""
    assert framer_for("audio/mpeg", start) is None


def test_each_framer_is_fresh() -> None:
    """Two sessions never share a framer."""
    assert framer_for("audio/mpeg", MP3_128) is not framer_for("audio/mpeg", MP3_128)


def test_only_frame_streams_and_unknown_ones_carry_icy() -> None:
    """Ogg and Matroska break when metadata is put between their bytes."""
    types = ("audio/mpeg", "audio/aac", "audio/flac", "audio/ogg", "audio/webm")
    assert [kind_of_type(each).carries_icy for each in types] == [True, True, True, False, False]
