"""Playlists that are saved under names: files in a folder, which operators may fill too.

We write ``<name>.m3u8``, with paths relative to the library's folder; ``.m3u``, ``.pls`` and
``.xspf`` of others are read as well. Of files that have the same name but for their ending,
the first of ``ENDINGS`` counts.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from tinyice.autodj.mpd.needs import PlaylistNameRefused, PlaylistUnknown, Stored
from tinyice.autodj.playlist import ENTRIES_MAX
from tinyice.core.errors import Conflict
from tinyice.core.tracks import Track
from tinyice.wire.errors import PeerError
from tinyice.wire.listed import Listed
from tinyice.wire.playlist_reading import BYTES_MAX, read_playlist
from tinyice.wire.playlist_writing import write_playlist
from tinyice.work.files import read_file_in_worker
from tinyice.work.jobs import Work

ENDINGS = (".m3u8", ".m3u", ".pls", ".xspf")
NAME_MAX = 200
"""Bytes of a name."""

PLAYLISTS_MAX = 1000
MODE = 0o640
FOLDER_MODE = 0o750


class PlaylistNotKept(Conflict):
    """It can't be read or written. ``fault`` is for people."""

    def __init__(self, name: str, fault: str) -> None:
        super().__init__(f"the playlist {name!r} can't be used: {fault}")
        self.name = name
        self.fault = fault


class Resolver(Protocol):
    """A library, as far as it is needed here."""

    async def listed(self, listed: Sequence[Listed], folder: str = "") -> list[Track | None]:
        """The tracks that a playlist file lists; None for what is not here."""


def _nobody() -> None:
    """Nobody wants to know."""


class SavedPlaylists:
    """The playlists in ``folder``, which is made with the first of them.

    ``changed`` is called when one was saved, deleted or given another name here.
    Raises ``PlaylistUnknown``, ``PlaylistNameRefused`` and ``PlaylistNotKept``.
    """

    def __init__(
        self, folder: Path, library: Resolver, work: Work, changed: Callable[[], None] = _nobody
    ) -> None:
        self._changed = changed
        self._folder = folder
        self._library = library
        self._work = work

    async def names(self) -> list[Stored]:
        """Which there are, in the order of their names."""
        return await self._work.perform(self._names_in_worker)

    async def read(self, name: str) -> list[str]:
        """The paths in one; of what is not in the library, what the file says."""
        listed = await self.listed(name)
        tracks = await self._library.listed(listed)
        pairs = zip(listed, tracks, strict=True)
        return [each.place if track is None else track.path for each, track in pairs]

    async def listed(self, name: str) -> tuple[Listed, ...]:
        """What the file of one lists."""
        check_name(name)
        return await self._work.perform(self._read_in_worker, name)

    async def write(self, name: str, paths: Sequence[str]) -> None:
        """Save one, in the place of what has its name."""
        await self.keep(name, [Listed(path) for path in paths])

    async def keep(self, name: str, listed: Sequence[Listed]) -> None:
        """Save what a file of somebody else lists, or tracks with their titles."""
        check_name(name)
        if len(listed) > ENTRIES_MAX:
            raise PlaylistNotKept(name, f"it has more than {ENTRIES_MAX} entries")
        await self._work.perform(self._write_in_worker, name, write_playlist(listed, "m3u8"))
        self._changed()

    async def remove(self, name: str) -> None:
        """Delete one."""
        check_name(name)
        await self._work.perform(self._remove_in_worker, name)
        self._changed()

    async def rename(self, name: str, to: str) -> None:
        """Give one another name, which must be free."""
        check_name(name)
        check_name(to)
        await self._work.perform(self._rename_in_worker, name, to)
        self._changed()

    def _names_in_worker(self) -> list[Stored]:
        found: dict[str, Stored] = {}
        try:
            for each in sorted(self._folder.iterdir(), key=_rank):
                if each.suffix in ENDINGS and each.stem not in found and _is_name(each.stem):
                    with suppress(OSError):
                        if each.is_file() and not each.is_symlink():
                            found[each.stem] = Stored(each.stem, each.stat().st_mtime)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise PlaylistNotKept("", error.strerror or str(error)) from error
        return [found[name] for name in sorted(found)]

    def _file_in_worker(self, name: str) -> Path:
        for ending in ENDINGS:
            path = self._folder / f"{name}{ending}"
            if path.is_file() and not path.is_symlink():
                return path
        raise PlaylistUnknown(name)

    def _read_in_worker(self, name: str) -> tuple[Listed, ...]:
        path = self._file_in_worker(name)
        try:
            return read_playlist(read_file_in_worker(str(path), BYTES_MAX), path.suffix[1:])
        except OSError as error:
            raise PlaylistNotKept(name, error.strerror or str(error)) from error
        except PeerError as error:
            raise PlaylistNotKept(name, error.reason) from error

    def _write_in_worker(self, name: str, data: bytes) -> None:
        target, partial = self._folder / f"{name}.m3u8", self._folder / ".partial"
        try:
            self._folder.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
            if not target.exists() and sum(1 for _ in self._folder.iterdir()) >= PLAYLISTS_MAX:
                raise PlaylistNotKept(name, f"there are {PLAYLISTS_MAX} playlists already")
            partial.unlink(missing_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            with os.fdopen(os.open(partial, flags, MODE), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)
        except OSError as error:
            raise PlaylistNotKept(name, error.strerror or str(error)) from error

    def _remove_in_worker(self, name: str) -> None:
        self._file_in_worker(name)
        try:
            for ending in ENDINGS:
                (self._folder / f"{name}{ending}").unlink(missing_ok=True)
        except OSError as error:
            raise PlaylistNotKept(name, error.strerror or str(error)) from error

    def _rename_in_worker(self, name: str, to: str) -> None:
        path = self._file_in_worker(name)
        if any((self._folder / f"{to}{ending}").exists() for ending in ENDINGS):
            raise PlaylistNameRefused(to, "there is a playlist of this name")
        try:
            path.rename(self._folder / f"{to}{path.suffix}")
        except OSError as error:
            raise PlaylistNotKept(name, error.strerror or str(error)) from error


def check_name(name: str) -> None:
    """Raise ``PlaylistNameRefused`` for what can be no name of a file here."""
    if not _is_name(name):
        raise PlaylistNameRefused(name, "this can't be the name of a playlist")


def _is_name(name: str) -> bool:
    if not name or name != name.strip() or name.startswith(".") or not name.isprintable():
        return False
    return not {"/", "\\"} & set(name) and len(name.encode("utf-8", "replace")) <= NAME_MAX


def _rank(path: Path) -> tuple[int, str]:
    ending = path.suffix
    return ENDINGS.index(ending) if ending in ENDINGS else len(ENDINGS), path.name
