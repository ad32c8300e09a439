"""Where in a ring somebody begins, or goes on after a loss."""

from typing import Protocol

from tinyice.core.ring import Ring
from tinyice.core.syncpoints import SyncPoints

REST_MAX = 8 * 1024
"""The longest rest of a frame or page that is kept for a listener who jumps."""

Join = tuple[list[bytes], int]
"""What goes out first, and the offset in the feed's ring that follows."""


class Placement(Protocol):
    """Chooses the offsets of one feed."""

    def join_at(self, burst: int, fresh_from: int, intro: bytes = b"") -> Join:
        """Where somebody new begins, after ``intro``.

        At most ``burst`` bytes back, and not before ``fresh_from``.
        """

    def rejoin(self, offset: int) -> Join:
        """Where somebody goes on who is about to lose the bytes at ``offset``."""


class PlainPlacement:
    """Places in the stream as its source sent it."""

    def __init__(self, ring: Ring, sync: SyncPoints) -> None:
        self._ring = ring
        self._sync = sync

    def join_at(self, burst: int, fresh_from: int, intro: bytes = b"") -> Join:
        """A sync point, after the stream headers in force there."""
        start = self.start_point(burst, fresh_from)
        return [intro, self._sync.headers_at(start)], start

    def rejoin(self, offset: int) -> Join:
        """The newest sync point, after the rest of the unit that was begun."""
        rest, _ = self.rest_of_unit(offset)
        target = self.newest_point()
        headers = self._sync.headers_at(target)
        if headers == self._sync.headers_at(offset):
            headers = b""
        return [rest, headers], target

    def start_point(self, burst: int, fresh_from: int) -> int:
        """The oldest sync point within the last ``burst`` bytes, or the newest of all.

        The head itself where there is none yet.
        """
        oldest = max(self._ring.tail, fresh_from)
        point = self._sync.at_or_after(max(oldest, self._ring.head - burst))
        if point is not None:
            return point
        newest = self._sync.newest
        return self._ring.head if newest is None or newest < oldest else newest

    def newest_point(self) -> int:
        """The newest sync point; the head where that one is about to be lost."""
        newest = self._sync.newest
        head = self._ring.head
        if newest is None or newest < head - self._ring.capacity // 2:
            return head
        return newest

    def rest_of_unit(self, offset: int) -> tuple[bytes, int]:
        """The bytes from ``offset`` to the next sync point, if they are few; and that point."""
        point = self._sync.at_or_after(offset)
        if point is None or point - offset > REST_MAX or offset < self._ring.tail:
            return b"", offset
        return bytes(self._ring.view(offset, point - offset)), point
