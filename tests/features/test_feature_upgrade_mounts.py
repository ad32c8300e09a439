"""What stands on a mount goes over with it: fallbacks, recordings."""

from pathlib import Path

import pytest

from features.handing import Audience, Steady, finish, frames, upgrade
from features.test_feature_upgrade import hear_on, station, until_all_hear
from programs.waiting import until

pytestmark = pytest.mark.timeout(240)


def test_a_recording_goes_on(tmp_path: Path) -> None:
    """The file holds everything that the source sent, once, over upgrades."""
    settings = {"advanced_mounts": {"/live": {"dump_file": "live.mp3"}}, "data_dir": str(tmp_path)}
    with station(tmp_path, **settings) as made:
        source = Steady(made.port, "/live")
        source.start()
        made.wait_for_mount("/live", 10)
        for _ in range(3):
            upgrade(made)
        until(lambda: source.sent > 200, within=20, what="the source sends on")
        finish(source)
        everything = frames(0, source.sent)
        file = tmp_path / "live.mp3"
        until(lambda: file.stat().st_size >= len(everything), within=10, what="all is written")
        assert file.read_bytes() == everything


@pytest.mark.parametrize("element", ["/other", "silence"])
def test_a_fallback_goes_on(tmp_path: Path, element: str) -> None:
    """Who hears it stays over an upgrade, and hears the source again when that is back."""
    mounts = {"/live": {"fallbacks": [element], "return_after": 1}}
    with station(tmp_path, advanced_mounts=mounts) as made, Audience(made.port, "/live") as people:
        other = Steady(made.port, "/other")
        other.start()
        source = Steady(made.port, "/live")
        source.start()
        made.wait_for_mount("/live", 10)
        people.join_all(4)
        people.start()
        until_all_hear(people)
        # Silence in this format is made meanwhile.
        hear_on(people, 2.0)
        source.stop()
        until(lambda: "fallback.engaged" in made.child.output(), within=15, what="it is engaged")
        hear_on(people, 0.5)
        upgrade(made)
        hear_on(people, 1.5)
        back = Steady(made.port, "/live")
        back.start()
        until(lambda: "fallback.ended" in made.child.output(), within=20, what="it is back")
        upgrade(made)
        hear_on(people)
        people.stop()
        assert not [ear for ear in people.ears if ear.is_over]
        for one in (back, other):
            one.stop()
            assert not one.fault
