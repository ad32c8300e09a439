"""What all AutoDJs of a station stand on."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Protocol

from tinyice.autodj.history import Plays
from tinyice.autodj.libraries import Libraries
from tinyice.autodj.surroundings import Surroundings
from tinyice.core.mount import Mount
from tinyice.work.jobs import Work

PLAYLISTS = "playlists"
"""The folder of saved playlists, in that of the server's data: the station's, and a folder of
each AutoDJ."""


class Stage(Protocol):
    """The station's mounts, as far as AutoDJs ask about them."""

    def find(self, path: str) -> Mount | None:
        """The mount of that path, if there is one."""


@dataclass(frozen=True, slots=True)
class House:
    """``folder``: where the server writes, and where paths begin that are not whole."""

    world: Surroundings
    stage: Stage
    libraries: Libraries
    plays: Plays
    folder: Path
    media_roots: Callable[[], tuple[str, ...]]
    work: Work
    random: Random

    def now(self) -> float:
        """The wall clock, in seconds since 1970."""
        return self.world.now().timestamp()
