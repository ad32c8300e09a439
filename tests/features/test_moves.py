"""Moves by an administrator, with a real server and its workers: every byte is in its place."""

import random
import time

import pytest

from features.conftest import Serve
from features.offspring import worker_pids
from features.sounding import FRAME_BYTES, WAIT_S, Encoder, sound
from programs import frames
from programs.raw import Recorder
from programs.station import Station
from programs.waiting import until

PATHS = ("/first", "/second")
MOVES = 200
LISTENERS = 12


@pytest.fixture(scope="module", params=[0, 2], ids=["alone", "with workers"])
def station(serve: Serve, request: pytest.FixtureRequest) -> Station:
    """A station whose workers are there."""
    made = serve(workers=request.param, takeover_after=1, source_lead=0)
    until(lambda: len(worker_pids(made)) == request.param, within=WAIT_S, what="the workers are up")
    return made


def units(recorder: Recorder) -> list[bytes]:
    """The frames in what a listener heard; between them may stand tags and zeros."""
    heard = recorder.answer.audio
    found = []
    at = 0
    while at < len(heard):
        tag = frames.id3_length(heard[at:])
        if tag or not heard[at]:
            at += tag or 1
            continue
        found.append(heard[at : at + FRAME_BYTES])
        at += FRAME_BYTES
    return found if len(found[-1]) == FRAME_BYTES else found[:-1]


def test_two_hundred_moves(station: Station) -> None:
    """Each listener gets frames of the one mount and the other, whole, in order, none twice."""
    dice = random.Random(11)
    with Encoder(station.port, PATHS[0]) as first, Encoder(station.port, PATHS[1]) as second:
        for encoder in (first, second):
            encoder.play(4)
        recorders = [
            Recorder(station.port, PATHS[at % 2], icy=at % 4 < 2) for at in range(LISTENERS)
        ]
        for _ in range(MOVES):
            # Little in all: on a busy machine a worker may stand still for seconds.
            for encoder in (first, second):
                encoder.play(0.04)
            source = dice.randrange(2)
            query = f"mount={PATHS[source]}&destination={PATHS[1 - source]}"
            station.get(f"/admin/moveclients?{query}", user="admin")
            if dice.random() < 0.1:
                time.sleep(dice.uniform(0, 0.2))
        station.get(f"/admin/moveclients?mount={PATHS[0]}&destination={PATHS[1]}", user="admin")

        def all_hear() -> bool:
            # Who is in a worker lands a little later, at what is newest then.
            hear = second.play(0.2)[:FRAME_BYTES]
            time.sleep(0.2)
            assert not any(recorder.ended for recorder in recorders)
            return all(hear in recorder.answer.audio for recorder in recorders)

        until(all_hear, within=WAIT_S, what="all hear the second mount")
    place = {
        frame: (which, at // FRAME_BYTES)
        for which, encoder in enumerate((first, second))
        for at in range(0, len(encoder.sent), FRAME_BYTES)
        for frame in [bytes(encoder.sent[at : at + FRAME_BYTES])]
    }
    assert sound(PATHS[0], 0, 1) in place
    for recorder in recorders:
        recorder.stop()
        heard = [place[frame] for frame in units(recorder)]
        assert {which for which, _ in heard} == {0, 1}
        for which in (0, 1):
            own = [at for mount, at in heard if mount == which]
            assert own == sorted(set(own))
