"""A programme that is looped, at one position for all mounts that play it.

Rules of this file:

- it plays only while somebody wants it, and goes on where it stood;
- units are given when their time comes, counted from one moment on: no rounding
  adds up; what a pause of this process has cost is not made up for beyond
  ``LATE_MAX_S``, because listeners would get it in a burst;
- who comes while it plays begins with what the others are hearing now.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from tinyice.playout.tape import Tape
from tinyice.playout.units import Unit

LEAD_S = 0.5
"""Units are given so much before their time."""

LATE_MAX_S = 1.0
STARVED_S = 3.0
"""A tape that brings nothing for so long, though it is due, is given up."""

TICK_MIN_S = 0.1
TICK_MAX_S = 1.0
RECENT_BYTES = 512 * 1024
"""So much is remembered for who comes, if no place to begin is nearer."""


class Player(Protocol):
    """Where the units go."""

    def play(self, units: list[Unit]) -> None:
        """The next units."""


class Loop:
    """Plays ``tape`` to all who want it; ``starved`` is told when that brings nothing."""

    def __init__(self, tape: Tape, clock: IReactorTime, starved: Callable[[], None]) -> None:
        self.tape = tape
        self._clock = clock
        self._starved = starved
        self._starving_since: float | None = None
        self._players: list[Player] = []
        self._recent: deque[Unit] = deque()
        self._recent_bytes = 0
        self._epoch = 0.0
        self._given_s = 0.0
        self._call: IDelayedCall | None = None
        self._is_giving = False
        self.position_s = tape.position_s
        """How much of the round has been played."""
        tape.on_ready(self._give)

    @property
    def is_playing(self) -> bool:
        """Whether anybody wants it now."""
        return bool(self._players)

    @property
    def headers(self) -> bytes:
        """The stream headers in force before what somebody would hear first who comes now."""
        if self._players and self._recent:
            return self._recent[0].headers
        return self.tape.headers

    def begin(self, player: Player) -> None:
        """Play to ``player`` from now on; the first units come within this call."""
        if player in self._players:
            return
        if not self._players:
            self._epoch, self._given_s = self._clock.seconds(), 0.0
            self._forget()
        units = list(self._recent)
        self._players.append(player)
        if units:
            player.play(units)
        else:
            self._give()

    def end(self, player: Player) -> None:
        """``player`` wants no more."""
        if player in self._players:
            self._players.remove(player)
        if not self._players:
            self._cancel()

    def close(self) -> None:
        """Play to nobody any more, and let go of the tape."""
        self._players.clear()
        self._cancel()
        self.tape.close()

    def _give(self) -> None:
        if self._is_giving or not self._players:
            return
        self._is_giving = True
        self._cancel()
        now = self._clock.seconds()
        if now - self._epoch - self._given_s > LATE_MAX_S:
            self._epoch = now - self._given_s
        units = []
        while self._ahead_s(now) < LEAD_S and (unit := self.tape.take()) is not None:
            units.append(unit)
            self._given_s += unit.chunk.seconds
            self.position_s = unit.chunk.seconds + (0.0 if unit.begins else self.position_s)
            self._remember(unit)
        if units:
            for player in tuple(self._players):
                player.play(units)
        self._is_giving = False
        if self._is_starving(now, has_units=bool(units)):
            self._starved()
        elif self._players:
            wait = max(TICK_MIN_S, min(self._ahead_s(now) - LEAD_S, TICK_MAX_S))
            self._call = self._clock.callLater(wait, self._give)

    def _is_starving(self, now: float, *, has_units: bool) -> bool:
        if has_units or self._ahead_s(now) > 0 or not self._players:
            self._starving_since = None
        elif self._starving_since is None:
            self._starving_since = now
        return self._starving_since is not None and now - self._starving_since >= STARVED_S

    def _ahead_s(self, now: float) -> float:
        return self._epoch + self._given_s - now

    def _remember(self, unit: Unit) -> None:
        if unit.chunk.sync_points:
            self._forget()
        if unit.chunk.sync_points or self._recent:
            self._recent.append(unit)
            self._recent_bytes += len(unit.chunk.data)
            if self._recent_bytes > RECENT_BYTES:
                self._forget()

    def _forget(self) -> None:
        self._recent.clear()
        self._recent_bytes = 0

    def _cancel(self) -> None:
        if self._call is not None and self._call.active():
            self._call.cancel()
        self._call = None
