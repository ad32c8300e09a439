"""The folders that music may be in, and that nothing leads out of.

What counts is where a path really is: a symbolic link is as good as what it leads to. The
functions here look at the disk, and so belong into a worker or a child.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from tinyice.core.errors import NotUsable

PATH_MAX = 4096


class PathRefused(NotUsable):
    """This may not be read. ``fault`` is for people, and tells nothing of the disk."""

    def __init__(self, path: str, fault: str) -> None:
        super().__init__(fault)
        self.path = path
        self.fault = fault


OUTSIDE = "it leads out of the folders that are allowed"


class Bounds:
    """Allows what is in one of ``folders``, which are absolute."""

    def __init__(self, folders: Sequence[str]) -> None:
        self._folders = [os.path.realpath(folder) for folder in folders if _is_absolute(folder)]

    def admits_in_worker(self, path: str) -> bool:
        """Whether ``path``, which is absolute, really is in one of the folders."""
        real = os.path.realpath(path)
        return any(is_within(real, folder) for folder in self._folders)

    def folder_in_worker(self, path: str) -> str:
        """Where the folder at ``path`` really is; raises ``PathRefused``."""
        if not _is_absolute(path):
            raise PathRefused(path, "it is no absolute path")
        if not self.admits_in_worker(path):
            raise PathRefused(path, OUTSIDE)
        if not Path(path).is_dir():
            raise PathRefused(path, "it is no folder")
        return os.path.realpath(path)

    def file_in_worker(self, root: str, path: str) -> str:
        """The absolute path of ``path`` in the library at ``root``; raises ``PathRefused``."""
        check_relative(path)
        whole = f"{root}/{path}"
        if not self.admits_in_worker(whole):
            raise PathRefused(path, OUTSIDE)
        return whole


def check_relative(path: str) -> None:
    """Raise ``PathRefused`` unless ``path`` goes straight down from where it begins."""
    parts = path.split("/")
    if "\0" in path or len(path) > PATH_MAX:
        raise PathRefused(path, "it is no path")
    if "" in parts or "." in parts or ".." in parts:
        raise PathRefused(path, "it does not go straight down from the library's folder")


def is_within(path: str, folder: str) -> bool:
    """Whether ``path`` is ``folder`` or below it; both are real."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _is_absolute(path: str) -> bool:
    return path.startswith("/") and "\0" not in path and len(path) <= PATH_MAX
