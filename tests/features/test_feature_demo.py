"""A programme without an encoder: ``tinyice --demo``."""

import os
import signal
from pathlib import Path

import pytest

from features.conftest import Serve
from features.sounding import BYTES_A_SECOND, WAIT_S, audio_of
from programs import audio
from programs.raw import Recorder
from programs.station import Station
from programs.waiting import until

DEMO_S = 30.0
HEARD_S = 10.0

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("ffmpeg")]


@pytest.fixture(scope="module")
def station(serve: Serve) -> Station:
    return serve("--demo")


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_the_demo_plays_and_survives_its_child(station: Station, tmp_path: Path) -> None:
    """Sound within a while, with a title; a killed child is replaced, and who listens stays."""
    station.wait_for_mount("/demo", DEMO_S)
    listener = Recorder(station.port, "/demo")
    until(lambda: len(audio_of(listener)) > HEARD_S * BYTES_A_SECOND, within=DEMO_S, what="10 s")
    seconds, complaints = audio.decoded_seconds(listener.save_audio(tmp_path / "demo"), HEARD_S)
    assert complaints == ""
    assert seconds >= HEARD_S - 0.1
    (title, *_) = [title for title in listener.answer.titles if title]
    assert station.sources()["/demo"]["title"] == title
    assert b"/demo" in station.get("/")

    (child,) = children_of(station.child.process.pid)
    os.kill(child, signal.SIGKILL)
    until(
        lambda: child not in children_of(station.child.process.pid), within=WAIT_S, what="its end"
    )
    heard = len(audio_of(listener))
    until(
        lambda: len(audio_of(listener)) > heard + 3 * BYTES_A_SECOND,
        within=DEMO_S,
        what="the listener hears the new child",
    )
    assert not listener.ended
    listener.stop()
    assert "the demo programme ended and begins again" in station.child.output()
    assert children_of(station.child.process.pid) != [child]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_child_ends_with_the_server(serve: Serve, number: signal.Signals) -> None:
    """Even when the server is killed."""
    station = serve("--demo")
    station.wait_for_mount("/demo", DEMO_S)
    (child,) = children_of(station.child.process.pid)
    station.child.send(number)
    station.child.wait(WAIT_S)
    until(lambda: not Path(f"/proc/{child}").exists(), within=WAIT_S, what="its child's end")
