"""Seeing changes in a library as they are made, and now and then looking at everything.

Rules of this file:

- what has changed is scanned when it has been quiet for ``QUIET_S``, or after ``AT_MOST_S``;
- the system tells of folders that are watched, and there is a bound of them; so everything
  is looked at every ``RESCAN_S``, whatever was told (folders of other machines tell nothing);
- to watch thousands of folders takes its time, and is done in small steps;
- between the look into a folder and its being watched something may have changed: folders
  that are watched for the first time are looked into once more.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

QUIET_S = 2.0
AT_MOST_S = 15.0
RESCAN_S = 3600.0
FOLDERS_MAX = 10_000
STEP = 50

_log = Logger()


class NotWatched(Exception):
    """The system watches no more, or not this."""


class Watcher(Protocol):
    """Tells of changes right in folders, by ``FolderWatch.changed``."""

    def watch(self, folder: str) -> None:
        """Tell of changes in this folder, an absolute path; raises ``NotWatched``."""

    def unwatch(self, folder: str) -> None:
        """Tell no more of this one."""

    def stop(self) -> None:
        """Tell of nothing any more."""


class FolderWatch:
    """Watches the folders of one library, and has ``scan`` called for what changed.

    ``scan`` takes a folder relative to ``root``, and whether to look below it too.
    """

    def __init__(
        self,
        root: str,
        scan: Callable[[str, bool], object],
        make_watcher: Callable[["FolderWatch"], Watcher | None],
        *,
        clock: IReactorTime,
        folders_max: int = FOLDERS_MAX,
    ) -> None:
        self._root = root
        self._scan = scan
        self._make_watcher = make_watcher
        self._clock = clock
        self._folders_max = folders_max
        self._watcher: Watcher | None = None
        self._watched: set[str] = set()
        self._waiting: deque[str] = deque()
        self._unsure: set[str] = set()
        self._changed: dict[str, bool] = {}
        self._since = 0.0
        self._due: IDelayedCall | None = None
        self._step: IDelayedCall | None = None
        self._rescan: IDelayedCall | None = None
        self.fault = ""
        """Why not everything is watched; "": it is."""

    @property
    def watched(self) -> int:
        """How many folders are watched."""
        return len(self._watched)

    def start(self) -> None:
        """Watch, and look at everything now."""
        self._watcher = self._make_watcher(self)
        if self._watcher is None:
            self.fault = "this system does not tell of changes"
        self._look_at_everything()

    def stop(self) -> None:
        """See nothing any more."""
        for call in (self._due, self._step, self._rescan):
            if call is not None and call.active():
                call.cancel()
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher = None

    def scanned(self, folders: Sequence[str], *, is_all: bool) -> None:
        """These folders were found, relative to the root; ``is_all``: there are no others."""
        if self._watcher is None:
            return
        if is_all:
            for folder in self._watched.difference(folders):
                self._forget(folder)
        new = [folder for folder in folders if folder not in self._watched]
        self._waiting.extend(new)
        self._unsure |= {""} if is_all and new else set(new)
        if self._step is None and self._waiting:
            self._step = self._clock.callLater(0, self._watch_some)

    def changed(self, folder: str, *, deep: bool) -> None:
        """Something right in ``folder``, an absolute path, is not as it was.

        ``deep``: it is a folder that is new here, or gone.
        """
        if folder != self._root and not folder.startswith(f"{self._root}/"):
            return
        relative = folder[len(self._root) + 1 :]
        if deep:
            for below in [each for each in self._watched if f"{each}/".startswith(f"{relative}/")]:
                self._forget(below)
        self._note(relative, deep=deep)

    def overflowed(self) -> None:
        """So much has changed that nobody knows what."""
        self._scan("", True)

    def _note(self, folder: str, *, deep: bool) -> None:
        now = self._clock.seconds()
        if not self._changed:
            self._since = now
        self._changed[folder] = self._changed.get(folder, False) or deep
        if self._due is not None and self._due.active():
            self._due.cancel()
        self._due = self._clock.callLater(
            max(0.0, min(QUIET_S, self._since + AT_MOST_S - now)), self._tell
        )

    def _tell(self) -> None:
        changed, self._changed = self._changed, {}
        for folder, deep in changed.items():
            self._scan(folder, deep)

    def _look_at_everything(self) -> None:
        self._rescan = self._clock.callLater(RESCAN_S, self._look_at_everything)
        self._scan("", True)

    def _watch_some(self) -> None:
        self._step = None
        for _ in range(min(STEP, len(self._waiting))):
            folder = self._waiting.popleft()
            if self._watcher is None or folder in self._watched:
                continue
            if len(self._watched) >= self._folders_max:
                self._give_up(f"there are more than {self._folders_max} folders")
                return
            try:
                self._watcher.watch(self._whole(folder))
            except NotWatched as refusal:
                self._give_up(str(refusal))
                return
            self._watched.add(folder)
        if self._waiting:
            self._step = self._clock.callLater(0.01, self._watch_some)
            return
        unsure, self._unsure = self._unsure, set()
        for folder in unsure:
            self._note(folder, deep=True)

    def _give_up(self, fault: str) -> None:
        self._waiting.clear()
        self._unsure.clear()
        if not self.fault:
            _log.warn(
                "changes in {root} are not all seen at once: {fault}; everything is looked at"
                " every {minutes} minutes",
                root=self._root,
                fault=fault,
                minutes=round(RESCAN_S / 60),
            )
        self.fault = fault

    def _forget(self, folder: str) -> None:
        self._watched.discard(folder)
        if self._watcher is not None:
            self._watcher.unwatch(self._whole(folder))

    def _whole(self, folder: str) -> str:
        return f"{self._root}/{folder}" if folder else self._root
