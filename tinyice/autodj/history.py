"""What an AutoDJ has played: written down, and known again after a restart."""

from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.autodj.separation import Recent
from tinyice.core.errors import DomainError
from tinyice.core.tracks import Play, Track

RECALLED = 2000
"""So many of the newest plays keep artists and titles apart after a restart."""


class Plays(Protocol):
    """Where plays are kept; all of it raises ``DomainError`` if it can't."""

    async def note(self, play: Play) -> None:
        """Write down what was played."""

    async def plays(self, mount: str, limit: int, before: int | None = None) -> list[Play]:
        """What ``mount`` played, newest first; ``before``: only what came before this one."""


class History:
    """The plays of ``mount``; ``now`` is the wall clock, in seconds."""

    _log = Logger()

    def __init__(self, kept: Plays, mount: str, root: str, now: Callable[[], float]) -> None:
        self._kept = kept
        self._mount = mount
        self.root = root
        """Where tracks are that are played from now on."""
        self._now = now
        self._is_lost = False
        self.count = 0
        """How many tracks were played since the start."""

    async def plays(self, limit: int, before: int | None = None) -> list[Play]:
        """What was played, newest first; ``before``: only what came before this one.

        Raises ``DomainError`` where that is not known.
        """
        return await self._kept.plays(self._mount, limit, before)

    def note(self, track: Track) -> None:
        """``track`` is audible from now on."""
        self.count += 1
        play = Play(self._now(), self._mount, self.root, track)
        writing = Deferred.fromCoroutine(self._kept.note(play))
        writing.addCallbacks(self._kept_it, self._failed)

    async def recall(self, recent: Recent) -> None:
        """Let ``recent`` know what was played before."""
        try:
            plays = await self._kept.plays(self._mount, RECALLED)
        except DomainError as error:
            self._log.warn("what {mount} played is not known", mount=self._mount, why=str(error))
            return
        for play in reversed(plays):
            recent.note(play.track, play.at)

    def _kept_it(self, _done: None) -> None:
        self._is_lost = False

    def _failed(self, failure: Failure) -> None:
        """Told once: the database tells the rest."""
        if not self._is_lost:
            self._is_lost = True
            self._log.warn(
                "what {mount} plays is not written down: {reason}",
                mount=self._mount,
                reason=failure.getErrorMessage(),
            )
