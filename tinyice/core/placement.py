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

    def opening(self, intro: bytes, burst: int) -> tuple[bytes, int]:
        """``intro`` as it goes out to somebody new, and the phase behind it, for ``join_at``.

        ``burst``: as it will be asked for there.
        """

    def join_at(self, burst: int, fresh_from: int, phase: int) -> Join:
        """Where somebody new begins who has had an opening that ended in ``phase``.

        At most ``burst`` bytes back, and not before ``fresh_from``.
        """

    def rejoin(self, offset: int, tail: int) -> Join:
        """Where somebody goes on who is about to lose the bytes at ``offset``.

        Not before ``offset``, nor before ``tail``, which will be the oldest
        byte of the feed's ring.
        """


class PlainPlacement:
    """Places in the stream as its source sent it."""

    def __init__(self, ring: Ring, sync: SyncPoints) -> None:
        self._ring = ring
        self._sync = sync

    def opening(self, intro: bytes, burst: int) -> tuple[bytes, int]:
        """The intro as it is."""
        return intro, 0

    def join_at(self, burst: int, fresh_from: int, phase: int) -> Join:
        """The oldest sync point within the burst, or the newest of all.

        After the stream headers in force there. The head where there is no
        sync point yet.
        """
        head = self._ring.head
        oldest = max(self._ring.tail, fresh_from)
        start = self._sync.at_or_after(max(oldest, head - burst))
        if start is None:
            newest = self._sync.newest
            start = head if newest is None or newest < oldest else newest
        return [self._sync.headers_at(start)], start

    def rejoin(self, offset: int, tail: int) -> Join:
        """The newest sync point, after the rest of the unit that was begun.

        The head, where another unit begins too, when that point is about to be
        lost as well.
        """
        newest, head = self._sync.newest, self._ring.head
        oldest = max(offset, tail, head - self._ring.capacity // 2)
        target = head if newest is None or newest < oldest else newest
        headers = self._sync.headers_at(target)
        if headers == self._sync.headers_at(offset):
            headers = b""
        return [self._rest_of_unit(offset), headers], target

    def _rest_of_unit(self, offset: int) -> bytes:
        """The bytes from ``offset`` to where another unit begins, if they are few."""
        point = self._sync.at_or_after(offset)
        end = self._ring.head if point is None else point
        return b"" if end - offset > REST_MAX else self._ring.copy(offset, end)
