"""A server that may open 200 files: listeners wait outside, everybody else gets in."""

import itertools
import os
import random
import re
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from programs.children import start
from programs.raw import PacedSource, Recorder, listener_head
from programs.station import (
    HOST,
    Station,
    accepts,
    free_port_pair,
    project_path,
    twistd_command,
    write_config,
)
from programs.waiting import until

FILES = 200
RATE = 16_000
WAIT_S = 40.0

pytestmark = [
    pytest.mark.xdist_group("programs"),
    pytest.mark.timeout(240),
    pytest.mark.needs_program("prlimit", "setpriv"),
]


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    """A server on air, with a soft limit of 100 open files and a hard one of 200."""
    port = free_port_pair()
    limited = ["prlimit", f"--nofile={FILES // 2}:{FILES}", "setpriv", "--pdeathsig", "TERM", "--"]
    command = [*limited, *twistd_command(write_config(tmp_path, port))]
    with start(command, home=tmp_path, name="server", env=project_path()) as child:
        until(lambda: accepts(port), within=WAIT_S, what="the server accepts connections")
        yield Station("tinyice", port, tmp_path, child)


@pytest.fixture
def source(station: Station) -> Iterator[PacedSource]:
    """An encoder on /live."""
    made = encoder(station, "/live")
    station.wait_for_mount("/live", WAIT_S)
    yield made
    made.stop()


def encoder(station: Station, mount: str) -> PacedSource:
    rng = random.Random(7)
    pieces = (rng.randbytes(1600) for _ in itertools.count())
    made = PacedSource(station.port, mount, "application/octet-stream", pieces, RATE)
    assert made.reply == b"HTTP/1.0 200 OK\r\n\r\n"
    return made


class Player:
    """A connection that asked for /live, and the head of its answer."""

    def __init__(self, station: Station) -> None:
        began = time.monotonic()
        self.socket = socket.create_connection((HOST, station.port), WAIT_S)
        self.socket.sendall(listener_head("/live", icy=False))
        self.answer = self.socket.recv(4096)
        self.seconds = time.monotonic() - began

    @property
    def status(self) -> int:
        return int(self.answer.split(b" ", 2)[1])


def audience(station: Station) -> list[Player]:
    """As many listeners as get in; the last one did not."""
    players = [Player(station)]
    while players[-1].status == 200:
        assert len(players) < FILES
        players.append(Player(station))
    return players


def hang_up(players: list[Player]) -> None:
    for player in players:
        player.socket.close()


def is_let_in(station: Station) -> bool:
    try:
        player = Player(station)
    except ConnectionError:
        return False
    player.socket.close()
    return player.status == 200


def figure(station: Station, name: str) -> float:
    """One figure of /metrics."""
    text = station.get("/metrics", user="admin").decode()
    found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
    assert found, text
    return float(found[1])


def cpu_seconds(pid: int) -> float:
    """What a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_listeners_beyond_the_room(station: Station, source: PacedSource) -> None:
    """503 at once; a source, the pages and who listens already notice nothing."""
    heard = Recorder(station.port, "/live", icy=False)
    players = audience(station)
    assert len(players) > FILES // 2, "the soft limit was not raised"
    said = f"room for 147 listeners: {FILES} files may be open"
    assert said in station.child.output()

    refused = [players[-1], *[Player(station) for _ in range(100)]]
    assert {player.status for player in refused} == {503}
    assert all(b"\r\nRetry-After: " in player.answer for player in refused)
    assert sorted(player.seconds for player in refused)[len(refused) // 2] < 0.5
    # None of them has hung up, and yet none of them takes a descriptor.
    second = encoder(station, "/two")
    assert b"icestats" in station.get("/admin/stats", user="admin")
    assert figure(station, "tinyice_open_files_limit") == FILES
    assert figure(station, "tinyice_open_files") < FILES - 10

    size = heard.size
    until(lambda: heard.size > size + RATE, within=WAIT_S, what="the first listener hears more")
    hang_up(players)
    until(lambda: is_let_in(station), within=WAIT_S, what="there is room again")
    hang_up(refused)
    heard.stop()
    second.stop()
    assert source.broken == ""


def test_more_connections_than_descriptors(station: Station, source: PacedSource) -> None:
    """Those who say nothing get half of the files; the server goes on, not busy, and recovers."""
    heard = Recorder(station.port, "/live", icy=False)
    until(lambda: heard.size, within=WAIT_S, what="somebody listens")
    flood = [socket.create_connection((HOST, station.port), WAIT_S) for _ in range(2 * FILES)]
    until(lambda: "max_pending" in station.child.output(), within=WAIT_S, what="the flood is told")
    assert "EMFILE" not in station.child.output()
    spent, size = cpu_seconds(station.child.process.pid), heard.size
    until(lambda: heard.size > size + 2 * RATE, within=WAIT_S, what="it is heard on")
    assert cpu_seconds(station.child.process.pid) - spent < 1.0
    assert station.child.running
    with socket.create_connection((HOST, station.port), WAIT_S) as late, closing(late):
        late.settimeout(WAIT_S)
        assert late.recv(1) == b"", "nobody may wait in the dark"
    for connection in flood:
        connection.close()
    until(lambda: is_let_in(station), within=WAIT_S, what="there is room again")
    assert figure(station, "tinyice_open_files") < FILES // 2
    assert not heard.ended
    heard.stop()
    assert source.broken == ""
