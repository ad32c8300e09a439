"""Where in a ring somebody begins, or goes on after a loss."""

from dataclasses import dataclass
from typing import Protocol

from tinyice.core.ring import Ring
from tinyice.core.syncpoints import SyncPoints

REST_MAX = 8 * 1024
"""The longest rest of a frame or page that is kept for a listener who jumps."""

PARTING_MAX = 128 * 1024
"""The longest rest of one that is kept for a listener who is moved."""

Join = tuple[list[bytes], int]
"""What goes out first, and the offset in the feed's ring that follows."""


@dataclass(frozen=True, slots=True)
class Parting:
    """Where somebody stops who goes on in another stream.

    ``rest`` ends the unit that was begun; behind it the audio has come to the
    offset ``audio``, and the listener is in ``phase``.
    """

    rest: bytes
    audio: int
    phase: int = 0


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

    def part(self, offset: int) -> Parting:
        """Where somebody stops who has had all up to ``offset``."""

    def enter(self, fresh_from: int, phase: int) -> Join:
        """Where somebody goes on near the head who comes in ``phase`` from another stream.

        Not before ``fresh_from``.
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
        return [self._rest_of_unit(offset, REST_MAX), headers], target

    def part(self, offset: int) -> Parting:
        """The next place where a unit begins."""
        rest = self._rest_of_unit(offset, PARTING_MAX)
        return Parting(rest, offset + len(rest))

    def enter(self, fresh_from: int, phase: int) -> Join:
        """The newest sync point, after the stream headers in force there."""
        return self.join_at(0, fresh_from, phase)

    def _rest_of_unit(self, offset: int, longest: int) -> bytes:
        """The bytes from ``offset`` to where another unit begins, if they are few."""
        point = self._sync.at_or_after(offset)
        end = self._ring.head if point is None else point
        return b"" if end - offset > longest else self._ring.copy(offset, end)
