"""Which addresses and ports the server is found at."""

import socket
from contextlib import closing

import pytest

from features.conftest import Serve
from features.sounding import WAIT_S, Encoder, hears
from features.talk import ask, request, status
from programs.raw import Recorder
from programs.station import HOST
from programs.waiting import until

pytestmark = pytest.mark.timeout(240)


def has_ipv6() -> bool:
    """Whether this machine can talk to itself by IPv6."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
@pytest.mark.parametrize("bind_host", ["0.0.0.0", "::"])
def test_every_address_of_both_families(serve: Serve, bind_host: str) -> None:
    """The default means IPv4 and IPv6 on one port, for Shoutcast too; logs tell both apart."""
    station = serve(bind_host=bind_host)
    for host in ("127.0.0.1", "127.0.0.9", "::1"):
        assert ask(station.port, request("/"), host=host).status.endswith("200 OK")
        assert status_of_shoutcast(station.shoutcast_port, host) == b"OK2"
    with Encoder(station.port, "/live") as encoder:
        encoder.play(2)
        station.wait_for_mount("/live", WAIT_S)
    until(
        lambda: "ip=127.0.0.1 " in station.child.output(), within=WAIT_S, what="the plain address"
    )
    assert "::ffff:" not in station.child.output()


def status_of_shoutcast(port: int, host: str) -> bytes:
    """The first word that an encoder with the right password gets."""
    with closing(socket.create_connection((host, port), WAIT_S)) as connection:
        connection.sendall(b"hackme\r\n")
        return connection.recv(3)


def test_one_address_only(serve: Serve) -> None:
    """Any other value binds itself and nothing else."""
    station = serve()
    assert status(station.port, request("/")) == 200
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.9", station.port), WAIT_S)


@pytest.mark.parametrize("busy", [True, False])
def test_without_a_shoutcast_port(serve: Serve, busy: bool) -> None:
    """Taken or switched off: the server starts without it, and says so if it wanted one."""
    with closing(socket.create_server((HOST, 0))) as other:
        taken = other.getsockname()[1]
        station = serve(shoutcast_port=taken if busy else 0)
        with Encoder(station.port, "/live") as encoder:
            encoder.play(1)
            station.wait_for_mount("/live", WAIT_S)
            listener = Recorder(station.port, "/live")
            hears(listener, encoder.play(1))
            listener.stop()
        said = [line for line in station.child.output().splitlines() if "Shoutcast enc" in line]
        assert len(said) == busy
        assert not busy or (str(taken) in said[0] and " warn " in said[0])
        if not busy:
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((HOST, station.shoutcast_port), WAIT_S)
