"""The libraries that AutoDJs play from: each is there once, watched, and scanned.

Rules of this file:

- a folder that went, or became another one (a disk that was mounted), is noticed within
  seconds, and so is its return: it is scanned then;
- what libraries do never touches what plays.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.interfaces import IReactorProcess, IReactorTime
from twisted.logger import Logger

from tinyice.autodj.librarian_messages import Scanned
from tinyice.autodj.library import Library, LibrarySettings, LibraryShelf
from tinyice.autodj.watching import FolderWatch, Watcher
from tinyice.core.errors import DomainError
from tinyice.core.tracks import LibraryCount
from tinyice.core.watchers import Watchers
from tinyice.work.jobs import Work

LOOK_EVERY_S = 5.0
AGAIN_S = 60.0
"""So rarely at last a folder is scanned that is there, but can't be scanned; at first, with
every look: it may have been away for a moment."""

Place = tuple[int, int] | None
"""By what a folder is known again; None: it is not there, or can't be read."""


@dataclass(frozen=True, slots=True)
class LibraryWorld:
    """The rest of the server, for libraries. ``now``: seconds since 1970."""

    shelf: LibraryShelf
    environment: Mapping[str, str]
    work: Work
    spawner: IReactorProcess
    clock: IReactorTime
    now: Callable[[], float]
    make_watcher: Callable[[FolderWatch], Watcher | None]


class OpenLibrary:
    """The library of ``settings``, as long as somebody plays from it."""

    _log = Logger()

    def __init__(self, settings: LibrarySettings, world: LibraryWorld) -> None:
        self.settings = settings
        self.users = 0
        self._world = world
        self._watchers = Watchers()
        self._is_stopped = False
        self._was_scanning = 0
        self._place: Place = None
        self._looks_at = self._again_at = 0.0
        self._patience_s = LOOK_EVERY_S
        self._told_fault = ""
        self.scans = 0
        """How many have ended."""
        self.count = LibraryCount()
        """What there was when one ended last."""
        self.library = Library(
            settings,
            world.shelf,
            world.environment,
            work=world.work,
            spawner=world.spawner,
            clock=world.clock,
            now=world.now,
            scanned=self._scanned,
        )
        self._folders = self._new_watch()

    @property
    def fault(self) -> str:
        """Why it can't be scanned; "": it can."""
        return self.library.last.fault

    @property
    def watch_fault(self) -> str:
        """Why changes in it are not seen at once; "": they are."""
        return self._folders.fault

    def start(self) -> None:
        """Scan it, and see changes from now on."""
        self._look()
        self._count()
        self._folders.start()

    def stop(self) -> Deferred[None]:
        """Break off what runs; fires when nothing does any more."""
        self._is_stopped = True
        self._watchers.clear()
        self._folders.stop()
        return Deferred.fromCoroutine(self.library.stop())

    def rebound(self, bounds: tuple[str, ...]) -> None:
        """Nothing may lead out of these from now on."""
        if bounds != self.settings.bounds:
            self.settings = replace(self.settings, bounds=bounds)
            self.library.rebound(bounds)

    def watch(self, tell: Callable[[], None]) -> Callable[[], None]:
        """``tell`` when a scan begins or ends; what is returned ends that."""
        return self._watchers.add(tell)

    def sweep(self) -> None:
        """Once a second."""
        if self.library.scanning != self._was_scanning:
            self._was_scanning = self.library.scanning
            self._watchers.tell()
        if self._world.clock.seconds() >= self._looks_at:
            self._look()

    def _new_watch(self) -> FolderWatch:
        return FolderWatch(
            self.settings.root, self._scan, self._world.make_watcher, clock=self._world.clock
        )

    def _scan(self, folder: str, deep: bool) -> None:  # noqa: FBT001 - as FolderWatch calls it
        try:
            self.library.scan(folder, deep=deep)
        except DomainError as refusal:
            self._log.debug("not scanned: {reason}", reason=str(refusal))

    def _scanned(self, outcome: Scanned) -> None:
        self._folders.scanned(outcome.folders, is_all=outcome.is_all)
        self.scans += 1
        self._again_at = self._world.clock.seconds() + self._patience_s
        self._patience_s = min(AGAIN_S, 2 * self._patience_s) if outcome.fault else LOOK_EVERY_S
        if outcome.fault not in ("", self._told_fault) and not self._is_stopped:
            root, fault = self.settings.root, outcome.fault
            self._log.warn("{root} can't be scanned: {fault}", root=root, fault=fault)
        self._told_fault = outcome.fault
        self._count()
        self._watchers.tell()

    def _count(self) -> None:
        counting = Deferred.fromCoroutine(self.library.count())
        counting.addCallbacks(self._counted, lambda _failure: None)

    def _counted(self, count: LibraryCount) -> None:
        self.count = count

    def _look(self) -> None:
        """See whether the folder is what it was."""
        self._looks_at = self._world.clock.seconds() + LOOK_EVERY_S
        looking = self._world.work.perform(_place_in_worker, self.settings.root)
        looking.addCallbacks(self._seen, lambda _busy: None)

    def _seen(self, place: Place) -> None:
        if self.scans and self.library.scanning:
            return
        before, self._place = self._place, place
        if not self.scans or self._is_stopped:
            return
        is_due = bool(self.fault) and self._world.clock.seconds() >= self._again_at
        if place is None:
            if before is not None:
                self._scan("", True)
        elif place != before or is_due:
            self._folders.stop()
            self._folders = self._new_watch()
            self._folders.start()


class Libraries:
    """All that are open."""

    def __init__(self, world: LibraryWorld) -> None:
        self._world = world
        self._open: dict[tuple[str, str], OpenLibrary] = {}

    @property
    def bounds(self) -> tuple[str, ...]:
        """The folders that nothing may lead out of, of all of them."""
        return tuple(dict.fromkeys(each for one in self.all() for each in one.settings.bounds))

    def all(self) -> list[OpenLibrary]:
        """Each of them."""
        return list(self._open.values())

    def open(self, settings: LibrarySettings) -> OpenLibrary:
        """One more plays from this library."""
        found = self._open.get(key_of(settings))
        if found is None:
            found = self._open[key_of(settings)] = OpenLibrary(settings, self._world)
            found.start()
        found.rebound(settings.bounds)
        found.users += 1
        return found

    def close(self, opened: OpenLibrary) -> None:
        """One less does."""
        opened.users -= 1
        key = key_of(opened.settings)
        if opened.users <= 0 and self._open.get(key) is opened:
            del self._open[key]
            opened.stop()

    def sweep(self) -> None:
        """Once a second."""
        for opened in self.all():
            opened.sweep()

    def stop(self) -> Deferred[None]:
        """Close all; fires when nothing runs any more."""
        ended = [opened.stop() for opened in self.all()]
        self._open.clear()
        return DeferredList(ended, consumeErrors=True).addCallback(lambda _ended: None)


def key_of(settings: LibrarySettings) -> tuple[str, str]:
    """By what a library is the same one."""
    return settings.root, settings.assumed


def _place_in_worker(root: str) -> Place:
    try:
        found = os.stat(root)  # noqa: PTH116 - two numbers, not a path
    except OSError:
        return None
    can_be_read = os.access(root, os.R_OK | os.X_OK)
    return (found.st_dev, found.st_ino) if can_be_read else None
