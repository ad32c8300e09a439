"""Find the elements in a stream that should be Matroska, but may hold anything.

Rules of this file:

- elements are told apart by their ids alone, so that segments and clusters of
  unknown size (and wrong sizes) need no care: of both only the head is a
  piece, and their children follow;
- before the first cluster any id is taken, later only those that belong there;
- an element over ``MAX_ELEMENT_BYTES`` comes in parts;
- where no element stands, everything is garbage until a cluster or an EBML
  head is found that begins as it must.
"""

import re
from dataclasses import dataclass
from enum import Enum

from tinyice.formats import matroska_ids as ids
from tinyice.formats.ebml import ElementHead, read_head
from tinyice.formats.frozen import State

MAX_ELEMENT_BYTES = 128 * 1024
MAX_PASSED_BYTES = 64 * 1024 * 1024
"""A longer element is not believed."""

_MAX_EBML_BYTES = 4096
_ANCHOR = re.compile(b"\x1f\x43\xb6\x75|\x1a\x45\xdf\xa3")
_ANCHOR_BYTES = 4
_EBML_CHILD_BYTE = 0x42
_MASTERS = (ids.SEGMENT, ids.CLUSTER)
_MEMBERS = ids.TOP_LEVEL | ids.CLUSTER_CHILDREN


class PieceKind(Enum):
    """What a piece is."""

    ELEMENT = "a whole element"
    MASTER = "the head of a segment or cluster"
    PART = "a part of a long element"
    GARBAGE = "no element"


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of the stream. ``id`` and ``content_at`` only where the kind has them."""

    kind: PieceKind
    raw: bytes
    id: int = 0
    content_at: int = 0


class ElementScanner:
    """Cuts bytes into elements and the garbage between them."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._left = 0
        self._lost = True
        self._in_headers = False
        self._pieces: list[Piece] = []

    def feed(self, data: bytes) -> list[Piece]:
        """Take the next bytes; give the pieces completed by them, in order."""
        self._buffer += data
        while self._advance():
            pass
        pieces, self._pieces = self._pieces, []
        return pieces

    def freeze(self) -> State:
        """See ``formats/frozen.py``."""
        return {
            "buffer": bytes(self._buffer),
            "left": self._left,
            "lost": self._lost,
            "in_headers": self._in_headers,
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._buffer = bytearray(state["buffer"])
        self._left, self._lost = state["left"], state["lost"]
        self._in_headers = state["in_headers"]

    def _advance(self) -> bool:
        if self._left:
            return self._pass_part()
        if self._lost:
            return self._hunt()
        head = read_head(self._buffer, 0)
        if head is None:
            return False
        if head.id == ids.CLUSTER:
            anchored = self._is_anchor()
            if anchored is None:
                return False
            self._lost = not anchored
        else:
            self._lost = not self._is_sound(head)
        return self._lost or self._take(head)

    def _is_sound(self, head: ElementHead) -> bool:
        if head.id in _MASTERS:
            return True
        if head.size is None or head.size > MAX_PASSED_BYTES:
            return False
        if head.id == ids.EBML:
            return head.size <= _MAX_EBML_BYTES
        return head.id in _MEMBERS or (self._in_headers and head.id != 0)

    def _take(self, head: ElementHead) -> bool:
        if head.id in _MASTERS or head.size is None:
            self._in_headers = self._in_headers and head.id != ids.CLUSTER
            self._give(PieceKind.MASTER, head.length, head)
            return True
        length = head.length + head.size
        if length > MAX_ELEMENT_BYTES:
            self._left = length
            return True
        if length > len(self._buffer):
            return False
        self._in_headers = self._in_headers or head.id == ids.EBML
        self._give(PieceKind.ELEMENT, length, head)
        return True

    def _pass_part(self) -> bool:
        step = min(self._left, len(self._buffer))
        if step:
            self._give(PieceKind.PART, step)
        self._left -= step
        return not self._left

    def _hunt(self) -> bool:
        found = _ANCHOR.search(self._buffer)
        garbage = found.start() if found else len(self._buffer) - _ANCHOR_BYTES + 1
        if garbage > 0:
            self._give(PieceKind.GARBAGE, garbage)
        if found is None:
            return False
        anchored = self._is_anchor()
        if anchored is None:
            return False
        self._lost = not anchored
        if not anchored:
            self._give(PieceKind.GARBAGE, 1)
        return True

    def _is_anchor(self) -> bool | None:
        """Whether a cluster or EBML head stands here; None: more bytes are needed."""
        head = read_head(self._buffer, 0)
        if head is None:
            return None
        if not self._is_sound(head):
            return False
        child = read_head(self._buffer, head.length)
        if child is None:
            return None
        if head.id == ids.CLUSTER:
            return child.id in ids.CLUSTER_CHILDREN
        return child.id >> 8 == _EBML_CHILD_BYTE or child.id in (ids.VOID, ids.CHECKSUM)

    def _give(self, kind: PieceKind, length: int, head: ElementHead | None = None) -> None:
        raw = bytes(self._buffer[:length])
        del self._buffer[:length]
        if head is None:
            self._pieces.append(Piece(kind, raw))
        else:
            self._pieces.append(Piece(kind, raw, head.id, head.length))
