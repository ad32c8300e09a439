"""A file's stream in pieces that may be played one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from tinyice.formats.base import AudioInfo, Chunk, FormatKind, Framer
from tinyice.formats.mpeg_header import frame_length

SLICE_BYTES = 2048
"""Files are framed in slices of so much, so that a piece is a fraction of a second."""

_ADTS_HEADER_BYTES = 7


@dataclass(frozen=True, slots=True)
class Unit:
    """Some audio. ``headers``: the stream headers in force before it.

    ``begins``: it is the first of a round, which begins anew with those headers.
    """

    chunk: Chunk
    headers: bytes
    begins: bool = False


class UnitCutter:
    """Cuts one round of a programme.

    Stream headers at the beginning are no part of any unit, and neither is what
    stands between frames: tags, tables of the file, garbage.
    """

    def __init__(self, framer: Framer) -> None:
        self._framer = framer
        self._headers = b""
        self._has_begun = False
        self.tags: Mapping[str, str] = {}
        """What the stream says of itself at its beginning."""

    @property
    def kind(self) -> FormatKind:
        """The family of the stream."""
        return self._framer.kind

    @property
    def needs_headers(self) -> bool:
        """Whether listeners can join only with stream headers."""
        return self._framer.needs_headers

    @property
    def info(self) -> AudioInfo:
        """What is known of the audio."""
        return self._framer.info

    def feed(self, data: bytes) -> list[Unit]:
        """Take the next bytes; give what they complete."""
        units: list[Unit] = []
        for at in range(0, len(data), SLICE_BYTES):
            for chunk in self._framer.feed(data[at : at + SLICE_BYTES]):
                self._take(chunk, units)
        return units

    def _take(self, chunk: Chunk, units: list[Unit]) -> None:
        if not self._has_begun and chunk.tags:
            self.tags = chunk.tags
        if self.kind.is_frame_stream:
            audio = frames_of(self.kind, chunk)
            pieces = [audio] if audio is not None else []
        else:
            pieces = self._pieces(chunk)
        for piece in pieces:
            units.append(Unit(piece, self._headers, begins=not self._has_begun))
            self._has_begun = True
        if chunk.headers is not None:
            self._headers = chunk.headers

    def _pieces(self, chunk: Chunk) -> list[Chunk]:
        """The chunk cut at its sync points; without what comes before the first of all."""
        size, points = len(chunk.data), chunk.sync_points
        starts = sorted({0, *points}) if self._has_begun else list(points)
        pieces = []
        for at, end in pairwise([*starts, size]):
            is_last = end == size
            pieces.append(
                Chunk(
                    chunk.data[at:end],
                    (0,) if at in points else (),
                    chunk.seconds * (end - at) / size,
                    chunk.headers if is_last else None,
                    chunk.tags if is_last else None,
                )
            )
        return pieces


def frames_of(kind: FormatKind, chunk: Chunk) -> Chunk | None:
    """The frames of the chunk, without what stands between them; None: there are none."""
    data, starts, parts, size = chunk.data, [], [], 0
    for at in chunk.sync_points:
        length = frame_length(data, at) if kind is FormatKind.MPEG else _adts_length(data, at)
        if length and at + length <= len(data):
            starts.append(size)
            parts.append(data[at : at + length])
            size += length
    return Chunk(b"".join(parts), tuple(starts), chunk.seconds) if parts else None


def _adts_length(data: bytes, at: int) -> int:
    head = data[at : at + _ADTS_HEADER_BYTES]
    if len(head) < _ADTS_HEADER_BYTES or head[0] != 0xFF:
        return 0
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length > _ADTS_HEADER_BYTES else 0
