"""A worker that lives and does nothing any more: it is noticed, and others take over."""

import os
import signal

import pytest

from features.conftest import Serve
from features.offspring import lives, sockets_of, worker_figures, worker_pids, workers_up
from features.sounding import WAIT_S, Encoder, hears, is_unbroken
from programs.raw import Recorder
from programs.station import Station
from programs.waiting import until

WORKERS = 2
NOTICED_S = 25.0
"""A worker is given ten seconds."""


@pytest.fixture(scope="module")
def station(serve: Serve) -> Station:
    """A station with workers that serve."""
    made = serve(workers=WORKERS)
    until(lambda: workers_up(made) == WORKERS, within=WAIT_S, what="the workers are up")
    return made


def test_a_worker_that_hangs_is_replaced(station: Station) -> None:
    """Its listeners are lost with it, told and counted; the others hear on."""
    with Encoder(station.port, "/live") as encoder:
        encoder.play(2)
        recorders = [Recorder(station.port, "/live", icy=bool(at % 2)) for at in range(6)]

        def carried() -> bool:
            encoder.play(0.2)
            return sum(map(sockets_of, worker_pids(station))) >= len(recorders)

        until(carried, within=WAIT_S, what="workers serve everyone")
        told = worker_figures(station, "tinyice_worker_listeners")
        assert sorted(told.items()) == [("1", 3.0), ("2", 3.0)]
        assert all(worker_figures(station, "tinyice_worker_pulse_seconds").values())
        victim = worker_pids(station)[0]
        os.kill(victim, signal.SIGSTOP)
        until(lambda: sum(r.ended for r in recorders) == 3, within=NOTICED_S, what="it is noticed")
        assert not lives(victim)
        (line,) = [
            line for line in station.child.output().splitlines() if "event=worker.lost " in line
        ]
        assert "did not answer for 10 s" in line
        assert "listeners=3" in line
        last = encoder.play(1)
        for recorder in [one for one in recorders if not one.ended]:
            hears(recorder, last)
            assert is_unbroken(recorder, [encoder.sent])
        until(lambda: workers_up(station) == WORKERS, within=WAIT_S, what="another one serves")
    for recorder in recorders:
        recorder.stop()
