"""Measures the tracks of a playlist before they play, where their tags do not tell.

Rules of this file:

- one at a time, and for at most half of the time: what comes next goes before, and so does
  what somebody looks at;
- what is known already costs a question to the database, once.
"""

from collections import deque
from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.autodj.gains import GainRules, must_be_measured
from tinyice.autodj.playlist import Playlist
from tinyice.autodj.surroundings import WaveformOf
from tinyice.codec.measuring import NotNow
from tinyice.core.errors import DomainError
from tinyice.core.tracks import Track

NOT_NOW_S = 30.0
KNOWN_S = 0.05
"""What takes no longer was known."""

AT_ONCE = 20
"""So many that are known are passed over in a second."""

_Key = tuple[str, int, int]


class Ahead:
    """Goes through ``playlist`` of the library at ``root``; ``rules`` tells what is wanted."""

    _log = Logger()

    def __init__(
        self,
        root: str,
        playlist: Playlist,
        measure: WaveformOf,
        rules: Callable[[], GainRules],
        clock: IReactorTime,
    ) -> None:
        self._root = root
        self._playlist = playlist
        self._measure = measure
        self._rules = rules
        self._clock = clock
        self._done: set[_Key] = set()
        self._left: deque[Track] = deque()
        self._version = 0
        self._next_at = 0.0
        self._is_busy = self._is_stopped = False

    def turn_to(self, root: str) -> None:
        """The library is there from now on."""
        self._root = root
        self._left.clear()
        self._done.clear()
        self._version = 0

    def stop(self) -> None:
        """Begin no other."""
        self._is_stopped = True

    def sweep(self) -> None:
        """Once a second."""
        if self._is_busy or self._is_stopped or self._clock.seconds() < self._next_at:
            return
        if self._version != self._playlist.version:
            self._version = self._playlist.version
            tracks = [entry.track for entry in self._playlist]
            self._left = deque(one for one in tracks if _key(one) not in self._done)
            self._done &= {_key(one) for one in tracks}
        if self._left:
            self._is_busy = True
            Deferred.fromCoroutine(self._go_on()).addErrback(self._failed)

    async def _go_on(self) -> None:
        try:
            for _ in range(AT_ONCE):
                if not self._left or self._is_stopped:
                    return
                began = self._clock.seconds()
                await self._look(self._left.popleft())
                took = self._clock.seconds() - began
                if took > KNOWN_S:
                    self._next_at = self._clock.seconds() + took
                    return
        except (NotNow, DomainError):
            self._next_at = self._clock.seconds() + NOT_NOW_S
            self._version = 0
        finally:
            self._is_busy = False

    async def _look(self, track: Track) -> None:
        if not track.fault and must_be_measured(track, self._rules()):
            await self._measure(self._root, track)
            self._done.add(_key(track))

    def _failed(self, failure: Failure) -> None:
        self._next_at = self._clock.seconds() + NOT_NOW_S
        self._log.failure("tracks of {root} are not measured ahead", failure, root=self._root)


def _key(track: Track) -> _Key:
    return track.path, track.size, track.mtime_ns
