"""Who follows the station, and what keeps them up to date.

Needs: everybody knows of a change within a second, at most one picture is made
each ``PICTURE_S`` and none while nobody looks; each event is made into bytes
once; five hundred subscribers must not hold up the audio. So they are served
in slices, and between two slices the reactor does what else is due.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from tinyice.core.errors import Overloaded
from tinyice.web.live.board import Board
from tinyice.web.live.documents import Present
from tinyice.web.live.frames import HEARTBEAT, RETRY, batch, event_id, frame, sequence_in
from tinyice.web.live.levels import LevelFeed
from tinyice.web.live.picture import Pictures
from tinyice.web.live.scope import Interest, Scope
from tinyice.web.live.subscriber import STALLED_S, Subscriber

PICTURE_S = 0.5
HEARTBEAT_S = 15.0
SLICE = 40
_RETRY_AFTER_S = 10
_BATCHES_MAX = 100

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many may subscribe: in all, and from one address."""

    subscribers: int = 2000
    from_address: int = 64


class TooManyHere(Exception):
    """So many subscribe from this address that no other one may."""


@dataclass(slots=True)
class _Members:
    """The subscribers, and where they come from."""

    all: dict[Subscriber, None] = field(default_factory=dict)
    addresses: Counter[str] = field(default_factory=Counter)
    scopes: Counter[Scope] = field(default_factory=Counter)
    studios: Counter[str] = field(default_factory=Counter)
    """The mounts whose AutoDJ is looked at."""

    def add(self, subscriber: Subscriber) -> None:
        self.all[subscriber] = None
        self.addresses[subscriber.address] += 1
        self.scopes[subscriber.interest.scope] += 1
        if subscriber.interest.studio:
            self.studios[subscriber.interest.studio] += 1

    def remove(self, subscriber: Subscriber) -> bool:
        if subscriber not in self.all:
            return False
        del self.all[subscriber]
        _one_less(self.addresses, subscriber.address)
        _one_less(self.scopes, subscriber.interest.scope)
        if subscriber.interest.studio:
            _one_less(self.studios, subscriber.interest.studio)
        return True


def _one_less(counter: Counter[K], key: K) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]


class Live:
    """The live data of a station.

    ``epoch`` tells this run of the server from others: ids of others mean nothing.
    """

    def __init__(
        self,
        pictures: Pictures,
        clock: IReactorTime,
        epoch: str,
        *,
        bounds: Bounds | None = None,
        levels: LevelFeed | None = None,
    ) -> None:
        self._levels = levels
        self.board = Board()
        self._pictures = pictures
        self._clock = clock
        self._epoch = epoch
        self._bounds = bounds or Bounds()
        self._members = _Members()
        self._next: IDelayedCall | None = None
        self._serving: IDelayedCall | None = None
        self._batches: dict[tuple[Interest, int | None], bytes] = {}
        self._batched = 0
        self._shown: frozenset[Scope] = frozenset()
        """Whose picture is on the board."""
        self._studios: frozenset[str] = frozenset()
        """The mounts whose AutoDJ is on the board."""
        self._is_over = False

    @property
    def subscribers(self) -> int:
        """How many follow now."""
        return len(self._members.all)

    def position(self, given: str, interest: Interest) -> int | None:
        """The sequence that a browser knows, which had the id ``given`` last."""
        return sequence_in(given, self._epoch_of(interest))

    def join(self, subscriber: Subscriber) -> None:
        """Let ``subscriber`` follow from now on; raises ``Overloaded`` or ``TooManyHere``."""
        bounds = self._bounds
        if self._is_over or self.subscribers >= bounds.subscribers:
            raise Overloaded(_RETRY_AFTER_S)
        if self._members.addresses[subscriber.address] >= bounds.from_address:
            raise TooManyHere
        self._members.add(subscriber)
        if self._next is None:
            self._next = self._clock.callLater(PICTURE_S, self._tick)

    def begin(self, subscriber: Subscriber) -> None:
        """Tell ``subscriber`` what it does not know yet."""
        interest = subscriber.interest
        if interest.scope not in self._shown or not self._studios.issuperset(
            {interest.studio} - {""}
        ):
            self._renew()
        now = self._clock.seconds()
        subscriber.told_at = subscriber.confirmed_at = now
        subscriber.follow(self._paused, self._resumed)
        subscriber.write(RETRY + self._news(subscriber))
        if self._levels is not None:
            self._levels.join(subscriber)

    def leave(self, subscriber: Subscriber) -> None:
        """``subscriber`` is gone."""
        subscriber.leave()
        if self._levels is not None:
            self._levels.leave(subscriber)
        if self._members.remove(subscriber) and not self._members.all:
            self._rest()

    def stop(self) -> None:
        """The server stops: everybody is let go at once, and nobody comes any more."""
        self._is_over = True
        for subscriber in tuple(self._members.all):
            subscriber.end()

    def _rest(self) -> None:
        """Nobody looks."""
        for call in (self._next, self._serving):
            if call is not None and call.active():
                call.cancel()
        self._next = self._serving = None
        self._shown, self._studios = frozenset(), frozenset()
        self._batches.clear()

    def _tick(self) -> None:
        # first of all, so that an error in one picture does not end all others
        self._next = self._clock.callLater(PICTURE_S, self._tick)
        self._renew()
        if self._serving is None:
            self._serve(iter(tuple(self._members.all)))

    def _renew(self) -> None:
        scopes, studios = frozenset(self._members.scopes), frozenset(self._members.studios)
        self._pictures.renew(self.board, scopes, studios)
        self._shown, self._studios = scopes, studios

    def _serve(self, remaining: Iterator[Subscriber]) -> None:
        self._serving = None
        now = self._clock.seconds()
        served = 0
        for subscriber in islice(remaining, SLICE):
            served += 1
            if subscriber in self._members.all:
                self._look_after(subscriber, now)
        if served == SLICE and self._members.all:
            self._serving = self._clock.callLater(0, self._serve, remaining)

    def _look_after(self, subscriber: Subscriber, now: float) -> None:
        if now - subscriber.confirmed_at >= HEARTBEAT_S:
            subscriber.confirmed_at = now
            subscriber.confirm()
            if subscriber not in self._members.all:
                return
        if subscriber.paused_at is not None:
            if now - subscriber.paused_at >= STALLED_S:
                subscriber.abort()
            return
        news = self._news(subscriber)
        if not news and now - subscriber.told_at >= HEARTBEAT_S:
            news = HEARTBEAT
        if news:
            subscriber.told_at = now
            subscriber.write(news)

    def _news(self, subscriber: Subscriber) -> bytes:
        """What ``subscriber`` has not been told; from here on it has been."""
        board = self.board
        if self._batched != board.sequence or len(self._batches) >= _BATCHES_MAX:
            self._batches.clear()
            self._batched = board.sequence
        place = (subscriber.interest, subscriber.position)
        if place not in self._batches:
            self._batches[place] = self._batch(*place)
        subscriber.position = board.sequence
        return self._batches[place]

    def _batch(self, interest: Interest, position: int | None) -> bytes:
        if position is not None and self.board.knows(position):
            frames = self.board.since(position, interest)
        else:
            frames = self._everything(interest)
        last_id = event_id(self._epoch_of(interest), self.board.sequence)
        return batch(frames, last_id) if frames else b""

    def _everything(self, interest: Interest) -> list[bytes]:
        """A whole picture; first, which mounts are in it."""
        entries = self.board.everything(interest)
        frames = [entry.frame for entry in entries]
        if interest.titles_only:
            return frames
        mounts = tuple(entry.key.mount for entry in entries if entry.key.event == "mount")
        return [frame("mounts", Present(mounts=mounts)), *frames]

    def _epoch_of(self, interest: Interest) -> str:
        return f"{self._epoch}{interest.mark}"

    def _paused(self, subscriber: Subscriber) -> None:
        if subscriber.paused_at is None:
            subscriber.paused_at = self._clock.seconds()

    def _resumed(self, subscriber: Subscriber) -> None:
        if subscriber.paused_at is None:
            return
        subscriber.paused_at = None
        self._look_after(subscriber, self._clock.seconds())
