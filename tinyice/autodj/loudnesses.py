"""How loud tracks are, and what they look like: found in the database, or else measured.

Ahead of time: what comes next on an AutoDJ is measured before it plays, and what
somebody only looks at when nothing else is to be measured.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.codec.analysis_messages import Measured
from tinyice.codec.measuring import NotNow, Unmeasured
from tinyice.core.errors import DomainError
from tinyice.core.loudness import Loudness, Measurement
from tinyice.core.tracks import Track
from tinyice.core.waveform import Waveform
from tinyice.work.jobs import Busy

KNOWN_MAX = 5000
"""So many are kept in memory."""

LOOKS_MAX = 50
"""Of so many the waveform as well."""

T = TypeVar("T")
_Key = tuple[str, str, int, int]


class Kept(Protocol):
    """Where measurements outlive us."""

    async def measurement(self, root: str, track: Track) -> Measurement | None:
        """What was measured of ``track``."""

    async def note_measurement(self, root: str, track: Track, measured: Measurement) -> None:
        """Keep it."""


class Measure(Protocol):
    """Listens to a file."""

    def __call__(
        self, path: str, folders: Sequence[str], *, can_wait: bool = False
    ) -> Deferred[Measured]:
        """As ``Measuring.measure``."""


class Loudnesses:
    """``measure`` listens to a file, if it is in one of ``folders()``."""

    _log = Logger()

    def __init__(self, kept: Kept, measure: Measure, folders: Callable[[], Sequence[str]]) -> None:
        self._kept = kept
        self._measure = measure
        self._folders = folders
        self._known: OrderedDict[_Key, Loudness | None] = OrderedDict()
        self._looks: OrderedDict[_Key, Waveform] = OrderedDict()
        self._asked: dict[_Key, list[Callable[[], None]]] = {}
        self._measured: dict[_Key, list[Deferred[Measurement]]] = {}

    def of(self, root: str, track: Track, tell: Callable[[], None]) -> Loudness | None:
        """How loud ``track`` is; None: that can't be known, or ``tell`` is called once it is."""
        key = _key(root, track)
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        waiting = self._asked.get(key)
        if waiting is None:
            self._asked[key] = [tell]
            found = Deferred.fromCoroutine(self._find(root, track))
            found.addCallback(self._tell, key)
            found.addErrback(self._failed, key)
        elif tell not in waiting:
            waiting.append(tell)
        return self._known.get(key)

    async def waveform(self, root: str, track: Track) -> Waveform | None:
        """What ``track`` looks like; None: it can't be decoded. Raises ``Busy``."""
        key = _key(root, track)
        if key in self._looks:
            self._looks.move_to_end(key)
            return self._looks[key]
        if key in self._known and self._known[key] is None:
            return None
        try:
            return (await self._find(root, track, is_looked_at=True)).waveform
        except NotNow as error:
            raise Busy from error

    async def _find(self, root: str, track: Track, *, is_looked_at: bool = False) -> Measurement:
        """What the database knows, or what is measured now; ``NotNow`` where nothing can be."""
        try:
            known = await self._kept.measurement(root, track)
        except DomainError:
            known = None
        if known is None or (is_looked_at and known.loudness and known.waveform is None):
            known = await self._measure_once(root, track, can_wait=is_looked_at)
        key = _key(root, track)
        _remember(self._known, key, known.loudness, KNOWN_MAX)
        if known.waveform is not None:
            _remember(self._looks, key, known.waveform, LOOKS_MAX)
        return known

    async def _measure_once(self, root: str, track: Track, *, can_wait: bool) -> Measurement:
        """Measure the file, or wait for who does so already."""
        key = _key(root, track)
        if key in self._measured:
            waiting: Deferred[Measurement] = Deferred()
            self._measured[key].append(waiting)
            return await waiting
        self._measured[key] = []
        try:
            found = await self._listen(root, track, can_wait=can_wait)
        except BaseException as error:
            for each in self._measured.pop(key):
                each.errback(error)
            raise
        for each in self._measured.pop(key):
            each.callback(found)
        return found

    async def _listen(self, root: str, track: Track, *, can_wait: bool) -> Measurement:
        path = f"{root}/{track.path}"
        try:
            told = await self._measure(path, self._folders(), can_wait=can_wait)
        except NotNow:
            raise
        except Unmeasured as error:
            return Measurement(fault=str(error))
        found = Measurement(told.loudness, waveform=told.waveform)
        try:
            await self._kept.note_measurement(root, track, found)
        except DomainError as error:
            self._log.debug("a loudness could not be kept: {reason}", reason=str(error))
        return found

    def _tell(self, _found: Measurement, key: _Key) -> None:
        for tell in self._asked.pop(key, ()):
            tell()

    def _failed(self, failure: Failure, key: _Key) -> None:
        """Nobody is told: who still wants to know asks again."""
        self._asked.pop(key, None)
        if not isinstance(failure.value, NotNow):
            self._log.warn("a loudness could not be found: {failure}", failure=str(failure.value))


def _key(root: str, track: Track) -> _Key:
    return root, track.path, track.size, track.mtime_ns


def _remember(known: OrderedDict[_Key, T], key: _Key, value: T, most: int) -> None:
    known[key] = value
    known.move_to_end(key)
    while len(known) > most:
        known.popitem(last=False)
