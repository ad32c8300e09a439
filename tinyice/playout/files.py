"""An audio file that is read from its beginning to its end, round after round.

All of it runs in a worker: a disk may be slow, or gone. ``Unplayable`` says what
is wrong with the file.
"""

import os
from pathlib import Path

from tinyice.formats.id3 import tag_length
from tinyice.playout.errors import Unplayable
from tinyice.work.files import open_regular_in_worker

PIECE_BYTES = 64 * 1024
_HEAD_BYTES = 16
_TAGS_MAX = 8


def path_of(name: str, folder: Path) -> Path:
    """The file that an operator named: absolute, or inside ``folder``.

    Raises ``Unplayable`` for a name that leads out of it.
    """
    path = Path(name)
    if path.is_absolute():
        return path
    if ".." in path.parts:
        raise Unplayable("a relative name must not lead out of data_dir", is_final=True)
    return folder / path


class AudioFile:
    """The file at ``path``. A relative name ``within`` a folder stays there, links and all."""

    def __init__(self, path: Path, within: Path | None = None) -> None:
        self._path = path
        self._within = within
        self._descriptor: int | None = None
        self._offset = 0
        self._looks = (0, 0)

    def begin_in_worker(self) -> None:
        """Open it anew, at the beginning of the audio."""
        self.close_in_worker()
        try:
            path = self._checked_in_worker()
            self._descriptor = open_regular_in_worker(str(path), os.O_RDONLY)
            self._looks = _looks(os.fstat(self._descriptor))
            self._offset = _behind_tags_in_worker(self._descriptor)
        except OSError as error:
            raise Unplayable(_words(error)) from error

    def read_in_worker(self) -> bytes:
        """The next piece; b"": the end. Raises when the file has changed meanwhile."""
        if self._descriptor is None:
            raise Unplayable("the file is closed")
        try:
            if _looks(os.fstat(self._descriptor)) != self._looks:
                raise Unplayable("the file has changed while it was played")
            data = os.pread(self._descriptor, PIECE_BYTES, self._offset)
        except OSError as error:
            raise Unplayable(_words(error)) from error
        self._offset += len(data)
        return data

    def check_in_worker(self) -> None:
        """Raise when the file is not what was opened any more."""
        if self._descriptor is None:
            return
        try:
            is_same = os.path.samestat(self._checked_in_worker().stat(), os.fstat(self._descriptor))
            if not is_same or _looks(os.fstat(self._descriptor)) != self._looks:
                raise Unplayable("the file has changed")
        except OSError as error:
            raise Unplayable(_words(error)) from error

    def close_in_worker(self) -> None:
        """Let go of it."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def _checked_in_worker(self) -> Path:
        if self._within is None:
            return self._path
        path = self._path.resolve(strict=True)
        if not path.is_relative_to(self._within.resolve()):
            raise Unplayable("the file lies outside of data_dir")
        return path


def _looks(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_size, stat.st_mtime_ns


def _words(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _behind_tags_in_worker(descriptor: int) -> int:
    """Where the ID3 tags at the beginning end."""
    offset = 0
    for _ in range(_TAGS_MAX):
        length = tag_length(os.pread(descriptor, _HEAD_BYTES, offset), 0)
        if not length:
            break
        offset += length
    return offset
