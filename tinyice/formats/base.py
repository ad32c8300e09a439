"""What every framer promises.

A framer turns the bytes of one source session into chunks of whole units
(MPEG or ADTS frames, Ogg pages, Matroska elements), so that the ring always
ends where another stream may begin. Rules of this package:

- the data of all chunks, joined, is what the source sent, unbroken and in
  order, less a last incomplete unit; nothing is altered, garbage passes too;
- a framer never raises on any input and never holds back more than
  ``MAX_HELD_BYTES``: what can't be framed passes through;
- no transport, no clock, no log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from tinyice.formats.frozen import State

MAX_HELD_BYTES = 256 * 1024
"""The most that a framer holds back while it waits for the end of a unit."""


class FormatKind(Enum):
    """The families of streams that differ in where a listener may join."""

    MPEG = "mpeg"
    ADTS = "adts"
    OGG = "ogg"
    MATROSKA = "matroska"
    RAW = "raw"

    @property
    def carries_icy(self) -> bool:
        """Whether ICY metadata may be interleaved without breaking the stream."""
        return self in (FormatKind.MPEG, FormatKind.ADTS, FormatKind.RAW)

    @property
    def is_frame_stream(self) -> bool:
        """Whether the stream is a row of MPEG or ADTS frames, among which ID3 tags may stand."""
        return self in (FormatKind.MPEG, FormatKind.ADTS)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole units of a stream, and what is known of them.

    ``sync_points``: ascending offsets into ``data`` at which a listener may
    begin (after the stream headers in force, where the format has any).
    ``seconds``: audio time of ``data``, 0.0 where the format does not tell.
    ``headers``: the stream headers in force for every sync point *after* this
    chunk (b"" means that none are needed any more, None that nothing changed).
    ``tags``: in-band tags met in this chunk (lower-case keys: artist, title,
    album, ...), None when there were none.
    """

    data: bytes
    sync_points: tuple[int, ...] = ()
    seconds: float = 0.0
    headers: bytes | None = None
    tags: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What the stream says of itself; zeros and "" where it does not.

    ``bitrate`` in bit/s, ``samplerate`` in Hz; ``subtype`` as in Icecast's
    statistics ("Vorbis", "Opus", "FLAC", "Speex", "" for MPEG).
    """

    bitrate: int = 0
    samplerate: int = 0
    channels: int = 0
    subtype: str = ""

    def freeze(self) -> list[int | str]:
        """The values, in the order in which the constructor takes them."""
        return [self.bitrate, self.samplerate, self.channels, self.subtype]


class Framer(Protocol):
    """Cuts one source session into chunks."""

    @property
    def kind(self) -> FormatKind:
        """The family of the stream."""

    @property
    def needs_headers(self) -> bool:
        """Whether listeners can join only once stream headers are known."""

    @property
    def info(self) -> AudioInfo:
        """What is known of the audio so far."""

    def feed(self, data: bytes) -> list[Chunk]:
        """Take the next bytes of the source; give the chunks completed by them."""

    def freeze(self) -> State:
        """Where it stands between two feeds; see ``formats/frozen.py``."""

    def thaw(self, state: State) -> None:
        """Go on from ``state``; the framer is a fresh one."""
