"""Listeners that are level with each other: one view serves them all."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tinyice.core.listener import Listener

if TYPE_CHECKING:
    from tinyice.core.seating import Seating


class Cohort:
    """The caught-up listeners of a feed (or a slice of them).

    All members have received everything up to ``offset``. Who catches up waits
    among the arrivals, at an offset of its own, until the next delivery.
    """

    __slots__ = ("_arrivals", "_seating", "_sends", "members", "offset")

    def __init__(self, seating: "Seating") -> None:
        self._seating = seating
        self.offset = seating.ring.head
        self.members: list[Listener] = []
        self._sends: list[Callable[[memoryview], int]] = []
        self._arrivals: set[Listener] = set()

    def __len__(self) -> int:
        return len(self.members) + len(self._arrivals)

    def welcome(self, listener: Listener) -> None:
        """Take in ``listener``, who is level with the head of the ring now."""
        self._arrivals.add(listener)

    def dismiss(self, listener: Listener) -> None:
        """Let ``listener`` go, wherever it stands here."""
        if listener.cohort is self:
            listener.offset = self.offset
            self._unseat(listener)
        else:
            self._arrivals.discard(listener)

    def deliver(self) -> None:
        """Give everyone here what is new since the last delivery."""
        ring = self._seating.ring
        head = ring.head
        while self.offset < head:
            if not self.members:
                self.offset = head
                break
            view = ring.view(self.offset)
            if not view:
                break
            self._send(view)
        if self._arrivals:
            self._seat_arrivals()

    def break_up(self) -> None:
        """The bytes that all members need are lost: each is on its own now."""
        while self.members:
            listener = self.members[-1]
            listener.offset = self.offset
            self._unseat(listener)
            self._seating.lag(listener)

    def _send(self, view: memoryview) -> None:
        """Give ``view`` to all: one call of the socket for each, and nothing else."""
        size = len(view)
        short: list[tuple[Listener, int]] = []
        for seat, send in enumerate(self._sends):
            try:
                if (taken := send(view)) == size:
                    continue
            except OSError:
                taken = 0
            short.append((self.members[seat], taken))
        self._seating.sends += len(self._sends)
        self._seating.bytes_out += size * (len(self._sends) - len(short))
        for listener, taken in short:
            self._fall_back(listener, view, taken)
        self.offset += size

    def _fall_back(self, listener: Listener, view: memoryview, taken: int) -> None:
        """The socket of ``listener`` took only part of ``view``, or failed: its outlet knows."""
        taken += listener.outlet.send(view[taken:])
        self._seating.bytes_out += taken
        if taken == len(view):
            return
        listener.offset = self.offset + taken
        self._unseat(listener)
        self._seating.lag(listener)

    def _seat_arrivals(self) -> None:
        arrivals, self._arrivals = self._arrivals, set()
        for listener in arrivals:
            if not listener.catch_up():
                self._seating.lag(listener)
                continue
            listener.cohort = self
            listener.seat = len(self.members)
            listener.jumps_in_a_row = 0
            self.members.append(listener)
            self._sends.append(listener.outlet.raw_send)

    def _unseat(self, listener: Listener) -> None:
        last, last_send = self.members.pop(), self._sends.pop()
        if last is not listener:
            self.members[listener.seat] = last
            self._sends[listener.seat] = last_send
            last.seat = listener.seat
        listener.cohort = None
        listener.seat = -1
