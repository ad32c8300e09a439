"""Relays at an upgrade: the upstream notices nothing, and listeners hear every frame."""

import json
from pathlib import Path

import pytest

from features import nasty
from features.api_talk import accounts
from features.handing import upgrade
from features.nasty import Upstream
from features.test_feature_relays import WAIT_S, numbers, relay, wait_for, whole
from features.test_feature_upgrade import station
from programs.raw import Recorder
from programs.waiting import until

pytestmark = pytest.mark.timeout(120)


def test_a_relay_goes_on_in_the_successor(tmp_path: Path) -> None:
    """Twice: on the same connection, without a frame lost or heard again."""
    with (
        Upstream(nasty.plays("/r")) as upstream,
        station(tmp_path, relays=[relay("/r", upstream.url())], api_rate=0, **accounts()) as made,
    ):
        wait_for(made, "/r")
        recorder = Recorder(made.port, "/r", icy=False)
        until(lambda: recorder.size > 40_000, within=WAIT_S, what="sound")
        for _ in range(2):
            upgrade(made)
            size = recorder.size
            until(lambda s=size: recorder.size > s + 40_000, within=WAIT_S, what="more sound")
            assert wait_for(made, "/r")["upstream"] == upstream.url()
        assert not recorder.ended
        recorder.stop()
        heard = numbers(whole(recorder))
        assert heard == list(range(heard[0], heard[0] + len(heard)))
        assert len(upstream.requests) == 1


def test_one_that_is_named_no_more_ends_with_the_upgrade(tmp_path: Path) -> None:
    """The successor reads the file anew, and lets go of what nobody wants."""
    with (
        Upstream(nasty.plays("/r")) as upstream,
        station(tmp_path, relays=[relay("/r", upstream.url())], api_rate=0, **accounts()) as made,
    ):
        wait_for(made, "/r")
        config = tmp_path / "tinyice.json"
        document = json.loads(config.read_text())
        document["relays"] = []
        config.write_text(json.dumps(document))
        upgrade(made)
        until(lambda: not upstream.open_connections, within=WAIT_S, what="the connection ends")
        assert len(upstream.requests) == 1
