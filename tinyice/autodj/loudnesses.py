"""How loud tracks are: found in the database, or else measured, ahead of time."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from tinyice.codec.measuring import Unmeasured
from tinyice.core.errors import DomainError
from tinyice.core.loudness import Loudness, Measurement
from tinyice.core.tracks import Track

KNOWN_MAX = 5000
"""So many are kept in memory."""

_Key = tuple[str, str, int, int]


class Kept(Protocol):
    """Where measurements outlive us."""

    async def measurement(self, root: str, track: Track) -> Measurement | None:
        """What was measured of ``track``."""

    async def note_measurement(self, root: str, track: Track, measured: Measurement) -> None:
        """Keep it."""


class Loudnesses:
    """``measure`` listens to a file, if it is in one of ``folders()``."""

    _log = Logger()

    def __init__(
        self,
        kept: Kept,
        measure: Callable[[str, Sequence[str]], Deferred[Loudness]],
        folders: Callable[[], Sequence[str]],
    ) -> None:
        self._kept = kept
        self._measure = measure
        self._folders = folders
        self._known: OrderedDict[_Key, Measurement] = OrderedDict()
        self._asked: dict[_Key, list[Callable[[], None]]] = {}

    def of(self, root: str, track: Track, tell: Callable[[], None]) -> Loudness | None:
        """How loud ``track`` is; None: that can't be known, or ``tell`` is called once it is."""
        key = (root, track.path, track.size, track.mtime_ns)
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known.loudness
        waiting = self._asked.get(key)
        if waiting is None:
            self._asked[key] = [tell]
            found = Deferred.fromCoroutine(self._find(root, track))
            found.addCallback(self._tell, key)
            found.addErrback(self._failed, key)
        elif tell not in waiting:
            waiting.append(tell)
        known = self._known.get(key)
        return None if known is None else known.loudness

    async def _find(self, root: str, track: Track) -> Measurement:
        try:
            known = await self._kept.measurement(root, track)
        except DomainError:
            known = None
        if known is not None:
            return known
        try:
            found = Measurement(await self._measure(f"{root}/{track.path}", self._folders()))
        except Unmeasured as error:
            return Measurement(fault=str(error))
        try:
            await self._kept.note_measurement(root, track, found)
        except DomainError as error:
            self._log.debug("a loudness could not be kept: {reason}", reason=str(error))
        return found

    def _tell(self, found: Measurement, key: _Key) -> None:
        self._known[key] = found
        while len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)
        for tell in self._asked.pop(key, ()):
            tell()

    def _failed(self, failure: object, key: _Key) -> None:
        self._asked.pop(key, None)
        self._log.warn("a loudness could not be found: {failure}", failure=str(failure))
