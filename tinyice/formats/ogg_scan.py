"""Find the pages in a stream that may hold anything.

Rules of this file:

- a page is one only when its checksum says so; ``OggS`` inside audio is not;
- decisions depend on the bytes and their place, not on how they were split;
- a stream made of false pages costs bounded work: once more bytes were
  checked in vain than ``_VAIN_FACTOR`` times what came (plus an allowance),
  page heads are passed over until more has come.
"""

from tinyice.formats.frozen import State
from tinyice.formats.ogg_page import CAPTURE, Page, has_sound_checksum, page_length

_VAIN_FACTOR = 4
_VAIN_ALLOWANCE = 1024 * 1024


class PageScanner:
    """Cuts bytes into pages and the garbage between them."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._at = 0
        self._passed = 0
        self._vain = 0

    def feed(self, data: bytes) -> list[Page | bytes]:
        """Take the next bytes; give the pages and the garbage (bytes), in order."""
        self._buffer += data
        pieces: list[Page | bytes] = []
        while self._advance(pieces):
            pass
        self._release(pieces)
        return pieces

    def freeze(self) -> State:
        """See ``formats/frozen.py``."""
        return {"buffer": bytes(self._buffer), "passed": self._passed, "vain": self._vain}

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._buffer = bytearray(state["buffer"])
        self._passed, self._vain = state["passed"], state["vain"]

    def _advance(self, pieces: list[Page | bytes]) -> bool:
        if not self._find():
            return False
        length = page_length(self._buffer, self._at)
        if length is None or self._at + length > len(self._buffer):
            return False
        if length and self._may_check():
            raw = bytes(self._buffer[self._at : self._at + length])
            if has_sound_checksum(raw):
                self._release(pieces)
                self._drop(length)
                pieces.append(Page(raw))
                return True
            self._vain += length
        self._at += 1
        return True

    def _find(self) -> bool:
        """Move to the next capture pattern, or to what may become one."""
        found = self._buffer.find(CAPTURE, self._at)
        if found >= 0:
            self._at = found
            return True
        self._at = max(self._at, len(self._buffer) - len(CAPTURE) + 1)
        while not CAPTURE.startswith(self._buffer[self._at :]):
            self._at += 1
        return False

    def _may_check(self) -> bool:
        return self._vain <= _VAIN_ALLOWANCE + (self._passed + self._at) * _VAIN_FACTOR

    def _release(self, pieces: list[Page | bytes]) -> None:
        if self._at:
            pieces.append(bytes(self._buffer[: self._at]))
            self._drop(self._at)

    def _drop(self, length: int) -> None:
        del self._buffer[:length]
        self._passed += length
        self._at = 0
