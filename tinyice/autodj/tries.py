"""What becomes of tracks that can't be played, and when the next one is tried."""

from collections.abc import Callable, Iterable

from twisted.internet.interfaces import IDelayedCall

from tinyice.autodj.deck import Cued, told
from tinyice.autodj.rundown import Rundown
from tinyice.autodj.surroundings import Surroundings
from tinyice.autodj.suspects import Suspects
from tinyice.core.codec_events import TrackFailed

AT_ONCE = 5
"""After so many failures in a row there is a breath between two tries."""

BREATH_S = 0.02
TOLD = 20
"""Of more in a row nothing is told: the whole folder is gone, or something like that."""


class Tries:
    """Those of the AutoDJ of ``mount``. Calls ``again`` after each failure, in its time."""

    def __init__(
        self, mount: str, rundown: Rundown, world: Surroundings, again: Callable[[], None]
    ) -> None:
        self._mount = mount
        self._rundown = rundown
        self._world = world
        self._again = again
        self._suspects = Suspects()
        self._failures = 0
        self._next: IDelayedCall | None = None

    def begin(self) -> None:
        """All is well so far."""
        self._failures = 0

    def played(self, cued: Cued) -> None:
        """It can be played."""
        self._suspects.clear(cued.track.path)

    def refuse(self, cued: Cued, reason: str) -> None:
        """It can't."""
        self._rundown.fail(cued.choice, reason)
        if self._failures < TOLD:
            self._world.publish(TrackFailed(self._mount, told(cued.track.path), reason))

    def failed(self) -> None:
        """Something could not be played: try the next one."""
        self._failures += 1
        if self._failures <= AT_ONCE:
            self._again()
        elif self._next is None or not self._next.active():
            self._next = self._world.clock.callLater(BREATH_S, self._again)

    def died(self, loaded: Iterable[Cued | None], reason: str) -> None:
        """The process that had these died, perhaps of one of them."""
        for cued in set(loaded) - {None}:
            if cued is not None and self._suspects.note(cued.track.path):
                self.refuse(cued, f"the process that played it died: {reason}")

    def stop(self) -> None:
        """Try no more."""
        if self._next is not None and self._next.active():
            self._next.cancel()
