"""One audio client: where it stands in its stream, and what it is owed next.

A listener never slows anything: it takes what its socket takes, and when the
ring has run away under it, it jumps to the newest sync point. It stands in one
of three places:

- *seated* in a cohort, level with everyone there (the cohort holds the offset);
- *lagging*: its socket is full; it holds its own offset and goes on when the
  outlet calls ``resume``;
- *leaving*: it is given what was left up to ``until`` and then let go.
"""

from typing import TYPE_CHECKING, Protocol

from tinyice.core.clients import Client
from tinyice.core.events import DropReason

if TYPE_CHECKING:
    from tinyice.core.cohort import Cohort
    from tinyice.core.feed import Feed


class Outlet(Protocol):
    """The way to one player. Declared by who calls it, built in ``net``."""

    def send(self, view: bytes | memoryview) -> int:
        """Take what fits now and say how much.

        Less than all means that ``Listener.resume`` is called once more fits.
        """

    def finish(self) -> None:
        """Close once the player has what was taken."""

    def abort(self) -> None:
        """Close at once."""


class Listener:
    """An audio client of one mount."""

    __slots__ = (
        "client",
        "cohort",
        "drop_reason",
        "feed",
        "id",
        "joined_at",
        "jumps",
        "jumps_in_a_row",
        "mark",
        "offset",
        "origin",
        "outlet",
        "pending",
        "seat",
        "until",
    )

    def __init__(self, number: int, client: Client, outlet: Outlet, joined_at: float) -> None:
        self.id = number
        self.client = client
        self.outlet = outlet
        self.joined_at = joined_at
        """Monotonic seconds."""
        self.feed: Feed | None = None
        self.cohort: Cohort | None = None
        self.seat = -1
        self.offset = 0
        """The next byte of the feed's ring, while lagging."""
        self.origin = 0
        """``position - origin`` is what was sent."""
        self.pending: list[memoryview] = []
        """Bytes that go out before those of the ring: intro, headers, rests of units."""
        self.mark = 0
        """``bytes_out`` at the last jump."""
        self.until: int | None = None
        self.jumps = 0
        self.jumps_in_a_row = 0
        self.drop_reason = DropReason.LEFT

    @property
    def position(self) -> int:
        """The offset in the feed's ring up to which everything was taken."""
        return self.offset if self.cohort is None else self.cohort.offset

    @property
    def bytes_out(self) -> int:
        """Stream bytes taken by the socket so far."""
        return self.position - self.origin

    @property
    def lag(self) -> int:
        """Bytes of the feed that are still to be sent."""
        return 0 if self.feed is None else max(0, self.feed.ring.head - self.position)

    def start(self, feed: "Feed", prefix: list[bytes], offset: int) -> None:
        """Begin at ``offset`` of ``feed``, after ``prefix``."""
        self.feed = feed
        self.offset = self.origin = offset
        self.pending = [memoryview(part) for part in prefix if part]

    def jump(self, prefix: list[bytes], offset: int) -> None:
        """Go on at ``offset`` after ``prefix``; what lies between is lost.

        An intro that is still being played does not count against its listener,
        as long as it moves.
        """
        if not self.pending or self.bytes_out == self.mark:
            self.jumps += 1
            self.jumps_in_a_row += 1
        self.mark = self.bytes_out
        self.origin += offset - self.offset
        self.offset = offset
        self.pending.extend(memoryview(part) for part in prefix if part)

    def resume(self) -> None:
        """The outlet takes bytes again."""
        if self.feed is not None and self.cohort is None and self.catch_up():
            self.feed.settle(self)

    def catch_up(self) -> bool:
        """Send what is owed; whether the listener is level with the head now."""
        feed = self.feed
        if feed is None or not self._send_pending():
            return False
        ring = feed.ring
        end = ring.head if self.until is None else self.until
        while self.offset < end:
            view = ring.view(self.offset, end - self.offset)
            taken = self.outlet.send(view)
            self.offset += taken
            feed.bytes_out += taken
            if taken < len(view):
                return False
        return True

    def _send_pending(self) -> bool:
        while self.pending:
            part = self.pending[0]
            taken = self.outlet.send(part)
            self.origin -= taken
            if self.feed is not None:
                self.feed.bytes_out += taken
            if taken < len(part):
                self.pending[0] = part[taken:]
                return False
            del self.pending[0]
        return True
