"""An AutoDJ plays on over upgrades and restarts: its audio, its queue, and those who drive it."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from codec.playing import write
from features.handing import Audience, playouts, serving_pid, upgrade
from features.measured import place_of, samples
from features.mpd_clients import RATE, autodj, connected, music, wait_for
from features.music import sweep
from features.test_feature_upgrade import hear_on, station, until_all_hear
from programs.station import free_port_pair
from programs.waiting import until

pytestmark = pytest.mark.timeout(180)

SWEEP = sweep(90.0)
PROBE = 4096


@pytest.mark.parametrize("workers", [0, 2])
def test_it_plays_on_over_upgrades(tmp_path: Path, workers: int) -> None:
    """By the same process: nobody is dropped, each has one stream, in which nothing is missing."""
    folder = tmp_path / "music"
    folder.mkdir()
    write(folder / "one.flac", SWEEP, RATE, "flac")
    port = free_port_pair()
    dj = autodj(folder, port, format="flac")
    with (
        station(tmp_path, workers=workers, autodjs=[dj]) as made,
        Audience(made.port, "/night") as audience,
    ):
        made.wait_for_mount("/night", 30)
        audience.join_all(10)
        audience.start()
        until_all_hear(audience)
        process = playouts(tmp_path)
        assert len(process) == 1
        waiting, driving = connected(port), connected(port)
        for on in (0, 1, 0):
            with ThreadPoolExecutor(1) as pool:
                told = pool.submit(waiting.idle, "options")
                upgrade(made)
                assert not told.done()
                driving.repeat(on)
                assert told.result(10) == ["options"]
            hear_on(audience, 2)
        assert playouts(tmp_path) == process
        status = driving.status()
        assert (status["state"], status["repeat"], status["song"]) == ("play", "0", "0")
        assert made.child.wait(10) == 0
        audience.stop()
        for ear in audience.ears:
            assert not ear.is_over
            if not ear.icy:
                check_sweep(ear.audio)
        os.kill(serving_pid(made), signal.SIGTERM)
        until(lambda: not (tmp_path / "tinyice.pid").exists(), within=15, what="it has ended")
        assert not playouts(tmp_path)


def check_sweep(audio: bytes) -> None:
    """No sample is missing or comes twice: it is one piece of what the file has."""
    found, whole = samples(audio, "ogg")[RATE:], SWEEP[:, 0]
    assert len(found) > 5 * RATE
    at = place_of(found[:PROBE], whole)
    assert at >= 0
    assert np.array_equal(found, whole[at : at + len(found)])


@pytest.mark.parametrize("workers", [0, 2])
def test_what_is_transcoded_of_it_plays_on_too(tmp_path: Path, workers: int) -> None:
    """By the same process, which misses nothing of its input, in one stream for each listener."""
    folder = tmp_path / "music"
    folder.mkdir()
    write(folder / "one.flac", SWEEP, RATE, "flac")
    dj = {"mount": "/night", "music_dir": str(folder), "format": "flac", "gain": "off"}
    copy = {"input_mount": "/night", "output_mount": "/copy", "format": "flac"}
    settings = {"workers": workers, "autodjs": [dj], "transcoders": [copy]}
    with (
        station(tmp_path, **settings) as made,
        Audience(made.port, "/copy") as audience,
    ):
        made.wait_for_mount("/copy", 30)
        audience.join_all(4)
        audience.start()
        until_all_hear(audience)
        before = playouts(tmp_path, "tinyice.codec.worker")
        assert len(before) == 1
        for _ in range(3):
            upgrade(made)
            hear_on(audience, 2)
        assert playouts(tmp_path, "tinyice.codec.worker") == before
        audience.stop()
        for ear in audience.ears:
            assert not ear.is_over
            if not ear.icy:
                check_sweep(ear.audio)


def test_no_orphan_outlives_whoever_took_over(tmp_path: Path) -> None:
    """The process ends with the server that has it, even if that is killed."""
    folder = music(tmp_path / "music", "one")
    port = free_port_pair()
    with station(tmp_path, autodjs=[autodj(folder, port)]) as made:
        made.wait_for_mount("/night", 30)
        before = playouts(tmp_path)
        pid = upgrade(made)
        assert made.child.wait(15) == 0
        assert playouts(tmp_path) == before
        (playing,) = before
        os.kill(playing, signal.SIGKILL)
        until(lambda: playouts(tmp_path) not in (before, set()), within=10, what="there is another")
        os.kill(pid, signal.SIGKILL)
        until(lambda: not playouts(tmp_path), within=10, what="it has ended with its server")


def test_a_restart_goes_on(tmp_path: Path) -> None:
    """With the playlist made by hand, the modes, and the track where it was."""
    folder = music(tmp_path / "music", "one", "two", "three", seconds=60.0)
    port = free_port_pair()
    settings = {"data_dir": str(tmp_path), "autodjs": [autodj(folder, port)]}
    with station(tmp_path, **settings) as made:
        client = connected(port)
        wait_for(client, lambda status: status["playlistlength"] == "3")
        client.clear()
        client.add("two.flac")
        client.add("one.flac")
        client.add("two.flac")
        client.prioid(7, client.playlistinfo()[0]["id"])
        client.play(1)
        wait_for(client, lambda status: status.get("song") == "1")
        client.seekcur(30)
        wait_for(client, lambda status: float(status.get("elapsed", "0")) >= 30)
        client.random(1)
        client.setvol(55)
        client.crossfade(2)
        before, entries = dict(client.status()), client.playlistinfo()
        client.disconnect()
    again = tmp_path / "autodj" / "night.json"
    assert again.exists()
    with station(tmp_path, **settings):
        client = connected(port)
        # Whoever gets in finds it as it was.
        assert client.status()["volume"] == "55"
        status = wait_for(client, lambda status: status.get("song") == "1")
        for name in ("songid", "volume", "random", "xfade", "playlistlength", "playlist"):
            assert status[name] == before[name], name
        assert client.playlistinfo() == entries

        def goes_on() -> bool:
            return 30 < float(client.status().get("elapsed", "0")) < 50

        until(goes_on, within=30, what="it goes on where it was")
        client.disconnect()
    again.write_bytes(again.read_bytes()[:-20])
    with station(tmp_path, **settings) as made:
        client = connected(port)
        wait_for(client, lambda status: status["playlistlength"] == "3")
        assert "autodj.forgot" in made.child.output()
        client.disconnect()
    assert again.with_name("night.json.damaged").exists()
