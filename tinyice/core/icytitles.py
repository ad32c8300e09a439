"""Which metadata block goes where in an interleaved stream.

Titles are never given out of order: who joins in the past of the stream gets
the first title that the shared blocks will tell behind that place, where they
tell one; else the newest.
"""

from bisect import bisect_right

from tinyice.formats.frozen import State
from tinyice.wire.icy import EMPTY_BLOCK


class IcyTitles:
    """The block of what plays now, and the full ones that the ring still holds."""

    __slots__ = ("_blocks", "_is_due", "_offsets", "newest")

    def __init__(self, block: bytes) -> None:
        self.newest = block
        self._is_due = True
        self._offsets: list[int] = []
        self._blocks: list[bytes] = []

    def freeze(self) -> State:
        """Where it stands; see ``formats/frozen.py``."""
        return {
            "newest": self.newest,
            "is_due": self._is_due,
            "offsets": list(self._offsets),
            "blocks": list(self._blocks),
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self.newest, self._is_due = state["newest"], state["is_due"]
        self._offsets, self._blocks = state["offsets"], state["blocks"]

    def change(self, block: bytes) -> None:
        """From the next grid point on, this is what plays."""
        self.newest = block
        self._is_due = True

    def repeat(self) -> None:
        """The next block is a full one, for somebody who had none yet."""
        self._is_due = True

    def block_at(self, audio: int) -> bytes:
        """The block that everyone gets before the audio offset ``audio``."""
        if not self._is_due:
            return EMPTY_BLOCK
        self._is_due = False
        self._offsets.append(audio)
        self._blocks.append(self.newest)
        return self.newest

    def first_for(self, audio: int) -> bytes:
        """The block for somebody who reads the shared ones behind ``audio``."""
        index = bisect_right(self._offsets, audio)
        return self._blocks[index] if index < len(self._blocks) else self.newest

    def forget(self, audio: int) -> None:
        """Nobody will begin before ``audio`` any more."""
        keep = bisect_right(self._offsets, audio)
        if keep:
            del self._offsets[:keep]
            del self._blocks[:keep]
