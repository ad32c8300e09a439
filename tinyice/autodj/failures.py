"""Files that could not be played: let alone for a while, longer each time. Pure.

Where one after the other fails (a disk that is gone), the next try waits as well.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tinyice.autodj.frozen import FrozenFailure
from tinyice.core.tracks import Track
from tinyice.work.backoff import Backoff

REST = Backoff(first_s=60.0, longest_s=3600.0)
IN_A_ROW = Backoff(first_s=0.5, longest_s=5.0)
UNPAUSED = 2
"""So many failures in a row make no pause: one bad file is nothing to listeners."""

KEPT = 20_000
SOONEST_S = 1.0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a file can't be played, and until when it is let alone (``now``'s seconds)."""

    reason: str
    count: int
    until: float


class Failures:
    """The files that failed, by their paths. ``now`` gives seconds that only go forward."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._failed: OrderedDict[str, Failure] = OrderedDict()
        self.in_a_row = 0
        """How many have failed since one was played."""
        self.total = 0
        """How many have failed ever."""

    @property
    def pause_s(self) -> float:
        """How long to wait before the next try."""
        return IN_A_ROW.delay_s(self.in_a_row - UNPAUSED) if self.in_a_row > UNPAUSED else 0.0

    def note(self, track: Track, reason: str) -> Failure:
        """It could not be played."""
        self.in_a_row += 1
        self.total += 1
        before = self._failed.pop(track.path, None)
        count = 1 if before is None else before.count + 1
        failure = Failure(reason, count, self._now() + REST.delay_s(count))
        self._failed[track.path] = failure
        if len(self._failed) > KEPT:
            self._failed.popitem(last=False)
        return failure

    def played(self, track: Track) -> None:
        """It plays: what came before is nobody's concern."""
        self.in_a_row = 0
        self.forget(track.path)

    def forget(self, path: str) -> None:
        """It is another file now, and may be tried."""
        self._failed.pop(path, None)

    def clear(self) -> None:
        """Everything may be tried."""
        self._failed.clear()
        self.in_a_row = 0

    def has_failed(self, track: Track) -> bool:
        """Whether it failed when it was tried last."""
        return track.path in self._failed

    def reason(self, track: Track) -> str:
        """Why it is not to be tried now; "" when it is."""
        if track.fault:
            return track.fault
        failure = self._failed.get(track.path)
        return failure.reason if failure is not None and failure.until > self._now() else ""

    def wait_s(self, tracks: Iterable[Track]) -> float:
        """After how many seconds to try again, when none of ``tracks`` may be tried now.

        Those whose fault the library knows are not tried; if there are no others, it is
        as long as between two tries at the most.
        """
        now, waits = self._now(), [REST.longest_s]
        for track in tracks:
            if not track.fault:
                failure = self._failed.get(track.path)
                waits.append(0.0 if failure is None else max(0.0, failure.until - now))
        return max(SOONEST_S, min(waits))

    def freeze(self) -> tuple[FrozenFailure, ...]:
        """All of them."""
        now = self._now()
        return tuple(
            FrozenFailure(path, one.reason, one.count, max(0.0, one.until - now))
            for path, one in self._failed.items()
        )

    def thaw(self, frozen: Iterable[FrozenFailure]) -> None:
        """Let those alone."""
        now = self._now()
        for one in frozen:
            left_s = min(one.left_s, REST.longest_s)
            self._failed[one.path] = Failure(one.reason, one.count, now + left_s)
