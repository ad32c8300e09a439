"""Matroska and WebM, as live muxers write them: a listener joins at a cluster.

Rules of this file:

- the stream headers are everything from the EBML head to the first cluster;
  the size of the segment is made unknown in them (same length), because it
  is wrong for who joins late;
- a cluster passes child by child, so that nobody waits for its end;
- header bytes wait for the first cluster, up to ``HELD_HEADER_BYTES``; of
  longer headers the first cluster can't be joined, the next ones can; a
  stream with headers over ``MAX_HEADER_BYTES`` can't be joined.
"""

from tinyice.formats import matroska_ids as ids
from tinyice.formats.base import AudioInfo, Chunk, FormatKind
from tinyice.formats.draft import Draft
from tinyice.formats.ebml import with_unknown_size
from tinyice.formats.frozen import State
from tinyice.formats.matroska_headers import describe
from tinyice.formats.matroska_scan import ElementScanner, Piece, PieceKind
from tinyice.formats.matroska_time import BlockTime

MAX_HEADER_BYTES = 1024 * 1024
HELD_HEADER_BYTES = 64 * 1024


class MatroskaFramer:
    """The framer of Matroska and WebM."""

    kind = FormatKind.MATROSKA
    needs_headers = True

    def __init__(self) -> None:
        self._scanner = ElementScanner()
        self._draft = Draft()
        self._collected: bytearray | None = None
        self._can_join = False
        self._time = BlockTime(0.0)
        self._info = AudioInfo()

    @property
    def info(self) -> AudioInfo:
        """What the headers say of the first audio track."""
        return self._info

    def feed(self, data: bytes) -> list[Chunk]:
        """Take the next bytes; give their whole elements, the headers in chunks of their own."""
        for piece in self._scanner.feed(data):
            self._take(piece)
        if self._collected is None or self._draft.size > HELD_HEADER_BYTES:
            self._draft.finish()
        return self._draft.take_chunks()

    def freeze(self) -> State:
        """See ``formats/frozen.py``."""
        return {
            "scanner": self._scanner.freeze(),
            "draft": self._draft.freeze(),
            "collected": None if self._collected is None else bytes(self._collected),
            "can_join": self._can_join,
            "time": self._time.freeze(),
            "info": self._info.freeze(),
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._scanner.thaw(state["scanner"])
        self._draft.thaw(state["draft"])
        collected = state["collected"]
        self._collected = None if collected is None else bytearray(collected)
        self._can_join = state["can_join"]
        self._time.thaw(state["time"])
        self._info = AudioInfo(*state["info"])

    def _take(self, piece: Piece) -> None:
        if piece.id == ids.EBML:
            self._draft.finish()
            self._collected = bytearray()
            self._can_join = False
        if piece.kind is PieceKind.GARBAGE:
            self._collected = None
        if piece.id == ids.CLUSTER:
            self._begin_cluster(piece)
        elif self._collected is None:
            seconds = self._time.advance(piece.id, piece.raw[piece.content_at :])
            self._draft.add(piece.raw, seconds=seconds)
        else:
            self._collect(self._collected, piece)

    def _collect(self, collected: bytearray, piece: Piece) -> None:
        self._draft.add(piece.raw)
        if len(collected) + len(piece.raw) > MAX_HEADER_BYTES:
            self._collected = None
        elif piece.id == ids.SEGMENT:
            collected += with_unknown_size(piece.raw)
        else:
            collected += piece.raw

    def _begin_cluster(self, piece: Piece) -> None:
        if self._collected is None:
            self._draft.add(piece.raw, may_join=self._can_join)
            return
        headers, self._collected = bytes(self._collected), None
        told = describe(headers)
        self._info, self._time, self._can_join = told.info, BlockTime(told.tick_seconds), True
        if len(headers) <= HELD_HEADER_BYTES:
            self._draft.finish(headers, told.tags or None)
            self._draft.add(piece.raw, may_join=True)
        else:
            self._draft.add(piece.raw)
            self._draft.finish(headers, told.tags or None)
