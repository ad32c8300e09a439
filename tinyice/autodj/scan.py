"""One scan of a library, as the server sees it: a child finds, the database is written.

Rules of this file:

- what is known is told to the child piece by piece, and never is all of it here: the
  child says of each that it has heard it;
- while something is written the child is not read, so that it waits;
- what was written stays, whatever comes after: a scan that breaks off is gone on with
  by the next one.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorProcess, IReactorTime
from twisted.python.failure import Failure

from tinyice.autodj.librarian_messages import (
    FROM_LIBRARIAN,
    MAX_FROM_LIBRARIAN,
    Found,
    FromLibrarian,
    Go,
    Gone,
    Heard,
    Known,
    Scan,
    Scanned,
    from_librarian,
)
from tinyice.core.errors import DomainError
from tinyice.core.tracks import FileState, Track
from tinyice.work.children import Child, ChildCommand, Ending
from tinyice.work.frames import Frame, FrameError, FrameReader

LIBRARIAN_MODULE = "tinyice.autodj.librarian"
PAGE = 2000
SILENT_S = 120.0
"""A child that says nothing for so long hangs: no file takes it half of that."""


class ScanShelf(Protocol):
    """What a scan needs of the database; all of it raises ``DomainError`` if it can't."""

    async def known(self, root: str, after: str, limit: int) -> list[FileState]:
        """The files whose path comes after ``after``, in the order of their bytes."""

    async def put(self, root: str, tracks: Sequence[Track]) -> None:
        """Write ``tracks``; those of a path that is known keep their numbers."""

    async def remove(self, root: str, paths: Sequence[str]) -> None:
        """Take away the tracks of ``paths``."""


class RunningScan:
    """A scan by a child of its own, from ``start`` to ``done``."""

    def __init__(
        self,
        scan: Scan,
        shelf: ScanShelf,
        environment: Mapping[str, str],
        *,
        spawner: IReactorProcess,
        clock: IReactorTime,
    ) -> None:
        self._scan = scan
        self._shelf = shelf
        self._clock = clock
        self._waiting: deque[FromLibrarian] = deque()
        self._is_writing = False
        self._fault = ""
        self._outcome: Scanned | None = None
        self._is_over = False
        self._unheard: Deferred[None] | None = None
        self.found = 0
        """So many files were read by now."""
        self.done: Deferred[Scanned] = Deferred()
        """What came of it; a ``fault`` in it says what went wrong."""
        self._child = Child(
            ChildCommand(LIBRARIAN_MODULE, (), environment),
            self,
            reader=FrameReader(frozenset(FROM_LIBRARIAN), max_payload=MAX_FROM_LIBRARIAN),
            spawner=spawner,
            clock=clock,
        )
        self._watchdog = clock.callLater(SILENT_S, self._child.fail, "hangs")

    @property
    def pid(self) -> int | None:
        """The process id of the child while it runs."""
        return self._child.pid

    def start(self) -> None:
        """Begin, once."""
        self._child.start()
        Deferred.fromCoroutine(self._tell_known()).addErrback(self._broke)

    def stop(self) -> Deferred[Ending]:
        """Break off; fires when the child is gone, and ``done`` when all is written."""
        self._fault = self._fault or "it was broken off"
        return self._child.stop()

    def frame_received(self, frame: Frame) -> None:
        """The child sent this."""
        self._watchdog.reset(SILENT_S)
        try:
            message = from_librarian(frame)
        except FrameError as error:
            self._child.fail(f"sent {error}")
            return
        if isinstance(message, Heard):
            self._heard()
            return
        self._waiting.append(message)
        if not self._is_writing:
            self._is_writing = True
            self._child.pauseProducing()
            Deferred.fromCoroutine(self._write()).addErrback(self._broke)

    def child_ended(self, ending: Ending) -> None:
        """The child is no more."""
        if self._outcome is None and not self._fault:
            self._fault = f"the child that reads files {ending.reason}"
        self._is_over = True
        self._heard()
        self._finish()

    async def _tell_known(self) -> None:
        # A clock that stands still while the database is asked is no hanging child.
        self._child.send(self._scan.framed())
        for prefix, is_deep in _prefixes(self._scan):
            after = prefix
            while after is not None:
                page = await self._shelf.known(self._scan.root, after, PAGE)
                self._watchdog_reset()
                mine = [each for each in page if each.path.startswith(prefix)]
                told = mine if is_deep else [e for e in mine if "/" not in e.path[len(prefix) :]]
                if told and not self._is_over:
                    self._unheard = Deferred()
                    self._child.send(Known(told).framed())
                    await self._unheard
                if self._is_over:
                    return
                if len(page) < PAGE or len(mine) < len(page):
                    break
                after = page[-1].path
        self._child.send(Go().framed())

    def _heard(self) -> None:
        unheard, self._unheard = self._unheard, None
        if unheard is not None:
            unheard.callback(None)

    async def _write(self) -> None:
        try:
            while self._waiting:
                match self._waiting.popleft():
                    case Found(tracks):
                        self.found += len(tracks)
                        await self._shelf.put(self._scan.root, tracks)
                    case Gone(paths):
                        await self._shelf.remove(self._scan.root, paths)
                    case Scanned() as outcome:
                        self._outcome = outcome
                        self._child.stop()
                self._watchdog_reset()
        finally:
            self._is_writing = False
            self._child.resumeProducing()
        self._finish()

    def _watchdog_reset(self) -> None:
        if self._watchdog.active():
            self._watchdog.reset(SILENT_S)

    def _broke(self, failure: Failure) -> None:
        self._waiting.clear()
        self._fault = self._fault or str(failure.value)
        self._child.stop()
        self._finish()
        if not isinstance(failure.value, DomainError):
            failure.raiseException()

    def _finish(self) -> None:
        if self._watchdog.active() and self._is_over:
            self._watchdog.cancel()
        if self._is_over and not self._is_writing and not self.done.called:
            outcome = self._outcome or Scanned(read=self.found, fault=self._fault)
            self.done.callback(outcome)


def _prefixes(scan: Scan) -> list[tuple[str, bool]]:
    """Which parts of what is known the child must hear of."""
    return [(f"{each.folder}/" if each.folder else "", each.deep) for each in scan.pieces]
