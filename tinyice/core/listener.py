"""One audio client: where it stands in its stream, and what it is owed next.

A listener never slows anything: it takes what its socket takes, and when the
ring has run away under it, it jumps to the newest sync point. It stands in one
of three places:

- *seated* in a cohort, level with everyone there (the cohort holds the offset);
- *lagging*: its socket is full; it holds its own offset and goes on when the
  outlet calls ``resume``;
- *leaving*: it is given what was left up to ``until`` and then let go.

A fourth place is *away*: another process serves it, with a ``Listener`` of its
own, and this one is what is known of it here.

It gets a place in the stream only when its opening (the intro) is out, so that
a long intro ends in the present.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from tinyice.core.clients import Client
from tinyice.core.events import DropReason
from tinyice.core.frozen import FrozenListener

if TYPE_CHECKING:
    from tinyice.core.cohort import Cohort
    from tinyice.core.mount import Mount
    from tinyice.core.seating import Seating


class Window(Protocol):
    """What can be read of a ring."""

    @property
    def head(self) -> int:
        """Offset of the next byte to come."""

    def view(self, start: int, limit: int = ...) -> memoryview:
        """The bytes from ``start`` on; nothing where they are lost."""


class Stream(Protocol):
    """The feed of a listener, as the listener knows it."""

    @property
    def ring(self) -> Window:
        """The bytes."""

    @property
    def seating(self) -> "Seating":
        """Where its listeners stand."""

    def place(self, listener: "Listener", phase: int) -> None:
        """Give ``listener``, whose opening is out, its place in the stream."""

    def dismiss(self, listener: "Listener") -> None:
        """Forget ``listener``."""


class Outlet(Protocol):
    """The way to one player. Declared by who calls it, built in ``net``."""

    raw_send: Callable[[memoryview], int]
    """The socket's own send, for a listener who keeps up. It may raise ``OSError``
    or take less than all; ``send`` is asked for the rest then."""

    def send(self, view: bytes | memoryview) -> int:
        """Take what fits now and say how much; call nothing of the mount from here.

        Less than all means that ``Listener.resume`` is called once more fits.
        """

    def finish(self) -> None:
        """Close once the player has what was taken."""

    def abort(self) -> None:
        """Close at once."""


class _Nowhere:
    """The outlet of a listener who is gone."""

    def __init__(self) -> None:
        self.raw_send: Callable[[memoryview], int] = self.send

    def send(self, view: bytes | memoryview) -> int:
        return 0

    def finish(self) -> None:
        """There is nothing to close."""

    def abort(self) -> None:
        """There is nothing to close."""


_NOWHERE = _Nowhere()


class Listener:
    """An audio client of one mount."""

    __slots__ = (
        "client",
        "cohort",
        "drop_reason",
        "feed",
        "id",
        "is_away",
        "joined_at",
        "jumps",
        "jumps_in_a_row",
        "lag_away",
        "left_at",
        "mark",
        "mount",
        "offset",
        "origin",
        "outlet",
        "pending",
        "phase",
        "seat",
        "stays",
        "until",
        "user",
    )

    def __init__(self, number: int, client: Client, outlet: Outlet, joined_at: float) -> None:
        self.id = number
        self.client = client
        self.outlet = outlet
        self.joined_at = joined_at
        """Monotonic seconds."""
        self.feed: Stream | None = None
        self.cohort: Cohort | None = None
        self.seat = -1
        self.offset = 0
        """The next byte of the feed's ring, while lagging."""
        self.origin = 0
        """``position - origin`` is what was sent."""
        self.pending: list[memoryview] = []
        """Bytes that go out before those of the ring: opening, headers, rests of units."""
        self.phase: int | None = None
        """How the opening ended; None: it is out, and the listener has its place."""
        self.mark = -1
        """``bytes_out`` when the listener was last overrun during its opening."""
        self.until: int | None = None
        self.jumps = 0
        self.jumps_in_a_row = 0
        self.drop_reason = DropReason.LEFT
        self.is_away = False
        self.lag_away = 0
        """What is still to be sent by another process, as it said last."""
        self.stays = False
        """No other process can serve it."""
        self.mount: Mount | None = None
        """Where it listens, or did so last."""
        self.left_at: dict[str, int] | None = None
        """The mounts from which it was moved, and the offsets of the audio there."""
        self.user = ""
        """Who it is, if it had to say so."""

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
        if self.feed is None or self.is_away:
            return self.lag_away
        return max(0, self.feed.ring.head - self.position)

    def start(self, feed: Stream, opening: bytes, phase: int) -> None:
        """Begin on ``feed`` with ``opening``; the place in it comes after that."""
        self.feed = feed
        self.offset = self.origin = feed.ring.head
        self.phase = phase
        self._owe([opening])

    def begin(self, prefix: list[bytes], offset: int) -> None:
        """The opening is out: what follows is ``prefix``, then the ring from ``offset`` on."""
        self.phase = None
        self._move(offset)
        self._owe(prefix)

    def jump(self, prefix: list[bytes], offset: int) -> None:
        """Go on at ``offset`` after ``prefix``; what lies between is lost."""
        self._count_jump()
        self._move(offset)
        self._owe(prefix)

    def cross(self, feed: Stream, prefix: list[bytes], offset: int) -> None:
        """Go on in ``feed`` at ``offset``, after ``prefix``."""
        self.feed = feed
        self._move(offset)
        self._owe(prefix)

    def has_left(self, path: str, audio: int) -> None:
        """It has heard the mount ``path`` up to the offset ``audio``, and is moved."""
        if self.left_at is None:
            self.left_at = {}
        self.left_at[path] = audio

    def heard_of(self, path: str) -> int:
        """The offset of the audio up to which it has heard the mount ``path`` before."""
        return 0 if self.left_at is None else self.left_at.get(path, 0)

    def cross_away(self, feed: Stream) -> None:
        """As ``cross``, for a listener who is away: its process will tell where it stood."""
        if self.feed is not None:
            self.offset = self.feed.ring.head
        self.feed = feed
        self._move(feed.ring.head)

    def stand_at(self, offset: int, bytes_out: int) -> None:
        """Another process has told where it stands, and what it has got."""
        self.offset, self.origin = offset, offset - bytes_out

    def skip_to(self, offset: int, prefix_size: int) -> None:
        """As ``jump``, for a listener who is away: its process has the bytes."""
        self._count_jump()
        self._move(offset)
        self.origin -= prefix_size

    def account(self, bytes_out: int, jumps: int) -> None:
        """The last that is known of a listener who was away."""
        self.offset, self.origin, self.jumps = bytes_out, 0, jumps

    def wait_at(self, offset: int) -> None:
        """The ring has run on to ``offset`` during the opening.

        That loses nothing and counts only when the listener does not move.
        """
        if self.bytes_out == self.mark:
            self._count_jump()
        else:
            self.jumps_in_a_row = 0
        self.mark = self.bytes_out
        self._move(offset)

    def let_go(self) -> None:
        """The listener is gone: keep nothing of its feed, its connection, its bytes.

        The connection knows its listener too. Left to the garbage collector, such
        pairs and what they hold would pile up to many megabytes in between.
        """
        self.feed = None
        self.outlet = _NOWHERE
        self.pending.clear()

    def freeze(self, metaint: int | None) -> FrozenListener:
        """Where it stands, in a feed with that ``metaint``."""
        return FrozenListener(
            id=self.id,
            client=self.client,
            user=self.user,
            joined_at=self.joined_at,
            metaint=metaint,
            offset=self.position,
            bytes_out=self.bytes_out,
            pending=[bytes(part) for part in self.pending],
            phase=self.phase,
            mark=self.mark,
            until=self.until,
            jumps=self.jumps,
            jumps_in_a_row=self.jumps_in_a_row,
            drop_reason=self.drop_reason,
            left_at=self.left_at,
        )

    def thaw(self, state: FrozenListener, feed: Stream) -> None:
        """Go on from ``state`` in ``feed``, at its next pulse."""
        self.user = state.user
        self.feed = feed
        self.offset, self.origin = state.offset, state.offset - state.bytes_out
        self._owe(state.pending)
        self.phase, self.mark, self.until = state.phase, state.mark, state.until
        self.jumps, self.jumps_in_a_row = state.jumps, state.jumps_in_a_row
        self.drop_reason = state.drop_reason
        self.left_at = state.left_at
        feed.seating.go_on_soon(self)

    def resume(self) -> None:
        """The outlet takes bytes again."""
        feed = self.feed
        if feed is not None and self in feed.seating.laggards and self.catch_up():
            feed.seating.settle(self)

    def catch_up(self) -> bool:
        """Send what is owed; whether the listener is level with the head now."""
        feed = self.feed
        if feed is None or not self._send_pending():
            return False
        if self.phase is not None:
            feed.place(self, self.phase)
            if not self._send_pending():
                return False
        ring = feed.ring
        end = ring.head if self.until is None else self.until
        while self.offset < end:
            view = ring.view(self.offset, end - self.offset)
            if not view:
                return False
            taken = self.outlet.send(view)
            self.offset += taken
            feed.seating.bytes_out += taken
            if taken < len(view):
                return False
        return True

    def _count_jump(self) -> None:
        self.jumps += 1
        self.jumps_in_a_row += 1

    def _move(self, offset: int) -> None:
        self.origin += offset - self.offset
        self.offset = offset

    def _owe(self, parts: list[bytes]) -> None:
        self.pending.extend(memoryview(part) for part in parts if part)

    def _send_pending(self) -> bool:
        while self.pending:
            part = self.pending[0]
            taken = self.outlet.send(part)
            self.origin -= taken
            if self.feed is not None:
                self.feed.seating.bytes_out += taken
            if taken < len(part):
                self.pending[0] = part[taken:]
                return False
            del self.pending[0]
        return True
