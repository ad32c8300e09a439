"""A small disk of the test's own, which can be full, and can be read-only."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def run(*command: object) -> None:
    subprocess.run([str(word) for word in command], check=True, capture_output=True, timeout=20)


class SmallDisk:
    """1 MB at ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        """Leave no byte."""
        with (self.folder / "filler").open("ab", buffering=0) as file:
            for size in (4096, 1):
                try:
                    while file.write(bytes(size)):
                        pass
                except OSError:
                    continue

    def make_room(self) -> None:
        (self.folder / "filler").unlink()

    def forbid_writing(self) -> None:
        run("mount", "-o", "remount,ro", self.folder)

    def allow_writing(self) -> None:
        run("mount", "-o", "remount,rw", self.folder)


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """A disk at ``folder``; the test is skipped where nobody may mount one."""
    folder.mkdir()
    try:
        run("mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tinyice-test", folder)
    except (OSError, subprocess.CalledProcessError) as error:
        if os.environ.get("CI") == "true" and os.geteuid() == 0:
            raise
        pytest.skip(f"no disk can be mounted: {error}")
    try:
        yield SmallDisk(folder)
    finally:
        run("umount", "--lazy", folder)
