"""A file that is heard goes on over upgrades, frame behind frame."""

from itertools import pairwise
from pathlib import Path

import pytest

from features.handing import FRAME_BYTES, Audience, frame, frames, upgrade
from features.test_feature_upgrade import hear_on, station, until_all_hear

FRAMES = 3000
SIDE_INFO_END = 36
"""A frame at a joint may be silent; what tells its number stands behind this, too."""

pytestmark = pytest.mark.timeout(240)


def numbers(audio: bytes) -> list[int]:
    """The numbers of the frames."""
    known = {frame(number)[SIDE_INFO_END:]: number for number in range(FRAMES)}
    starts = range(0, len(audio) - FRAME_BYTES + 1, FRAME_BYTES)
    return [known[audio[at + SIDE_INFO_END : at + FRAME_BYTES]] for at in starts]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_file_goes_on_over_upgrades(tmp_path: Path, workers: int) -> None:
    """No frame is lost, none is heard twice, and nobody is dropped."""
    (tmp_path / "night.mp3").write_bytes(frames(0, FRAMES))
    mounts = {"/night": {"fallbacks": ["file:night.mp3"]}}
    settings = {"data_dir": str(tmp_path), "advanced_mounts": mounts, "workers": workers}
    with station(tmp_path, **settings) as made, Audience(made.port, "/night") as audience:
        made.wait_for_mount("/night", 10)
        audience.join_all(10)
        audience.start()
        until_all_hear(audience)
        for _ in range(3):
            upgrade(made)
            hear_on(audience, 2)
        audience.stop()
        for ear in audience.ears:
            assert not ear.is_over
            audio = ear.audio
            heard = numbers(audio[audio.index(frame(0)[:4]) :])
            assert [b - a for a, b in pairwise(heard)] == [1] * (len(heard) - 1)
