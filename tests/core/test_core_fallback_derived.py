"""Mounts that play what another one plays: its source may be gone for a while."""

from dataclasses import replace

import pytest

from core.stage import Stage, pieces
from tinyice.core.changeover import CHAIN_HOLD_S
from tinyice.core.errors import MountIdle
from tinyice.core.settings import MountSettings

LIVE = MountSettings("/live", configured=True)
DERIVED = MountSettings("/derived", chain=("/live",))
NIGHT = MountSettings("/night")
BRIDGES = {
    "waits": (replace(LIVE, hold_s=40), [1, 2]),
    "falls back": (replace(LIVE, chain=("/night",)), [1, 5, 2]),
    "waits, then falls back": (replace(LIVE, hold_s=6, chain=("/night",)), [1, 5, 2]),
}


@pytest.mark.parametrize("gone_s", [8, 20, 36])
@pytest.mark.parametrize("bridge", BRIDGES)
def test_a_flap_is_heard_there_as_on_the_mount_itself(bridge: str, gone_s: float) -> None:
    """Nobody is dropped on either, and who comes new hears nothing from before a silence."""
    settings, heard = BRIDGES[bridge]
    stage = Stage(settings, replace(DERIVED, configured=True), NIGHT)
    stage.show("/night", 5000)
    first = stage.show("/live", 1000)
    stage.run(20)
    derived = stage.rig.mounts.known("/derived")
    players = [stage.rig.listen(mount)[1] for mount in (stage.live, derived)]
    stage.run(5)
    first.end()
    stage.run(gone_s)
    stage.show("/live", 2000)
    stage.run(15)
    assert stage.rig.mounts.find("/derived") is derived
    assert len(derived.listeners) == 1
    for player in players:
        assert (pieces(player), player.finished) == (heard, 0)
    _, late = stage.rig.listen(derived)
    assert pieces(late) == (heard[-len(pieces(late)) :] if 5 in heard else [2])


def test_with_nothing_left_it_ends_there_too() -> None:
    """Those who wait in vain are let go, and both mounts can be heard again."""
    stage = Stage(replace(LIVE, hold_s=10), DERIVED)
    derived = stage.rig.mounts.provide("/derived")
    first = stage.show("/live", 1000)
    stage.run(2)
    players = [stage.rig.listen(mount)[1] for mount in (stage.live, derived)]
    first.end()
    stage.run(9)
    assert [player.finished for player in players] == [0, 0]
    stage.run(2 + CHAIN_HOLD_S)
    assert [player.finished for player in players] == [1, 1]
    with pytest.raises(MountIdle):
        stage.rig.mounts.admit("/live")
    stage.show("/live", 2000)
    derived = stage.rig.mounts.provide("/derived")
    stage.run(1)
    _, again = stage.rig.listen(derived)
    stage.run(2)
    assert pieces(again) == [2]
