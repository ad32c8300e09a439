"""Finding the audio files below a folder, without reading any. In the child only."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from tinyice.autodj.bounds import OUTSIDE, Bounds
from tinyice.autodj.covers import beside

ENDINGS = frozenset(
    ".mp3 .mp2 .mp1 .mpga .ogg .oga .opus .spx .flac .wav .wave .bwf .aif .aiff .aifc"  # noqa: SIM905
    " .m4a .m4b .mp4 .aac .adts .ape .wv .mpc .tta .wma .asf .dsf .dff .mka .mkv .webm .caf"
    " .amr .ac3 .au .dts .shn .w64".split()
)
"""What may be audio, by the ending of its name."""

DEPTH_MAX = 64
FILES_MAX = 1_000_000
TOLD_MAX = 20


@dataclass(frozen=True, slots=True)
class Seen:
    """A file; ``fault``: why it is not even to be opened."""

    path: str
    whole_path: str
    size: int
    mtime_ns: int
    has_cover_beside: bool
    fault: str = ""


@dataclass(slots=True)
class Walk:
    """One walk, and what it met. Paths are relative to ``root``, and so are ``folders``.

    ``unread``: folders that could not be read, and why; what was in them may still be there.
    """

    root: str
    bounds: Bounds
    folders: list[str] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    files: int = 0
    is_root_bare: bool = False
    _been: set[tuple[int, int]] = field(default_factory=set)

    def below(self, folder: str, *, deep: bool) -> Iterator[Seen]:
        """The files in ``folder``, with ``deep`` also in all folders below it."""
        waiting = [folder]
        while waiting and self.files < FILES_MAX:
            here = waiting.pop()
            found = self._scan(here)
            if found is None:
                continue
            self.folders.append(here)
            names = [entry.name for entry in found]
            if not here:
                self.is_root_bare = not names
            has_cover = bool(beside(names))
            further: list[str] = []
            for entry in found:
                path = f"{here}/{entry.name}" if here else entry.name
                if deep and _is_it(entry.is_dir):
                    further.append(path)
                elif PurePath(entry.name).suffix.lower() in ENDINGS and not _is_it(entry.is_dir):
                    self.files += 1
                    yield self._seen(entry, path, has_cover=has_cover)
            waiting += reversed(further)

    def _scan(self, folder: str) -> list["os.DirEntry[str]"] | None:
        whole = f"{self.root}/{folder}" if folder else self.root
        try:
            status = Path(whole).stat()
            itself = status.st_dev, status.st_ino
            if itself in self._been or folder.count("/") >= DEPTH_MAX:
                return None
            if not self.bounds.admits_in_worker(whole):
                self.unread[folder] = OUTSIDE
                return None
            self._been.add(itself)
            with os.scandir(whole) as entries:
                found = [entry for entry in entries if not entry.name.startswith(".")]
        except FileNotFoundError:
            return None
        except OSError as error:
            self.unread[folder] = error.strerror or str(error)
            return None
        return sorted(found, key=lambda entry: entry.name)

    def _seen(self, entry: "os.DirEntry[str]", path: str, *, has_cover: bool) -> Seen:
        try:
            status = entry.stat()
            fault = ""
            if any(ord(letter) < 0x20 or ord(letter) == 0x7F for letter in path):
                fault = "its name has control characters"
            elif entry.is_symlink() and not self.bounds.admits_in_worker(entry.path):
                fault = OUTSIDE
            elif not entry.is_file():
                fault = "it is no file"
            elif not status.st_size:
                fault = "it is empty"
        except OSError as error:
            return Seen(path, entry.path, 0, 0, has_cover, error.strerror or str(error))
        return Seen(path, entry.path, status.st_size, status.st_mtime_ns, has_cover, fault)


def _is_it(look: Callable[[], bool]) -> bool:
    """Whether an entry is that; one that leads nowhere is nothing."""
    try:
        return look()
    except OSError:
        return False
