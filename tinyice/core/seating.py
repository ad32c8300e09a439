"""Where the listeners of a feed stand in this process.

Level with each other in cohorts, or lagging, each at an offset of its own. It
is the same in the process that writes the ring and in one that only reads it.
"""

from collections.abc import Iterable

from tinyice.core.cohort import Cohort
from tinyice.core.listener import Listener, Window


class Seating:
    """The cohorts and laggards of one feed, and what they were given.

    ``sends`` counts calls of sockets by deliveries, ``bytes_out`` all that was
    taken. No laggard stands before ``slowest``.
    """

    def __init__(self, ring: Window) -> None:
        self.ring = ring
        self.cohorts = [Cohort(self)]
        self.slices = 1
        """How many cohorts newcomers are spread over."""
        self.laggards: set[Listener] = set()
        self.slowest = ring.head
        self.sends = 0
        self.bytes_out = 0
        self._waiting: list[Listener] = []

    def __len__(self) -> int:
        return len(self.laggards) + sum(len(cohort) for cohort in self.cohorts)

    def go_on(self, listener: Listener) -> None:
        """Give ``listener`` what it can take now, and a place."""
        if listener.catch_up():
            self.settle(listener)
        else:
            self.lag(listener)

    def go_on_soon(self, listener: Listener) -> None:
        """As ``go_on``, within the next pulse: many may come at once."""
        self.lag(listener)
        self._waiting.append(listener)

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
        self.slowest = min(self.slowest, listener.offset)

    def dismiss(self, listener: Listener) -> None:
        """Forget ``listener``, whose offset is its own then."""
        if listener in self.laggards:
            self.laggards.discard(listener)
        elif listener.cohort is not None:
            listener.cohort.dismiss(listener)
        else:
            for cohort in self.cohorts:
                cohort.dismiss(listener)

    def deliver(self, turn: int, turns: int) -> None:
        """Give those who keep up what is new: everyone, or one slice of ``turns``."""
        for cohort in self.cohorts[turn::turns]:
            cohort.deliver()
        if self._waiting:
            share = -(-len(self._waiting) // (turns - turn))
            now, self._waiting = self._waiting[:share], self._waiting[share:]
            for listener in now:
                listener.resume()

    def spread(self, slices: int) -> None:
        """Let newcomers settle in so many cohorts."""
        while len(self.cohorts) < slices:
            self.cohorts.append(Cohort(self))
        self.slices = slices

    def end(self, until: int, others: Iterable[Listener]) -> None:
        """The stream is over at ``until``: everyone gets what there is, and is let go.

        ``others`` of the feed are somewhere else.
        """
        for cohort in self.cohorts:
            cohort.deliver()
            for listener in tuple(cohort.members):
                cohort.dismiss(listener)
                listener.until = until
                listener.outlet.finish()
        for listener in (*self.laggards, *others):
            listener.until = until if listener.until is None else listener.until

    def begin_at(self, offset: int) -> None:
        """The ring begins at ``offset``, and nobody is here yet."""
        for cohort in self.cohorts:
            cohort.offset = offset
        self.slowest = offset

    def close(self) -> None:
        """Nobody is here and nobody will be: what knows each other goes without the collector."""
        self.cohorts.clear()
        self._waiting.clear()
