"""Changes leave nothing behind: as many objects after many of them as after a few."""

import gc
from collections import Counter

import pytest

from core.stage import Loop, Stage, pieces
from tinyice.core.settings import MountSettings

WATCHED = ("Source", "Input", "Backlog", "Chunk", "MountTap", "Listener", "Feed", "MpegSeam")


def objects() -> Counter[str]:
    """How many there are of each kind that a change makes."""
    gc.collect()
    return Counter(kind for one in gc.get_objects() if (kind := type(one).__name__) in WATCHED)


def change_over(changes: int) -> None:
    """The source goes and comes back so often, each time for long enough to be heard."""
    live = MountSettings(
        "/live", chain=("/night", "silence"), configured=True, return_after_s=1, source_timeout_s=0
    )
    stage = Stage(live, MountSettings("/night", configured=True))
    Loop(stage, "/live", "silence", 900_000_000)
    stage.show("/night", 500_000_000)
    show = stage.show("/live", 1_000_000)
    stage.run(2)
    before: Counter[str] = Counter()
    player = stage.rig.listen(stage.live)[1]
    for number in range(changes):
        if number == changes // 10:
            before = objects()
        show.end()
        stage.run(2)
        show = stage.show("/live", (number + 2) * 1_000_000)
        stage.run(63)
        stage.rig.events.clear()
        assert stage.live.source is show.source
        heard = pieces(player)
        assert heard[-1] == (number + 2) * 1000
        assert any(500_000 <= show < 900_000 for show in heard)
        assert not player.finished
        player.got.clear()
    assert objects() == before


def test_fifty_changes() -> None:
    """With an encoder, another mount and silence."""
    change_over(50)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_five_thousand_changes() -> None:
    """A hundred times as many."""
    change_over(5000)
