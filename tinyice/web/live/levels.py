"""Levels of mounts for those who look at meters: ten times a second, and never kept.

Rules of this file:

- a mount is measured while somebody looks, and not a moment longer than a sweep;
- who has no room just now misses what is told: the next levels are the truth again;
- who looks at the same mounts is told by the same bytes.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import chain
from typing import Protocol

from msgspec import Struct
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from tinyice.core.levels import Level
from tinyice.web.live.frames import frame
from tinyice.web.live.subscriber import Subscriber

LEVELS_S = 0.1
WATCHED_MAX = 64
"""A subscriber sees the levels of so many mounts at most."""


class LevelSource(Protocol):
    """Measures levels."""

    def watch(self, mounts: Collection[str], awake: Collection[str] = ()) -> Callable[[], None]:
        """Measure what goes out on these, until what is given back is called.

        Those that are to be ``awake`` are kept encoded, as if somebody listened.
        """

    def levels(self) -> Mapping[str, tuple[Level, ...]]:
        """What has sounded on each mount that is watched, since the last time."""


class Levels(Struct, frozen=True):
    """By mount: average and peak of the first channel, then of the second, if there is one.

    In tenths of dBFS.
    """

    levels: dict[str, tuple[int, ...]]


class LevelFeed:
    """Tells those who have joined; nothing runs while nobody has."""

    def __init__(self, source: LevelSource, clock: IReactorTime) -> None:
        self._source = source
        self._clock = clock
        self._followers: dict[Subscriber, Callable[[], None]] = {}
        self._next: IDelayedCall | None = None

    def join(self, subscriber: Subscriber) -> None:
        """Tell ``subscriber`` of the mounts whose levels it wants."""
        if not subscriber.levels:
            return
        interest = subscriber.interest
        # who works in a studio hears with their eyes
        at_work = {interest.mount} if "studio" in interest.extras else set()
        awake = subscriber.levels & at_work
        self._followers[subscriber] = self._source.watch(subscriber.levels, awake)
        if self._next is None:
            self._next = self._clock.callLater(LEVELS_S, self._tick)

    def leave(self, subscriber: Subscriber) -> None:
        """No more; it may never have joined."""
        unwatch = self._followers.pop(subscriber, None)
        if unwatch is None:
            return
        unwatch()
        if not self._followers and self._next is not None:
            self._next.cancel()
            self._next = None

    def _tick(self) -> None:
        self._next = self._clock.callLater(LEVELS_S, self._tick)
        levels = self._source.levels()
        if not levels:
            return
        frames: dict[frozenset[str], bytes] = {}
        for subscriber in tuple(self._followers):
            if subscriber.paused_at is not None or subscriber not in self._followers:
                continue
            wanted = subscriber.levels
            if wanted not in frames:
                frames[wanted] = _frame(wanted, levels)
            if frames[wanted]:
                subscriber.write(frames[wanted])


def _frame(wanted: Iterable[str], levels: Mapping[str, tuple[Level, ...]]) -> bytes:
    told = {
        mount: tuple(chain.from_iterable((one.average, one.peak) for one in levels[mount]))
        for mount in sorted(wanted)
        if mount in levels
    }
    return frame("levels", Levels(levels=told)) if told else b""
