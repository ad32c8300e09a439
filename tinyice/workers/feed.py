"""A feed whose ring another process writes.

Listeners and cohorts are those of ``core``. What differs is that nobody makes
room here: the writer goes on whatever we do. So whoever falls behind by most of
the ring is taken out, and the main process, which knows where a frame begins, is
asked where it goes on. Until it answers, nothing is sent to that listener.
"""

from collections.abc import Iterator
from typing import Protocol

from tinyice.core.listener import Listener
from tinyice.core.seating import Seating
from tinyice.workers.shared import SharedRing


class Overruns(Protocol):
    """Who is told of listeners that are overrun."""

    def overrun(self, listener: Listener) -> None:
        """Ask where ``listener`` goes on."""

    def too_slow(self, listener: Listener) -> None:
        """End ``listener``."""


class SharedFeed:
    """A stream, and its listeners in this process: ``core.listener.Stream``."""

    def __init__(
        self,
        number: int,
        ring: SharedRing,
        overruns: Overruns,
        *,
        jumps_max: int,
        low_latency: bool,
        slices: int,
    ) -> None:
        self.number = number
        self.ring = ring
        self.low_latency = low_latency
        self.seating = Seating(ring)
        self._asking: set[Listener] = set()
        self._overruns = overruns
        self.jumps_max = jumps_max
        self.seating.spread(slices)

    def __len__(self) -> int:
        return len(self.seating) + len(self._asking)

    @property
    def is_asking(self) -> bool:
        """Whether it waits to be told where somebody goes on."""
        return bool(self._asking)

    def follow(self, ring: SharedRing) -> None:
        """The stream goes on in larger memory, at the same offsets."""
        self.ring = self.seating.ring = ring

    def join(self, listener: Listener, offset: int, bytes_out: int) -> None:
        """Serve ``listener``, who has got everything up to ``offset``, from now on."""
        self.ring.refresh()
        listener.feed = self
        listener.offset = offset
        listener.origin = offset - bytes_out
        self.seating.go_on(listener)

    def jump(self, listener: Listener, prefix: bytes, target: int) -> None:
        """``listener``, who was overrun, goes on at ``target``."""
        if listener not in self._asking:
            return
        self._asking.discard(listener)
        self.ring.refresh()
        listener.jump([prefix], target)
        self.seating.go_on(listener)

    def welcome(self, listener: Listener, prefix: bytes, target: int) -> None:
        """``listener``, who comes from another feed, goes on here at ``target``."""
        self.ring.refresh()
        listener.cross(self, [prefix], target)
        self.seating.go_on(listener)

    def behind(self) -> Iterator[tuple[Listener, int]]:
        """Who does not keep up, and how many bytes each has still to get."""
        for listener in (*self.seating.laggards, *self._asking):
            yield listener, max(0, self.ring.head - listener.offset)

    def place(self, listener: Listener, phase: int) -> None:
        """Is never called: listeners come here with their places."""

    def dismiss(self, listener: Listener) -> None:
        """Forget ``listener``."""
        self._asking.discard(listener)
        self.seating.dismiss(listener)

    def deliver(self, turn: int = 0, turns: int = 1) -> None:
        """Give those who keep up what is new: everyone, or one slice of ``turns``."""
        self.ring.refresh()
        if turn == 0:
            self._leave_room()
        self.seating.deliver(turn, turns)

    def end(self, until: int) -> None:
        """The stream is over at ``until``: everyone gets what there is, and is let go."""
        self.ring.refresh()
        self.seating.end(until, self._asking)

    def close(self) -> None:
        """Nobody listens any more: give the memory back, without the collector."""
        self.seating.close()

    def _leave_room(self) -> None:
        """Whoever has lost most of the ring must not lose it all: a quarter is left for asking."""
        edge = self.ring.head - self.ring.capacity // 4 * 3
        for cohort in self.seating.cohorts:
            if cohort.offset < edge:
                cohort.deliver()
            if cohort.offset < edge:
                cohort.break_up()
        for listener in [one for one in self.seating.laggards if one.offset < edge]:
            self._overrun(listener)

    def _overrun(self, listener: Listener) -> None:
        if listener.until is not None or listener.jumps_in_a_row >= self.jumps_max:
            self._overruns.too_slow(listener)
            return
        self.seating.laggards.discard(listener)
        self._asking.add(listener)
        self._overruns.overrun(listener)
