"""Playlists that are saved under names: files in folders, which operators may fill too.

Rules of this file:

- each AutoDJ has a folder of its own, below the one that the station has, and changes
  nothing anywhere else;
- files in the station's folder are put there by operators; all AutoDJs read them. Where an
  AutoDJ has one of that name itself, its own counts;
- we write ``<name>.m3u8``, with paths relative to the library's folder; ``.m3u``, ``.pls``
  and ``.xspf`` of others are read as well. Of files in one folder that have the same name but
  for their ending, the first of ``ENDINGS`` counts;
- a gain, which entries get that come from there, is said by files ``.m3u8`` only;
- links are followed nowhere.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from tinyice.autodj.keeping import name_of
from tinyice.autodj.mpd.needs import PlaylistNameRefused, PlaylistUnknown, Stored
from tinyice.autodj.playlist import ENTRIES_MAX
from tinyice.core.autodjs import PlaylistOfStation
from tinyice.core.errors import Conflict
from tinyice.core.tracks import Track
from tinyice.wire.errors import PeerError
from tinyice.wire.listed import Listed
from tinyice.wire.playlist_reading import BYTES_MAX, HEAD_BYTES, read_gain, read_playlist
from tinyice.wire.playlist_writing import write_playlist
from tinyice.work.files import read_file_in_worker
from tinyice.work.jobs import Work

ENDINGS = (".m3u8", ".m3u", ".pls", ".xspf")
NAME_MAX = 200
"""Bytes of a name."""

PLAYLISTS_MAX = 1000
MODE = 0o640
FOLDER_MODE = 0o750

_SAVE = "Save under another name."
_SAVE_BEFORE = "Load it, and save it under another name."
_ASK = "Only who has the server's files can delete it."


class PlaylistNotKept(Conflict):
    """It can't be read or written. ``fault`` is for people."""

    def __init__(self, name: str, fault: str) -> None:
        what = f"the playlist {name!r}" if name else "the folder of playlists"
        super().__init__(f"{what} can't be used: {fault}")
        self.name = name
        self.fault = fault


class Resolver(Protocol):
    """A library, as far as it is needed here."""

    async def listed(self, listed: Sequence[Listed], folder: str = "") -> list[Track | None]:
        """The tracks that a playlist file lists; None for what is not here."""


def _nobody() -> None:
    """Nobody wants to know."""


class SavedPlaylists:
    """The playlists of the AutoDJ on ``mount``, and the station's, which are in ``folder``.

    Its own folder is made with the first of its own, and stays when the AutoDJ goes.
    ``changed`` is called when one was saved, deleted or given another name here. Raises
    ``PlaylistUnknown``, ``PlaylistNameRefused``, ``PlaylistOfStation`` and ``PlaylistNotKept``.
    """

    def __init__(
        self,
        folder: Path,
        mount: str,
        library: Resolver,
        work: Work,
        changed: Callable[[], None] = _nobody,
    ) -> None:
        self._changed = changed
        self._station = folder
        self._own = folder / name_of(mount)
        self._library = library
        self._work = work

    def turn_to(self, library: Resolver) -> None:
        """What is listed is looked for there from now on."""
        self._library = library

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

    async def gain(self, name: str) -> float:
        """What is added to the gain of its entries, in dB."""
        check_name(name)
        return await self._work.perform(self._gain_in_worker, name)

    async def write(self, name: str, paths: Sequence[str]) -> None:
        """Save one, in the place of what has its name."""
        await self.keep(name, [Listed(path) for path in paths])

    async def keep(self, name: str, listed: Sequence[Listed], gain_db: float | None = None) -> None:
        """Save what a file of somebody else lists, or tracks with their titles.

        ``gain_db`` of all entries; None: what it was, where there is one of that name.
        """
        check_name(name)
        if len(listed) > ENTRIES_MAX:
            raise PlaylistNotKept(name, f"it has more than {ENTRIES_MAX} entries")
        await self._work.perform(self._write_in_worker, name, listed, gain_db)
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
        found = {each.stem: each for each in _files_in_worker(self._station)}
        own = {each.stem: each for each in _files_in_worker(self._own_in_worker())}
        stored = []
        for name, path in sorted({**found, **own}.items()):
            with suppress(OSError):
                changed_at, is_station = path.stat().st_mtime, name not in own
                stored.append(Stored(name, changed_at, is_station, _gain_in_worker(path)))
        return stored

    def _found_in_worker(self, name: str) -> Path:
        path = _file_in_worker(self._own_in_worker(), name) or _file_in_worker(self._station, name)
        if path is None:
            raise PlaylistUnknown(name)
        return path

    def _gain_in_worker(self, name: str) -> float:
        path = self._found_in_worker(name)
        try:
            return _gain_in_worker(path)
        except OSError as error:
            raise PlaylistNotKept(name, error.strerror or str(error)) from error

    def _read_in_worker(self, name: str) -> tuple[Listed, ...]:
        path = self._found_in_worker(name)
        try:
            return read_playlist(read_file_in_worker(str(path), BYTES_MAX), path.suffix[1:])
        except OSError as error:
            raise PlaylistNotKept(name, error.strerror or str(error)) from error
        except PeerError as error:
            raise PlaylistNotKept(name, error.reason) from error

    def _write_in_worker(self, name: str, listed: Sequence[Listed], gain_db: float | None) -> None:
        folder = self._own_in_worker()
        target, partial = folder / f"{name}.m3u8", folder / ".partial"
        before = _file_in_worker(folder, name)
        if before is None:
            self._refuse_station_in_worker(name, _SAVE)
        try:
            if gain_db is None:
                gain_db = 0.0 if before is None else _gain_in_worker(before)
            data = write_playlist(listed, "m3u8", gain_db=gain_db)
            folder.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
            if not target.exists() and sum(1 for _ in folder.iterdir()) >= PLAYLISTS_MAX:
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
        folder = self._own_in_worker()
        self._own_file_in_worker(folder, name, _ASK)
        try:
            for ending in ENDINGS:
                (folder / f"{name}{ending}").unlink(missing_ok=True)
        except OSError as error:
            raise PlaylistNotKept(name, error.strerror or str(error)) from error

    def _rename_in_worker(self, name: str, to: str) -> None:
        folder = self._own_in_worker()
        path = self._own_file_in_worker(folder, name, _SAVE_BEFORE)
        if any(os.path.lexists(folder / f"{to}{ending}") for ending in ENDINGS):
            raise PlaylistNameRefused(to, "there is a playlist of this name")
        self._refuse_station_in_worker(to, "Choose another name.")
        try:
            path.rename(folder / f"{to}{path.suffix}")
        except OSError as error:
            raise PlaylistNotKept(name, error.strerror or str(error)) from error

    def _own_in_worker(self) -> Path:
        """The folder that may be changed."""
        if self._own.is_symlink():
            raise PlaylistNotKept("", f"{self._own.name} is a link, and links are not followed")
        return self._own

    def _own_file_in_worker(self, folder: Path, name: str, way: str) -> Path:
        path = _file_in_worker(folder, name)
        if path is None:
            self._refuse_station_in_worker(name, way)
            raise PlaylistUnknown(name)
        return path

    def _refuse_station_in_worker(self, name: str, way: str) -> None:
        if _file_in_worker(self._station, name) is not None:
            raise PlaylistOfStation(name, way)


def check_name(name: str) -> None:
    """Raise ``PlaylistNameRefused`` for what can be no name of a file here."""
    if not _is_name(name):
        raise PlaylistNameRefused(name, "this can't be the name of a playlist")


def _is_name(name: str) -> bool:
    if not name or name != name.strip() or name.startswith(".") or not name.isprintable():
        return False
    return not {"/", "\\"} & set(name) and len(name.encode("utf-8", "replace")) <= NAME_MAX


def _files_in_worker(folder: Path) -> list[Path]:
    """The playlists in ``folder``, one of each name."""
    found: dict[str, Path] = {}
    try:
        for each in sorted(folder.iterdir(), key=_rank):
            if each.suffix in ENDINGS and each.stem not in found and _is_name(each.stem):
                with suppress(OSError):
                    if each.is_file() and not each.is_symlink():
                        found[each.stem] = each
    except FileNotFoundError:
        return []
    except OSError as error:
        raise PlaylistNotKept("", error.strerror or str(error)) from error
    return list(found.values())


def _file_in_worker(folder: Path, name: str) -> Path | None:
    """The file of the playlist of that name; None: there is none."""
    paths = (folder / f"{name}{ending}" for ending in ENDINGS)
    try:
        return next((path for path in paths if path.is_file() and not path.is_symlink()), None)
    except OSError as error:
        raise PlaylistNotKept(name, error.strerror or str(error)) from error


def _gain_in_worker(path: Path) -> float:
    """The gain that this file says, in dB; raises ``OSError``."""
    if path.suffix != ".m3u8":
        return 0.0
    with path.open("rb") as file:
        return read_gain(file.read(HEAD_BYTES)) or 0.0


def _rank(path: Path) -> tuple[int, str]:
    ending = path.suffix
    return ENDINGS.index(ending) if ending in ENDINGS else len(ENDINGS), path.name
