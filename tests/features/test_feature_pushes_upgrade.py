"""Pushes at an upgrade: the other server notices nothing, and gets every frame."""

from pathlib import Path

import pytest

from features import swallowing
from features.api_talk import accounts
from features.handing import upgrade
from features.sounding import BYTES_A_SECOND, FRAME_BYTES, Encoder
from features.swallowing import Swallower
from features.test_feature_pushes import WAIT_S, push, wait_for
from features.test_feature_upgrade import station
from programs.waiting import until

pytestmark = pytest.mark.timeout(240)


def test_a_push_goes_on_in_the_successor(tmp_path: Path) -> None:
    """Twice: on the same connection, in one unbroken piece; a slow one keeps its place, too."""
    with (
        Swallower(swallowing.takes) as good,
        Swallower(swallowing.stops_reading) as stuck,
        station(
            tmp_path,
            pushes=[push("good", "/own", good.url()), push("stuck", "/own", stuck.url())],
            api_rate=0,
            source_lead=0,
            **accounts(),
        ) as made,
        Encoder(made.port, "/own") as encoder,
    ):
        encoder.play(2)
        wait_for(made, "good")
        since = wait_for(made, "good")["connected_since"]
        for _ in range(2):
            encoder.play(20)
            upgrade(made)
            found = wait_for(made, "good")
            assert found["connected_since"] == since
        encoder.play(4)
        newest = encoder.sent[-2 * BYTES_A_SECOND : -2 * FRAME_BYTES]
        stream = good.visits[0]
        until(lambda: newest in stream.got, within=WAIT_S, what="all is there")
        audio = bytes(stream.got).partition(b"\r\n\r\n")[2]
        assert bytes(encoder.sent).find(audio) >= 0, "one unbroken piece"
        assert sum(visit.got.startswith(b"PUT") for visit in good.visits) == 1
        assert not encoder.is_dropped(0.1)
    assert "Traceback" not in made.child.output()
