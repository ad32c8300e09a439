"""What a loop plays: units, round after round, from a file or from memory."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

from twisted.internet.defer import Deferred

from tinyice.formats.base import AudioInfo, FormatKind
from tinyice.formats.detect import START_BYTES, framer_for
from tinyice.playout.errors import Unplayable
from tinyice.playout.files import AudioFile
from tinyice.playout.units import Unit, UnitCutter
from tinyice.work.jobs import Busy, Stopped, Work

AHEAD_S = 6.0
AHEAD_BYTES = 1024 * 1024
"""A file is read so far ahead, in time or bytes; a disk may take a while."""

CLOSE_WITHIN_S = 1.0

PROBE_BYTES = 1024 * 1024
"""Without audio, and a sign of how long it is, in so many bytes a file is none."""

NO_AUDIO = "no audio that can be played: it takes MP3, AAC (ADTS), Ogg, WebM or Matroska"


class Tape(Protocol):
    """Gives the units of a programme that never ends."""

    kind: FormatKind
    needs_headers: bool
    info: AudioInfo
    headers: bytes
    """The stream headers in force before the next unit."""
    tags: Mapping[str, str]
    position_s: float
    """Where in its round it began."""

    def take(self) -> Unit | None:
        """The next unit; None: it is not there yet, ``ready`` will be called."""

    def on_ready(self, ready: Callable[[], None]) -> None:
        """Call ``ready`` whenever there is more."""

    def check(self) -> None:
        """Nobody hears it for a while: see whether it could still be played."""

    def close(self) -> None:
        """Nobody wants it any more."""


class FileTape:
    """A file, read ahead by ``work``, which is the tape's own and ends with it.

    ``failed`` is told once why it can't go on. It begins ``position_s`` after the
    beginning of the file, if that is so long.
    """

    def __init__(
        self,
        file: AudioFile,
        work: Work,
        failed: Callable[[str], None],
        position_s: float = 0.0,
    ) -> None:
        self._file = file
        self._work = work
        self._failed = failed
        self._ready: Callable[[], None] = _nothing
        self._units: deque[Unit] = deque()
        self._seconds = 0.0
        self._bytes = 0
        self._cutter: UnitCutter | None = None
        self._is_reading = False
        self._is_checking = False
        self._is_closed = False
        self._skip_s = position_s
        self.position_s = 0.0
        self.kind = FormatKind.RAW
        self.needs_headers = False
        self.info = AudioInfo()
        self.headers = b""
        self.tags: Mapping[str, str] = {}

    async def open(self) -> None:
        """Read until it is known what it is; raises ``Unplayable``."""
        self._is_reading = True
        try:
            cutter = self._cutter = await self._begin_round()
            while self.position_s < self._skip_s and not self._is_closed:
                await self._skip()
        finally:
            self._is_reading = False
        self.kind, self.needs_headers = cutter.kind, cutter.needs_headers
        self.info, self.tags = cutter.info, cutter.tags
        self.headers = self._units[0].headers
        self._read_on()

    def take(self) -> Unit | None:
        """The next unit, if it has been read."""
        if not self._units:
            self._read_on()
            return None
        unit = self._pop()
        self.headers = unit.headers if unit.chunk.headers is None else unit.chunk.headers
        self._read_on()
        return unit

    def on_ready(self, ready: Callable[[], None]) -> None:
        """Call ``ready`` whenever there is more."""
        self._ready = ready

    def check(self) -> None:
        """See whether the file is still what it was."""
        if not (self._is_checking or self._is_reading or self._is_closed):
            self._is_checking = True
            Deferred.fromCoroutine(self._check())

    def close(self) -> None:
        """Let go of the file."""
        if not self._is_closed:
            self._is_closed = True
            self._ready = _nothing
            self._units.clear()
            self._work.submit(self._file.close_in_worker)
            self._work.stop(CLOSE_WITHIN_S)

    def _read_on(self) -> None:
        enough = self._seconds >= AHEAD_S or self._bytes >= AHEAD_BYTES
        if not (enough or self._is_reading or self._is_closed):
            self._is_reading = True
            Deferred.fromCoroutine(self._read())

    async def _read(self) -> None:
        try:
            await self._read_piece()
        except Unplayable as error:
            self._fail(str(error))
        except Busy:
            # Others keep the worker busy; the next unit that is taken asks again.
            self._is_reading = False
        except Stopped:
            self.close()
        else:
            self._is_reading = False
            self._ready()
            self._read_on()

    async def _read_piece(self) -> None:
        cutter = self._cutter
        data = await self._work.perform(self._file.read_in_worker)
        if cutter is not None and data:
            self._keep(cutter.feed(data))
            return
        self._cutter = following = await self._begin_round()
        if following.kind is not self.kind or following.info != self.info:
            raise Unplayable("the file has changed: it is another kind of stream now")

    async def _skip(self) -> None:
        """Pass over what was played before, or read on towards it."""
        while self._units and self.position_s < self._skip_s:
            unit = self._pop()
            self.position_s += unit.chunk.seconds
        if not self._units:
            data = await self._work.perform(self._file.read_in_worker)
            if not data or self._cutter is None:
                self._skip_s = self.position_s = 0.0
                self._cutter = await self._begin_round()
            else:
                self._keep(self._cutter.feed(data))

    async def _begin_round(self) -> UnitCutter:
        """Read from the beginning until there is audio."""
        await self._work.perform(self._file.begin_in_worker)
        start, cutter = b"", None
        units: list[Unit] = []
        while not any(unit.chunk.seconds for unit in units):
            data = await self._work.perform(self._file.read_in_worker)
            if not data or len(start) >= PROBE_BYTES:
                raise Unplayable("the file is empty" if not start else NO_AUDIO)
            start += data
            if cutter is None and len(start) >= START_BYTES:
                framer = framer_for("", start[:START_BYTES])
                cutter = None if framer is None else UnitCutter(framer)
                data = start
            units += [] if cutter is None else cutter.feed(data)
        if cutter is None:
            raise Unplayable(NO_AUDIO)
        self._keep(units)
        return cutter

    def _pop(self) -> Unit:
        unit = self._units.popleft()
        self._seconds -= unit.chunk.seconds
        self._bytes -= len(unit.chunk.data)
        return unit

    def _keep(self, units: list[Unit]) -> None:
        if self._is_closed:
            return
        for unit in units:
            self._units.append(unit)
            self._seconds += unit.chunk.seconds
            self._bytes += len(unit.chunk.data)

    async def _check(self) -> None:
        try:
            await self._work.perform(self._file.check_in_worker)
        except Unplayable as error:
            self._fail(str(error))
        except (Busy, Stopped):
            pass
        finally:
            self._is_checking = False

    def _fail(self, reason: str) -> None:
        if not self._is_closed:
            self.close()
            self._failed(reason)


class MemoryTape:
    """A programme that is all in memory: ``data`` is one round of it."""

    def __init__(self, data: bytes) -> None:
        framer = framer_for("", data[:START_BYTES])
        if framer is None:
            raise Unplayable(NO_AUDIO)
        cutter = UnitCutter(framer)
        self._units = cutter.feed(data)
        if not any(unit.chunk.seconds for unit in self._units):
            raise Unplayable(NO_AUDIO)
        self._next = 0
        self.position_s = 0.0
        self.kind, self.needs_headers = cutter.kind, cutter.needs_headers
        self.info = cutter.info
        self.headers = self._units[0].headers
        self.tags: Mapping[str, str] = {}

    def take(self) -> Unit:
        """The next unit; behind the last one the first."""
        unit = self._units[self._next]
        self._next = (self._next + 1) % len(self._units)
        self.headers = unit.headers if unit.chunk.headers is None else unit.chunk.headers
        return unit

    def on_ready(self, ready: Callable[[], None]) -> None:
        """It is always ready."""

    def check(self) -> None:
        """Nothing can happen to it."""

    def close(self) -> None:
        """There is nothing to let go of."""


def _nothing() -> None:
    """Nobody listens."""
