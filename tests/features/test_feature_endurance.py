"""Thousands of sources and listeners that come and go leave nothing behind."""

import socket
from pathlib import Path

import pytest

from features.conftest import Serve
from features.sounding import Encoder, sound
from features.talk import HEAD_END, SOURCE_LOGIN, connect, read
from programs.raw import listener_head
from programs.station import Station
from programs.waiting import until

WARM_UP = 10
"""One part of so many runs before the first look: caches and pools fill up once."""
GROWTH_MAX_KB = 4096


class Remains:
    """What a server holds: open files, memory, and what it says of its audience."""

    def __init__(self, station: Station) -> None:
        self.station = station
        self.process = Path("/proc") / str(station.child.process.pid)

    @property
    def open_files(self) -> int:
        return sum(1 for _ in (self.process / "fd").iterdir())

    @property
    def memory_kb(self) -> int:
        lines = (self.process / "status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))

    def settled(self, files: int) -> bool:
        return self.open_files <= files


def flap(station: Station, number: int) -> None:
    """One session of an encoder on a mount of its own making, as soon as the mount is free."""
    head = (
        f"SOURCE /flap{number % 7} HTTP/1.0\r\n{SOURCE_LOGIN}\r\nContent-Type: audio/mpeg\r\n\r\n"
    )

    def accepted() -> bool:
        connection = connect(station.port)
        with connection:
            connection.sendall(head.encode())
            if b" 200 " not in read(connection, HEAD_END):
                return False
            connection.sendall(sound("/flap", number, 8))
        return True

    until(accepted, within=10.0, what="a source is let in")


def join(station: Station, *, icy: bool) -> None:
    """One listener who takes the first bytes and goes."""
    connection = connect(station.port)
    with connection:
        connection.sendall(listener_head("/steady", icy=icy))
        assert b" 200 " in connection.recv(64)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def endure(serve: Serve, flaps: int, joins: int) -> None:
    """Run so many; what is held afterwards is what was held after the warm-up."""
    station = serve()
    remains = Remains(station)
    with Encoder(station.port, "/steady") as encoder:
        encoder.play(2)
        station.wait_for_mount("/steady", 10.0)
        files = remains.open_files
        memory = 0
        for _ in range(WARM_UP):
            for number in range(flaps // WARM_UP):
                flap(station, number)
            for number in range(joins // WARM_UP):
                join(station, icy=number % 2 == 0)
                if number % 100 == 0:
                    encoder.play(0.5)
            until(lambda: remains.settled(files), within=10.0, what="connections are gone")
            memory = memory or remains.memory_kb
        assert remains.memory_kb - memory < GROWTH_MAX_KB
        assert station.sources().keys() == {"/steady"}
        assert station.sources()["/steady"]["listeners"] == 0


@pytest.mark.timeout(240)
def test_a_tenth(serve: Serve) -> None:
    """500 sources and 20,000 listeners leave no file open and no memory taken."""
    endure(serve, 500, 20_000)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_all(serve: Serve) -> None:
    """5,000 sources and 200,000 listeners leave no file open and no memory taken."""
    endure(serve, 5_000, 200_000)
