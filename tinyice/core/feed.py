"""One stream of bytes as listeners get it: a ring, and who stands where in it.

A mount has one plain feed; for each ICY interval in use it has one more, in
which the metadata is interleaved already (``core/icy.py``), so that all
listeners of a kind share the same bytes. Rules of this file:

- nobody's bytes are overwritten unnoticed: before the ring takes new ones,
  listeners that would lose theirs are served or jump;
- a listener is in exactly one place: a cohort, the laggards, away, or gone;
- those who are away are served by another process, which asks when one of them
  would lose bytes (``rejoin_away``) and tells when one is gone.
"""

from collections.abc import Callable
from typing import Protocol

from tinyice.core.listener import Listener
from tinyice.core.placement import Join, Parting, Placement
from tinyice.core.ring import Ring
from tinyice.core.seating import Seating
from tinyice.formats.frozen import State


class Branch(Protocol):
    """Where other processes serve listeners of a feed, from the same ring."""

    def update(self) -> None:
        """The ring may have grown."""

    def hurry(self) -> None:
        """Much has come at once: deliver now."""

    def ended(self, until: int) -> None:
        """The stream is over; nothing behind ``until`` is for those who are there."""

    def retired(self) -> None:
        """The feed is no more; nobody listens to it."""


class Feed:
    """A stream, and its listeners."""

    def __init__(
        self,
        ring: Ring,
        placement: Placement,
        *,
        metaint: int | None,
        jumps_max: int,
        burst: Callable[[], int],
        dropped: Callable[[Listener], None],
    ) -> None:
        self.ring = ring
        self.metaint = metaint
        """The interval of the metadata; None: there is none."""
        self.seating = Seating(ring)
        self.away: set[Listener] = set()
        self.branch: Branch | None = None
        self.bytes_skipped = 0
        self.jumps = 0
        self.jumps_max = jumps_max
        """After so many jumps in a row a slow listener is dropped."""
        self.fresh_from = ring.head
        """No listener joins before this offset of the audio: older bytes are of another session."""
        self._placement = placement
        self._burst = burst
        self._dropped = dropped

    def __len__(self) -> int:
        return self.present + len(self.away)

    @property
    def present(self) -> int:
        """How many listeners are served here."""
        return len(self.seating)

    @property
    def sends(self) -> int:
        """Calls of sockets by deliveries."""
        return self.seating.sends

    @property
    def bytes_out(self) -> int:
        """Stream bytes that listeners were given, here and elsewhere."""
        return self.seating.bytes_out

    def freeze(self) -> State:
        """Its bytes and counts, without its listeners; see ``formats/frozen.py``."""
        return {
            "metaint": self.metaint,
            "ring": self.ring.freeze(),
            "fresh_from": self.fresh_from,
            "bytes_skipped": self.bytes_skipped,
            "jumps": self.jumps,
            "sends": self.seating.sends,
            "bytes_out": self.seating.bytes_out,
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``; of a feed without listeners."""
        self.ring.thaw(state["ring"])
        self.fresh_from = state["fresh_from"]
        self.bytes_skipped, self.jumps = state["bytes_skipped"], state["jumps"]
        self.seating.sends, self.seating.bytes_out = state["sends"], state["bytes_out"]
        self.seating.begin_at(self.ring.head)

    def append(self, data: bytes | memoryview) -> None:
        """Take new bytes, at most the ring's capacity at once."""
        tail = self.ring.head + len(data) - self.ring.capacity
        seating = self.seating
        if tail > seating.slowest or any(c.offset < tail for c in seating.cohorts):
            self._make_room(tail)
        self.ring.append(data)

    def join(self, listener: Listener, intro: bytes) -> None:
        """Serve ``listener`` from now on, after ``intro``."""
        opening, phase = self._placement.opening(intro, self._burst())
        listener.start(self, opening, phase)
        self.seating.go_on(listener)

    def place(self, listener: Listener, phase: int) -> None:
        """Give ``listener``, whose opening ended in ``phase``, its place in the stream."""
        prefix, start = self._placement.join_at(self._burst(), self.fresh_from, phase)
        listener.begin(prefix, start)
        self.seating.slowest = min(self.seating.slowest, start)

    def dismiss(self, listener: Listener) -> None:
        """Forget ``listener``."""
        if listener in self.away:
            self.away.discard(listener)
        else:
            self.seating.dismiss(listener)

    def part(self, offset: int) -> Parting:
        """Where somebody who has had all up to ``offset`` stops, to go on elsewhere."""
        return self._placement.part(offset)

    def enter(self, fresh_from: int, phase: int) -> Join:
        """Where somebody goes on who comes in ``phase`` from another mount.

        Not before the offset ``fresh_from`` of the audio.
        """
        return self._placement.enter(max(self.fresh_from, fresh_from), phase)

    def send_away(self, listener: Listener) -> None:
        """``listener``, who sits in a cohort, is served by another process from now on."""
        self.dismiss(listener)
        self.away.add(listener)
        listener.is_away = True

    def rejoin_away(self, listener: Listener, offset: int) -> Join | None:
        """Where ``listener`` goes on, whose process has come to ``offset`` and is overrun.

        None: it is to be dropped, because it was leaving, or its bytes are lost.
        """
        listener.offset = offset
        if listener.until is not None or not self.ring.tail <= offset <= self.ring.head:
            return None
        prefix, target = self._placement.rejoin(offset, self.ring.tail)
        listener.skip_to(target, sum(map(len, prefix)))
        self.jumps += 1
        self.bytes_skipped += target - offset
        return prefix, target

    def served_away(self, sends: int, bytes_out: int) -> None:
        """Another process did so much for its listeners."""
        self.seating.sends += sends
        self.seating.bytes_out += bytes_out

    def end(self) -> None:
        """The stream is over: everyone gets what there is, and is let go."""
        head = self.ring.head
        self.seating.end(head, self.away)
        if self.branch is not None:
            self.branch.ended(head)

    def close(self) -> None:
        """Nobody is here and nobody will be: let the ring's memory go at once.

        What knows each other would wait for the garbage collector.
        """
        branch, self.branch = self.branch, None
        if branch is not None:
            branch.retired()
        self.seating.close()
        self._burst = _no_burst
        self._dropped = _nobody

    def _make_room(self, tail: int) -> None:
        seating = self.seating
        for cohort in seating.cohorts:
            if cohort.offset < tail:
                cohort.deliver()
        for listener in [one for one in seating.laggards if one.offset < tail]:
            self._overrun(listener, tail)
        seating.slowest = min((one.offset for one in seating.laggards), default=self.ring.head)

    def _overrun(self, listener: Listener, tail: int) -> None:
        if listener.until is not None or listener.jumps_in_a_row >= self.jumps_max:
            self._dropped(listener)
            return
        if listener.phase is not None:
            listener.wait_at(self.ring.head)
            return
        before = listener.offset
        prefix, target = self._placement.rejoin(before, tail)
        listener.jump(prefix, target)
        self.bytes_skipped += target - before
        self.jumps += 1


def _no_burst() -> int:
    return 0


def _nobody(_listener: Listener) -> None:
    """A closed feed has nobody to drop."""
