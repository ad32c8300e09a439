"""Which framer fits a stream: the content type decides, unless the bytes contradict."""

from tinyice.formats.adts import AdtsFramer
from tinyice.formats.base import FormatKind, Framer
from tinyice.formats.frozen import State
from tinyice.formats.matroska import MatroskaFramer
from tinyice.formats.mpeg import MpegFramer
from tinyice.formats.mpeg_header import parse_header
from tinyice.formats.ogg import OggFramer
from tinyice.formats.raw import RawFramer

START_BYTES = 4
"""So many bytes of a stream are enough to decide."""

_FRAMERS: dict[FormatKind, type[Framer]] = {
    FormatKind.MPEG: MpegFramer,
    FormatKind.ADTS: AdtsFramer,
    FormatKind.OGG: OggFramer,
    FormatKind.MATROSKA: MatroskaFramer,
    FormatKind.RAW: RawFramer,
}
_SUBTYPES = {
    FormatKind.MPEG: ("mpeg", "mp3", "x-mpeg", "x-mp3", "mpeg3", "x-mpeg-3", "mp2", "mp1"),
    FormatKind.ADTS: ("aac", "aacp", "x-aac", "aac-adts", "x-hx-aac-adts", "x-aacp"),
    FormatKind.OGG: ("ogg", "x-ogg", "opus", "vorbis", "x-vorbis+ogg", "x-speex+ogg", "x-flac+ogg"),
    FormatKind.MATROSKA: ("webm", "matroska", "x-matroska"),
}
_KINDS = {
    f"{top}/{subtype}": kind
    for kind, subtypes in _SUBTYPES.items()
    for top in ("audio", "video", "application")
    for subtype in subtypes
}
_TAG_KINDS = (FormatKind.MPEG, FormatKind.ADTS)
_ADTS_SECONDS = (0xF0, 0xF1, 0xF8, 0xF9)
_RESERVED_SAMPLERATE = 13


def framer_for(content_type: str, start: bytes) -> Framer | None:
    """A fresh framer for the stream that begins with ``start``; None: give more bytes.

    No content type at all means MPEG audio, as it does for every such server.
    """
    if len(start) < START_BYTES:
        return None
    return _FRAMERS[_decide(kind_of_type(content_type), start)]()


def thawed_framer(kind: FormatKind, state: State) -> Framer:
    """A framer that goes on where another one of that kind was frozen."""
    framer = _FRAMERS[kind]()
    framer.thaw(state)
    return framer


def kind_of_type(content_type: str) -> FormatKind:
    """The family that a content type names; RAW: none that we know."""
    plain = content_type.partition(";")[0].strip().lower()
    return _KINDS.get(plain, FormatKind.RAW) if plain else FormatKind.MPEG


def _decide(told: FormatKind, start: bytes) -> FormatKind:
    if start.startswith(b"OggS"):
        return FormatKind.OGG
    if start.startswith(b"\x1a\x45\xdf\xa3"):
        return FormatKind.MATROSKA
    if start.startswith(b"ID3"):
        return told if told in _TAG_KINDS else FormatKind.MPEG
    if _is_adts(start):
        return FormatKind.ADTS
    return FormatKind.MPEG if parse_header(start) else told


def _is_adts(start: bytes) -> bool:
    is_head = start[0] == 0xFF and start[1] in _ADTS_SECONDS
    return is_head and start[2] >> 2 & 15 < _RESERVED_SAMPLERATE
