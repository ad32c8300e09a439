"""What is looped for the mounts that have it in their chains: had, lost, had again."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from tinyice.playout.errors import Unplayable
from tinyice.playout.loop import Loop
from tinyice.playout.tape import Tape
from tinyice.work.backoff import Backoff, Revival

CHECK_EVERY_S = 30.0
"""A file that nobody hears is looked at so often."""

STARVED = "the disk does not bring it in time"

BACKOFF = Backoff(first_s=1.0, longest_s=60.0)

OpenTape = Callable[[Callable[[str], None]], Awaitable[Tape]]
"""Gives a tape, or raises ``Unplayable``; tells the function given what ends the tape later."""


class Place(Protocol):
    """A mount that has it in its chain."""

    def take(self, loop: Loop) -> None:
        """It can be played."""

    def leave(self, reason: str) -> None:
        """It can't be played any more."""


class Looped:
    """One file, or one kind of silence.

    ``lost`` is told why it can't be had, once for each reason, and ``found`` when it
    could be had after all.
    """

    _log = Logger(namespace="tinyice")

    def __init__(
        self,
        open_tape: OpenTape,
        *,
        clock: IReactorTime,
        lost: Callable[["Looped"], None],
        found: Callable[["Looped"], None],
    ) -> None:
        self._open_tape = open_tape
        self._clock = clock
        self._lost = lost
        self._found = found
        self._revival = Revival(self._begin, clock=clock, backoff=BACKOFF)
        self._check: IDelayedCall | None = None
        self._loop: Loop | None = None
        self._is_closed = False
        self.places: list[Place] = []
        self.fault = ""
        """Why it can't be played; "": it can be, or nobody knows yet."""
        self._begin()

    def add(self, place: Place) -> None:
        """``place`` wants it."""
        self.places.append(place)
        if self._loop is not None:
            place.take(self._loop)

    def remove(self, place: Place, reason: str) -> None:
        """``place`` wants it no more."""
        if place in self.places:
            self.places.remove(place)
            place.leave(reason)

    def refresh(self, place: Place) -> None:
        """``place`` may have lost it while its mount was switched off."""
        if self._loop is not None and place in self.places:
            place.take(self._loop)

    def close(self) -> None:
        """Nobody wants it any more, or this process ends: it falls still, and nobody is told."""
        self._is_closed = True
        self._revival.cancel()
        self._fall_still()

    @property
    def position_s(self) -> float:
        """How much of a round has been played."""
        return 0.0 if self._loop is None else self._loop.position_s

    def _begin(self) -> None:
        self._revival.began()
        opened = Deferred.fromCoroutine(self._open())
        opened.addErrback(lambda failure: self._log.failure("a loop did not open", failure))

    async def _open(self) -> None:
        try:
            tape = await self._open_tape(self._fail)
        except Unplayable as error:
            self._fail(str(error), is_final=error.is_final)
            return
        if self._is_closed:
            tape.close()
            return
        self._loop = Loop(tape, self._clock, lambda: self._fail(STARVED))
        self._check = self._clock.callLater(CHECK_EVERY_S, self._look)
        had_fault, self.fault = self.fault, ""
        if had_fault:
            self._found(self)
        for place in tuple(self.places):
            place.take(self._loop)

    def _fail(self, reason: str, *, is_final: bool = False) -> None:
        if self._is_closed:
            return
        known, self.fault = self.fault, reason
        self._end(reason)
        if known != reason:
            self._lost(self)
        if not is_final:
            self._revival.ended()

    def _end(self, reason: str) -> None:
        if self._fall_still():
            for place in tuple(self.places):
                place.leave(reason)

    def _fall_still(self) -> bool:
        """Play no more; whether anything could be played."""
        loop, self._loop = self._loop, None
        if self._check is not None and self._check.active():
            self._check.cancel()
        if loop is not None:
            loop.close()
        return loop is not None

    def _look(self) -> None:
        if self._loop is not None:
            self._check = self._clock.callLater(CHECK_EVERY_S, self._look)
            if not self._loop.is_playing:
                self._loop.tape.check()
