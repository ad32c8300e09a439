"""A feed whose ring another process writes.

Listeners and cohorts are those of ``core``. What differs is that nobody makes
room here: the writer goes on whatever we do. So whoever falls behind by most of
the ring is taken out, and the main process, which knows where a frame begins, is
asked where it goes on. Until it answers, nothing is sent to that listener.
"""

from typing import Protocol

from tinyice.core.cohort import Cohort
from tinyice.core.listener import Listener
from tinyice.workers.shared import SharedRing


class Overruns(Protocol):
    """Who is told of listeners that are overrun."""

    def overrun(self, listener: Listener) -> None:
        """Ask where ``listener`` goes on."""

    def too_slow(self, listener: Listener) -> None:
        """End ``listener``."""


class SharedFeed:
    """A stream, and its listeners in this process: ``core.listener.Seats``."""

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
        self.cohorts = [Cohort(self)]
        self.slices = 1
        self.laggards: set[Listener] = set()
        self.sends = 0
        self.bytes_out = 0
        self._asking: set[Listener] = set()
        self._overruns = overruns
        self._jumps_max = jumps_max
        self.spread(slices)

    def __len__(self) -> int:
        waiting = len(self.laggards) + len(self._asking)
        return waiting + sum(len(cohort) for cohort in self.cohorts)

    def join(self, listener: Listener, offset: int, bytes_out: int) -> None:
        """Serve ``listener``, who has got everything up to ``offset``, from now on."""
        self.ring.refresh()
        listener.feed = self
        listener.offset = offset
        listener.origin = offset - bytes_out
        self._go_on(listener)

    def jump(self, listener: Listener, prefix: bytes, target: int) -> None:
        """``listener``, who was overrun, goes on at ``target``."""
        if listener not in self._asking:
            return
        self._asking.discard(listener)
        self.ring.refresh()
        listener.jump([prefix], target)
        self._go_on(listener)

    def place(self, listener: Listener, phase: int) -> None:
        """Is never called: listeners come here with their places."""

    def settle(self, listener: Listener) -> None:
        """``listener`` is level with the head: seat it with the others, or let it go."""
        self.laggards.discard(listener)
        if listener.until is not None:
            listener.outlet.finish()
            return
        min(self.cohorts[: self.slices], key=len).welcome(listener)

    def lag(self, listener: Listener) -> None:
        """``listener`` waits for its socket."""
        self.laggards.add(listener)

    def dismiss(self, listener: Listener) -> None:
        """Forget ``listener``."""
        self._asking.discard(listener)
        if listener in self.laggards:
            self.laggards.discard(listener)
            return
        for cohort in self.cohorts:
            cohort.dismiss(listener)

    def deliver(self, turn: int = 0, turns: int = 1) -> None:
        """Give those who keep up what is new: everyone, or one slice of ``turns``."""
        self.ring.refresh()
        if turn == 0:
            self._leave_room()
        for cohort in self.cohorts[turn::turns]:
            cohort.deliver()

    def spread(self, slices: int) -> None:
        """Let newcomers settle in so many cohorts."""
        while len(self.cohorts) < slices:
            self.cohorts.append(Cohort(self))
        self.slices = slices

    def end(self, until: int) -> None:
        """The stream is over at ``until``: everyone gets what there is, and is let go."""
        self.ring.refresh()
        for cohort in self.cohorts:
            cohort.deliver()
            for listener in tuple(cohort.members):
                cohort.dismiss(listener)
                listener.until = until
                listener.outlet.finish()
        for listener in (*self.laggards, *self._asking):
            listener.until = until if listener.until is None else listener.until

    def close(self) -> None:
        """Nobody listens any more: give the memory back, without the collector."""
        self.cohorts = []

    def _go_on(self, listener: Listener) -> None:
        if listener.catch_up():
            self.settle(listener)
        else:
            self.lag(listener)

    def _leave_room(self) -> None:
        """Whoever has lost most of the ring must not lose it all: a quarter is left for asking."""
        edge = self.ring.head - self.ring.capacity // 4 * 3
        for cohort in self.cohorts:
            if cohort.offset < edge:
                cohort.deliver()
            if cohort.offset < edge:
                cohort.break_up()
        for listener in [one for one in self.laggards if one.offset < edge]:
            self._overrun(listener)

    def _overrun(self, listener: Listener) -> None:
        if listener.until is not None or listener.jumps_in_a_row >= self._jumps_max:
            self._overruns.too_slow(listener)
            return
        self.laggards.discard(listener)
        self._asking.add(listener)
        self._overruns.overrun(listener)
