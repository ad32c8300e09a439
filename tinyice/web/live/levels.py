"""Levels of mounts for those who look at meters: ten times a second, and never kept.

Rules of this file:

- a mount is measured while somebody looks, and not a moment longer than a sweep;
- who has no room just now misses what is told: the next levels are the truth again;
- who looks at the same mounts is told by the same bytes;
- many who look are served in slices, and between two of them the reactor does what
  else is due. Who is not through with one round misses the next.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Protocol

from msgspec import Struct
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from tinyice.core.levels import Level
from tinyice.web.live.frames import frame
from tinyice.web.live.subscriber import Subscriber

LEVELS_S = 0.1
SLICE = 40
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
        self._serving: IDelayedCall | None = None

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
        if not self._followers:
            for call in (self._next, self._serving):
                if call is not None and call.active():
                    call.cancel()
            self._next = self._serving = None

    def _tick(self) -> None:
        self._next = self._clock.callLater(LEVELS_S, self._tick)
        if self._serving is not None:
            return
        levels = self._source.levels()
        if levels:
            self._serve(_Round(levels), iter(tuple(self._followers)))

    def _serve(self, told: "_Round", remaining: Iterator[Subscriber]) -> None:
        self._serving = None
        served = 0
        for subscriber in islice(remaining, SLICE):
            served += 1
            if subscriber in self._followers and subscriber.paused_at is None:
                told.tell(subscriber)
        if served == SLICE and self._followers:
            self._serving = self._clock.callLater(0, self._serve, told, remaining)


class _Round:
    """What is told at one moment."""

    def __init__(self, levels: Mapping[str, tuple[Level, ...]]) -> None:
        self._levels = levels
        self._frames: dict[frozenset[str], bytes] = {}

    def tell(self, subscriber: Subscriber) -> None:
        wanted = subscriber.levels
        if wanted not in self._frames:
            self._frames[wanted] = _frame(wanted, self._levels)
        if self._frames[wanted]:
            subscriber.write(self._frames[wanted])


def _frame(wanted: Iterable[str], levels: Mapping[str, tuple[Level, ...]]) -> bytes:
    told = {
        mount: tuple(chain.from_iterable((one.average, one.peak) for one in levels[mount]))
        for mount in sorted(wanted)
        if mount in levels
    }
    return frame("levels", Levels(levels=told)) if told else b""
