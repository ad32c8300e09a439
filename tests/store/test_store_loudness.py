"""What was measured of a file is known as long as the file is the same."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from store.stored import OnDisk
from tinyice.core.loudness import Loudness, Measurement
from tinyice.core.tracks import Track
from tinyice.core.waveform import COLUMNS, Waveform
from tinyice.store.library import KeptLibraries

TRACK = Track("caf\udce9/1.mp3", size=1000, mtime_ns=17)
LOOKS = Waveform(bytes(range(200)) * 2, bytes(COLUMNS))
LOUD = Measurement(Loudness(-14.5, -0.25, 6.0, 200.5), waveform=LOOKS)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[OnDisk]:
    made = OnDisk(tmp_path / "tinyice.db")
    yield made
    made.end()


def test_measured_once(disk: OnDisk) -> None:
    """It is found again by folder, path, size and time, and by no other."""
    kept = KeptLibraries(disk.store)
    assert disk.settle(kept.measurement("/music", TRACK)) is None
    disk.settle(kept.note_measurement("/music", TRACK, LOUD))
    assert disk.settle(kept.measurement("/music", TRACK)) == LOUD
    for other in (replace(TRACK, size=1001), replace(TRACK, mtime_ns=18), Track("x.mp3")):
        assert disk.settle(kept.measurement("/music", other)) is None
    assert disk.settle(kept.measurement("/other", TRACK)) is None


def test_a_changed_file_is_measured_anew(disk: OnDisk) -> None:
    """What was known before is forgotten, faults as well."""
    kept = KeptLibraries(disk.store)
    changed = replace(TRACK, mtime_ns=18)
    disk.settle(kept.note_measurement("/music", TRACK, LOUD))
    disk.settle(kept.note_measurement("/music", changed, Measurement(fault="it is \udcff")))
    assert disk.settle(kept.measurement("/music", TRACK)) is None
    found = disk.settle(kept.measurement("/music", changed))
    assert found is not None
    assert found.loudness is found.waveform is None
    assert found.fault


def test_a_waveform_goes_with_its_measurement(disk: OnDisk) -> None:
    """What was measured again without one has none, and a library takes its own with it."""
    kept = KeptLibraries(disk.store)
    disk.settle(kept.note_measurement("/music", TRACK, LOUD))
    disk.settle(kept.note_measurement("/music", TRACK, replace(LOUD, waveform=None)))
    assert disk.settle(kept.measurement("/music", TRACK)) == replace(LOUD, waveform=None)
    disk.settle(kept.note_measurement("/music", TRACK, LOUD))
    disk.settle(kept.forget("/music"))
    assert disk.settle(kept.measurement("/music", TRACK)) is None
    disk.settle(kept.note_measurement("/music", TRACK, LOUD))
    assert disk.settle(kept.measurement("/music", TRACK)) == LOUD
