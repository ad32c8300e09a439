"""Moves of listeners over TLS: a record that is stuck goes out first, whatever happens to them."""

import socket
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from core.fakes import NOON, Encoder
from core.tours import SECOND
from core.units import Programme, UnitFramer, numbers
from net.net_station import Station, with_limits
from net.tlsloop import TlsPeer, tls_loopback
from tinyice.core.clients import Client
from tinyice.core.pace import Pace
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.snapshots import StationHeaders
from tinyice.core.source import Source

PATHS = ("/first", "/second")


def claimed(station: Station, path: str) -> Source:
    """A source of units on a mount."""
    source = Source(
        kind="client",
        client=Client("192.0.2.1"),
        user="source",
        credential="hash",
        content_type="audio/mpeg",
        station=StationHeaders(),
        control=Encoder(),
        pace=Pace(0),
        connected_at=NOON,
        now=station.clock.seconds(),
    )
    station.mounts.claim(path, source)
    source.framer = UnitFramer()
    return source


def hear(peer: TlsPeer, heard: bytearray, size: int) -> bool:
    """Take some of what is there; whether there was anything."""
    with suppress(BlockingIOError):
        got = peer.recv(size)
        heard.extend(got)
        return bool(got)
    return False


@pytest.mark.parametrize("seed", range(4))
def test_a_stuck_record_stays_in_front(seed: int, tmp_path: Path) -> None:
    """Whole units of one mount, then of the other: nothing is torn where the socket was full."""
    dice = Random(seed)
    with tls_loopback(tmp_path) as loop:
        station = Station(
            loop.reactor,
            with_limits(source_lead_s=0),
            settings=StationSettings(jumps_max=1000),
            configured={path: MountSettings(path, configured=True) for path in PATHS},
            secure=True,
        )
        port = loop.listen(station.doors)
        sources = [claimed(station, path) for path in PATHS]
        programmes = [Programme(), Programme()]
        programmes[1].number = SECOND
        mounts = [station.mounts.known(path) for path in PATHS]

        def send() -> None:
            for mount, source, programme in zip(mounts, sources, programmes, strict=True):
                lengths = [dice.randint(20, 3000) for _ in range(12)]
                mount.take(source, programme.units(*lengths))
            station.mounts.deliver()
            loop.turn()

        send()
        peer = loop.connect(port, receive_buffer=4096)
        peer.sendall(b"GET /first HTTP/1.0\r\n\r\n")
        loop.until(lambda: station.mounts.listeners == 1)
        (listener,) = mounts[0].listeners.values()
        transport = listener.outlet.transport  # type: ignore[attr-defined]
        transport.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        heard, stuck, on = bytearray(), 0, 0
        for _ in range(150):
            send()
            hear(peer, heard, dice.randint(1, 20_000))
            if dice.random() < 0.4:
                stuck += transport.unsent > 0
                assert station.mounts.move_listeners(PATHS[on], PATHS[1 - on]) == 1
                on = 1 - on
        assert stuck > 5
        send()
        send()
        last = programmes[on].number - 1

        def units() -> list[int]:
            return numbers(bytes(heard).partition(b"\r\n\r\n")[2])

        loop.until(lambda: not hear(peer, heard, 1 << 16) and units()[-1:] == [last])
        found = units()
        for at in (0, 1):
            own = [number for number in found if (number >= SECOND) == bool(at)]
            assert own == sorted(set(own))
            assert own
        peer.close()
