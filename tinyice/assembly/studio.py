"""AutoDJs as pages see them. What an AutoDJ needs is loaded with the first of them."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tinyice.assembly.autodj import AutoDJing
from tinyice.config.autodj_rules import whole_path
from tinyice.config.model import Config
from tinyice.core.autodjs import FolderRow, FolderRows
from tinyice.core.errors import NotUsable
from tinyice.core.spelled import spelled, unspelled
from tinyice.work.jobs import Work

if TYPE_CHECKING:
    from tinyice.assembly.studio_dj import StudioDj
    from tinyice.autodj.running import RunningAutoDJ

FOLDERS_MAX = 500
LOOKED_AT = 20_000
"""So many names in one folder are looked at."""


class Studio:
    """The AutoDJs that run; ``work`` reads folders."""

    def __init__(self, autodjing: AutoDJing, config: Callable[[], Config], work: Work) -> None:
        self._autodjing = autodjing
        self._config = config
        self._work = work
        self._known: dict[str, tuple[RunningAutoDJ, StudioDj]] = {}

    def get(self, mount: str) -> "StudioDj | None":
        """The one that plays there."""
        running = self._autodjing.running
        found = None if running is None else running.get(mount)
        return None if found is None else self._of(found)

    def all(self) -> Sequence["StudioDj"]:
        """Each, by its mount."""
        running = self._autodjing.running
        return [] if running is None else [self._of(one) for one in running.all()]

    def watch(self, tell: Callable[[], None]) -> Callable[[], None]:
        """``tell`` when a snapshot of any would say something else, or one comes or goes."""
        return self._autodjing.watchers.add(tell)

    async def browse(self, path: str) -> FolderRows:
        """Folders that music may be in; "": those above all. Raises ``NotUsable``."""
        config = self._config()
        roots = [whole_path(config, root) for root in config.media_roots if root] or ["/"]
        return await self._work.perform(_folders_in_worker, unspelled(path), roots)

    def _of(self, running: "RunningAutoDJ") -> "StudioDj":
        from tinyice.assembly.studio_dj import StudioDj  # noqa: PLC0415 - see above

        known = self._known.get(running.mount)
        if known is None or known[0] is not running:
            known = self._known[running.mount] = running, StudioDj(running, self._work)
        return known[1]


def _folders_in_worker(path: str, roots: Sequence[str]) -> FolderRows:
    from tinyice.autodj.bounds import Bounds  # noqa: PLC0415 - see above

    if not path:
        return FolderRows("", None, tuple(_row(root, root) for root in roots))
    bounds = Bounds(roots)
    real = bounds.folder_in_worker(path)
    above = str(Path(real).parent)
    # what is above all is told by ""
    parent = above if above != real and bounds.admits_in_worker(above) else ""
    try:
        names = sorted(_names_in_worker(real), key=lambda name: (name.casefold(), name))
    except OSError as error:
        raise NotUsable(f"the folder can't be read: {error.strerror}") from error
    rows = tuple(_row(name, f"{real.rstrip('/')}/{name}") for name in names[:FOLDERS_MAX])
    return FolderRows(spelled(real), spelled(parent), rows, len(names) > FOLDERS_MAX)


def _names_in_worker(folder: str) -> list[str]:
    found: list[str] = []
    with os.scandir(folder) as entries:
        for count, entry in enumerate(entries):
            if count >= LOOKED_AT or len(found) > FOLDERS_MAX:
                break
            with suppress(OSError):
                if not entry.name.startswith(".") and entry.is_dir():
                    found.append(entry.name)
    return found


def _row(name: str, path: str) -> FolderRow:
    return FolderRow(spelled(name), spelled(path))
