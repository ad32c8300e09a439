"""The server that the real programs meet.

``TINYICE_TEST_PEER=icecast2`` runs the encoders and players against Debian's
Icecast instead: what fails there too is the fault of a test or of a program.
(Icecast 2.4.4 fails three things of its own: PUT with chunks, titles of Opus and
FLAC in its status, and holding back an encoder that hurries.)
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from programs.children import give_away
from programs.station import Station, start_icecast, start_tinyice

PEER = os.environ.get("TINYICE_TEST_PEER", "tinyice")
STARTERS = {"tinyice": start_tinyice, "icecast2": start_icecast}


@pytest.fixture(scope="module")
def workshop() -> Iterator[Path]:
    """A folder that programs of another user may read and write."""
    with tempfile.TemporaryDirectory(prefix="programs-", ignore_cleanup_errors=True) as path:
        yield give_away(Path(path))


@pytest.fixture(scope="module")
def open_station(workshop: Path) -> Iterator[Callable[[], Station]]:
    """Start servers of the kind under test; all end with the module."""
    opened: list[Station] = []

    def opener() -> Station:
        home = workshop / f"station{len(opened)}"
        home.mkdir()
        opened.append(STARTERS[PEER](home))
        return opened[-1]

    yield opener
    for station in opened:
        station.child.stop()
