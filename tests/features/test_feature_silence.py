"""Levels of a real server: encoders that fall silent, meters, and processes that are killed."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest

from codec.sounds import Heard, heard
from features.conftest import Serve
from features.handing import upgrade
from features.offspring import children_with
from features.talk import ADMIN_LOGIN
from features.test_feature_live import Follower
from features.test_feature_upgrade import station as upgradable
from programs.children import start
from programs.raw import Recorder
from programs.station import HOST, PASSWORD, Station
from programs.waiting import until

METER = "tinyice.codec.meter"
WAIT_S = 40.0
WINDOW_S = 0.1
LIVE_HZ, NIGHT_HZ = 440, 1320

pytestmark = [pytest.mark.timeout(180), pytest.mark.needs_program("ffmpeg")]


def tone(hz: int, *pieces: tuple[float, float]) -> str:
    """From each second on, as loud as that; before the first one, nothing."""
    loudness = "0"
    for begin, level in pieces:
        loudness = f"if(gte(t,{begin}),{level},{loudness})"
    return f"aevalsrc='({loudness})*sin(2*PI*{hz}*t)':s=44100:c=stereo"


@contextmanager
def encoder(station: Station, mount: str, sound: str) -> Iterator[None]:
    """FFmpeg sends ``sound`` in real time."""
    words = ["ffmpeg", "-nostdin", "-v", "error", "-re", "-f", "lavfi", "-i", sound]
    coding = ["-c:a", "libmp3lame", "-b:a", "128k", "-content_type", "audio/mpeg", "-f", "mp3"]
    to = f"icecast://source:{PASSWORD}@{HOST}:{station.port}{mount}"
    name = f"ffmpeg{mount.replace('/', '-')}"
    with start([*words, *coding, to], home=station.home, name=name, lasting=170):
        until(lambda: mount in station.statistics(), within=WAIT_S, what=f"{mount} is on air")
        yield


def watched(**more: object) -> dict[str, object]:
    """What the file says of /live."""
    return {"silence_after": 3, "return_after": 3, **more}


def meters(station: Station) -> list[int]:
    """The processes that measure."""
    return children_with(station, METER)


def events(station: Station, *kinds: str) -> list[str]:
    """The ids of such events in the log, in their order."""
    lines = station.child.output().splitlines()
    return [kind for line in lines for kind in kinds if f"event={kind}" in line.split()]


def heard_of(recorder: Recorder) -> list[tuple[str, float]]:
    """What was heard, and for how long, one after the other."""
    found = heard(recorder.answer.audio, "mpeg")
    assert found.faults == 0
    words = [_word(piece) for piece in _pieces(found)]
    runs = [(word, len(list(same)) * WINDOW_S) for word, same in groupby(words)]
    # where one follows the other a window holds both
    long = [(word, seconds) for word, seconds in runs if seconds > 3 * WINDOW_S]
    return [
        (word, sum(seconds for _, seconds in same))
        for word, same in groupby(long, key=lambda run: run[0])
    ]


def _pieces(found: Heard) -> Iterator[Any]:
    samples = np.asarray(found.samples, np.float64)
    size = round(found.samplerate * WINDOW_S)
    for at in range(0, len(samples) - size, size):
        yield samples[at : at + size]


def _word(samples: Any) -> str:  # noqa: ANN401
    if np.sqrt(np.mean(samples**2)) < 50:
        return "silence"
    peak = int(np.argmax(np.abs(np.fft.rfft(samples * np.hanning(len(samples))))))
    hz = peak / WINDOW_S
    return "live" if abs(hz - LIVE_HZ) < 30 else "night" if abs(hz - NIGHT_HZ) < 30 else "?"


def test_an_encoder_that_falls_silent_and_sounds_again(serve: Serve) -> None:
    """The fallback after three seconds of silence, the encoder after three of sound."""
    station = serve(advanced_mounts={"/live": watched(fallbacks=["/night"])})
    with ExitStack() as stack:
        sound = tone(LIVE_HZ, (0, 0.3), (8, 0), (20, 0.3))
        stack.enter_context(encoder(station, "/live", sound))
        stack.enter_context(encoder(station, "/night", tone(NIGHT_HZ, (0, 0.3))))
        listener = Recorder(station.port, "/live", icy=False)
        until(lambda: "mount.recovered" in station.child.output(), within=WAIT_S, what="it is back")
        time.sleep(3)
        listener.stop()
    told = heard_of(listener)
    assert [word for word, _ in told] == ["live", "silence", "night", "live"]
    assert 2.7 <= told[1][1] <= 4.0
    # twelve seconds of silence less the three that were heard, and three of sound
    assert 11.0 <= told[2][1] <= 13.0
    assert events(station, "mount.silent", "mount.fallback.engaged", "mount.recovered") == [
        "mount.silent",
        "mount.fallback.engaged",
        "mount.recovered",
    ]


def test_dead_air_without_a_fallback(serve: Serve) -> None:
    """It is told, and who listens hears what there is."""
    station = serve(advanced_mounts={"/live": watched()})
    with encoder(station, "/live", tone(LIVE_HZ, (0, 0.3), (3, 0))):
        listener = Recorder(station.port, "/live", icy=False)
        until(lambda: "mount.silent" in station.child.output(), within=WAIT_S, what="it is told")
        assert station.statistics()["/live"]
        listener.stop()
    assert [word for word, _ in heard_of(listener)] == ["live", "silence"]


@pytest.mark.parametrize(
    ("how", "words", "within"),
    [(signal.SIGKILL, "killed by signal 9", 5), (signal.SIGSTOP, "hangs", 15)],
)
def test_a_meter_that_fails_harms_nobody(
    serve: Serve, how: signal.Signals, words: str, within: float
) -> None:
    """The audio goes on, another process is there soon, and silence is seen again."""
    station = serve(advanced_mounts={"/live": watched()})
    with encoder(station, "/live", tone(LIVE_HZ, (0, 0.3), (18, 0))):
        listener = Recorder(station.port, "/live", icy=False)
        (first,) = until(lambda: meters(station), within=WAIT_S, what="it is measured")
        os.kill(first, how)
        until(
            lambda: meters(station) not in ([], [first]),
            within=within,
            what="another one is there",
        )
        assert events(station, "meter.lost", "mount.silent") == ["meter.lost"]
        until(lambda: "mount.silent" in station.child.output(), within=WAIT_S, what="it is seen")
        listener.stop()
    told = heard_of(listener)
    assert [word for word, _ in told] == ["live", "silence"]
    assert told[0][1] > 15
    assert words in station.child.output()


def test_meters_are_there_for_who_looks(serve: Serve) -> None:
    """Levels ten times a second, a process no longer than somebody looks, and a little."""
    station = serve()
    with encoder(station, "/live", tone(LIVE_HZ, (0, 0.5))):
        time.sleep(1)
        assert meters(station) == []
        target = f"/admin/events?levels={quote('/live')}"
        follower = Follower(station.port, target, ADMIN_LOGIN)
        follower.hears("levels")
        follower.forget()
        begun = time.monotonic()
        while time.monotonic() - begun < 3:
            follower.hear(0.1)
        told = [data["levels"]["/live"] for name, data in follower.told if name == "levels"]
        assert 20 <= len(told) <= 32
        for average, peak, *right in told:
            # a sine at half of full scale; LAME takes some of it away
            assert -105 <= average <= -85
            assert -75 <= peak <= -55
            assert right == [average, peak]
        assert len(meters(station)) == 1
        follower.connection.close()
        until(lambda: not meters(station), within=20, what="nothing is measured")


def test_an_upgrade_keeps_the_fallback(tmp_path: Path) -> None:
    """An encoder that was silent before is silent after, and comes back when it sounds."""
    advanced = {"/live": watched(fallbacks=["/night"])}
    with upgradable(tmp_path, advanced_mounts=advanced) as station, ExitStack() as stack:
        sound = tone(LIVE_HZ, (0, 0.3), (6, 0), (25, 0.3))
        stack.enter_context(encoder(station, "/live", sound))
        stack.enter_context(encoder(station, "/night", tone(NIGHT_HZ, (0, 0.3))))
        listener = Recorder(station.port, "/live", icy=False)
        until(lambda: "mount.silent" in station.child.output(), within=WAIT_S, what="it is seen")
        time.sleep(2)
        upgrade(station)
        until(lambda: "mount.recovered" in station.child.output(), within=60, what="it is back")
        time.sleep(2)
        listener.stop()
        assert events(station, "mount.silent") == ["mount.silent"]
    assert [word for word, _ in heard_of(listener)] == ["live", "silence", "night", "live"]
