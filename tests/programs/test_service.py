"""The whole service under twistd, from its start to its end, in one child process."""

import itertools
import os
import random
import signal
import socket
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from programs import audio
from programs.children import start
from programs.encoders import CYRILLIC, QUOTED
from programs.raw import PacedSource, Recorder, listener_head
from programs.station import (
    HOST,
    Station,
    free_port_pair,
    project_path,
    start_tinyice,
    twistd_command,
    write_config,
)
from programs.waiting import until

RATE = 16_000
STOP_S = 10.0
WAIT_S = 40.0
FLOOD_RATE = 1_000_000

pytestmark = [pytest.mark.timeout(240)]


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    log = tmp_path / "server-events.log"
    running = start_tinyice(tmp_path, "--log-file", str(log))
    yield running
    running.child.stop()


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[Station]:
    """A server that does not wait a minute before it drops who reads nothing."""
    running = start_tinyice(tmp_path, queue_seconds=0.5, slow_jumps=3)
    yield running
    running.child.stop()


def stalled_listener(port: int, mount: str) -> socket.socket:
    """A listener that asks, and then never reads."""
    asking = socket.socket()
    asking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    asking.connect((HOST, port))
    asking.sendall(listener_head(mount, icy=False))
    return asking


def listener_count(station: Station, mount: str) -> int:
    """How many listen, by the status page."""
    count: int = station.sources()[mount]["listeners"]
    return count


def goes_on(recorder: Recorder) -> None:
    """Fail unless the listener gets another two seconds of sound."""
    wanted = recorder.size + 2 * RATE
    until(lambda: recorder.size > wanted, within=WAIT_S, what="the listener gets more")
    assert not recorder.ended


def ended_well(station: Station) -> None:
    """Stop with SIGTERM; twistd ends by the signal it got, or with 0."""
    station.child.send(signal.SIGTERM)
    assert station.child.wait(STOP_S) in {0, -signal.SIGTERM}


@pytest.mark.needs_program("ffmpeg")
def test_an_evening_on_air(station: Station, tmp_path: Path) -> None:
    """Source, listeners, title, reopened logs: nothing disturbs the rest, till SIGTERM."""
    tune = audio.make(tmp_path / "tune.mp3", "mp3", 60).read_bytes()
    pieces = [tune[at : at + 800] for at in range(0, len(tune), 800)]
    source = PacedSource(station.port, "/live", "audio/mpeg", pieces, RATE)
    assert source.reply == b"HTTP/1.0 200 OK\r\n\r\n"
    station.wait_for_mount("/live", WAIT_S)
    plain = Recorder(station.port, "/live", icy=False)
    titled = Recorder(station.port, "/live")
    stalled = stalled_listener(station.port, "/live")
    until(lambda: listener_count(station, "/live") == 3, within=WAIT_S, what="3 listeners")

    station.set_title("/live", CYRILLIC)
    until(lambda: CYRILLIC in titled.answer.titles, within=WAIT_S, what="the title")
    until(
        lambda: station.sources()["/live"].get("title") == CYRILLIC,
        within=WAIT_S,
        what="the title in the status, which is told for half a second",
    )

    reopens_its_log(station, tmp_path / "server-events.log")
    for recorder in (plain, titled):
        goes_on(recorder)
    ended_well(station)
    assert source.sent.find(plain.stop().audio) >= 0
    assert titled.stop().titles[-2:] == [CYRILLIC, QUOTED]
    stalled.close()
    source.stop()


def reopens_its_log(station: Station, log: Path) -> None:
    """Move the log away, as logrotate does; SIGHUP makes a new one."""
    assert "mount.source.connected" in log.read_text()
    log.rename(log.with_suffix(".1"))
    station.child.send(signal.SIGHUP)
    until(log.exists, within=WAIT_S, what="a new log")
    station.set_title("/live", QUOTED)
    until(lambda: "mount.tags.changed" in log.read_text(), within=WAIT_S, what="a new line")


def test_stalled_listener_costs_nobody_else(impatient: Station) -> None:
    """A listener that reads nothing is dropped after a while; another hears all the time."""
    station = impatient
    rng = random.Random(5)
    pieces = (rng.randbytes(30_000) for _ in itertools.count())
    source = PacedSource(station.port, "/flood", "application/octet-stream", pieces, FLOOD_RATE)
    station.wait_for_mount("/flood", WAIT_S)
    stalled = stalled_listener(station.port, "/flood")
    attentive = Recorder(station.port, "/flood", icy=False)
    listen = partial(listener_count, station, "/flood")
    until(lambda: listen() == 2, within=WAIT_S, what="both listen")
    until(lambda: listen() == 1, within=2 * WAIT_S, what="one is dropped")
    assert int(station.statistics()["/flood"]["slow_listeners"]) >= 1
    goes_on(attentive)
    attentive.stop()
    source.stop()
    stalled.close()
    assert source.broken == ""


@pytest.mark.needs_program("curl")
def test_one_connection_gives_a_page_then_sound(station: Station, tmp_path: Path) -> None:
    """What a browser keeps open for pages serves the stream, too."""
    rng = random.Random(7)
    pieces = (rng.randbytes(1_600) for _ in itertools.count())
    source = PacedSource(station.port, "/live", "application/octet-stream", pieces, RATE)
    station.wait_for_mount("/live", WAIT_S)
    page, sound = tmp_path / "page", tmp_path / "sound"
    wanted = ["-o", str(page), station.url("/"), "-o", str(sound), station.url("/live")]
    with start(["curl", "-v", "-m", "20", *wanted], home=tmp_path, name="curl") as curl:
        enough = partial(has_bytes, sound, 2 * RATE)
        until(enough, within=WAIT_S, what="sound after the page")
        assert "Re-using existing connection" in curl.output()
    assert b"<html" in page.read_bytes().lower()
    assert bytes(source.sent).find(sound.read_bytes()[:RATE]) >= 0
    source.stop()


def has_bytes(path: Path, count: int) -> bool:
    """Whether a file has grown so big."""
    return path.exists() and path.stat().st_size >= count


def test_stops_with_listeners_that_do_not_read(station: Station) -> None:
    """Peers that take nothing do not hold up the end."""
    rng = random.Random(6)
    pieces = (rng.randbytes(4_000) for _ in itertools.count())
    source = PacedSource(station.port, "/live", "application/octet-stream", pieces, 4 * RATE)
    station.wait_for_mount("/live", WAIT_S)
    stalled = [stalled_listener(station.port, "/live") for _ in range(20)]
    until(lambda: listener_count(station, "/live") == 20, within=WAIT_S, what="20 listen")
    ended_well(station)
    for each in stalled:
        each.close()
    source.stop()


@pytest.mark.needs_program("systemd-socket-activate")
def test_socket_activation(tmp_path: Path) -> None:
    """A socket that systemd opened is served; the first caller is not lost.

    A reload does not move it, whatever the configuration says: its unit does.
    """
    port = free_port_pair()
    config = write_config(tmp_path, port, shoutcast_port=0)
    handed = [f"--setenv={key}={value}" for key, value in project_path().items()]
    activate = ["systemd-socket-activate", f"--listen={HOST}:{port}", *handed]
    command = [*activate, sys.executable, *twistd_command(config)]
    with start(command, home=tmp_path, name="server", env=project_path()) as child:
        station = Station("tinyice", port, tmp_path, child)
        until(lambda: listens(port), within=WAIT_S, what="the socket listens")
        for _ in range(3):
            assert b"icestats" in station.get("/status-json.xsl")
        assert child.running, child.output()
        write_config(tmp_path, free_port_pair(), shoutcast_port=0, page_title="Read again")
        os.kill(child.process.pid, signal.SIGHUP)
        until(lambda: b"Read again" in station.get("/"), within=WAIT_S, what="the reload")
        os.kill(child.process.pid, signal.SIGTERM)
        assert child.wait(STOP_S) in {0, -signal.SIGTERM}, child.output()


def listens(port: int) -> bool:
    """Whether the port is open, seen without calling on it."""
    entry = f"0100007F:{port:04X} 00000000:0000 0A"
    return entry in Path("/proc/net/tcp").read_text()
