"""Ports while the server runs: opened, closed and moved, and nobody who is in notices."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.logger import globalLogPublisher

from net.certificates import write_pair
from net.loopback import Loopback, loopback
from net.net_station import Station
from net.tlsloop import TlsLoop, TlsPeer
from programs.station import free_port_pair
from tinyice.assembly.entrances import Entrances
from tinyice.assembly.ports import Passed, PortTaken, judge_ports
from tinyice.certs.store import CertificateStore
from tinyice.config.faults import ConfigFaults
from tinyice.config.model import Config

HOST = "127.0.0.1"
ASKING = b"BREW /x HTTP/1.1\r\n\r\n"
ANSWER = b"HTTP/1."


class House:
    """Entrances on a reactor of the test's own; their configuration is changed by hand."""

    def __init__(self, loop: Loopback, **keys: object) -> None:
        self.loop = loop
        self.base = free_port_pair()
        self.config = self.of(**keys)
        front = Station(loop.reactor).front
        self.entrances = Entrances(self.config, front, lambda: None, loop.reactor)  # type: ignore[arg-type,return-value]
        self.errors: list[str] = []

    def of(self, **keys: object) -> Config:
        return Config(**{"bind_host": HOST, "port": self.base, "shoutcast_port": 0, **keys})

    def open(self, **passed: Passed) -> None:
        self.entrances.open(self.config, passed)

    def follow(self, **keys: object) -> None:
        before, self.config = self.config, self.of(**keys)
        globalLogPublisher.addObserver(self._note)
        try:
            self.entrances.follow(before, self.config)
        finally:
            globalLogPublisher.removeObserver(self._note)
        self.loop.turn(3)

    def _note(self, event: dict[str, Any]) -> None:
        if event["log_level"].name == "error":
            self.errors.append(str(event.get("fault")))

    def connect(self, number: int, host: str = HOST) -> socket.socket:
        made = socket.create_connection((host, number), 5)
        made.setblocking(False)
        self.loop.sockets.append(made)
        return made

    def answers(self, client: socket.socket) -> bool:
        client.setblocking(True)
        client.sendall(ASKING)
        client.setblocking(False)
        return self.loop.receive(client, len(ANSWER)) == ANSWER

    def is_open(self, number: int, host: str = HOST) -> bool:
        try:
            client = self.connect(number, host)
        except ConnectionRefusedError:
            return False
        return self.answers(client)


@pytest.fixture
def house() -> Iterator[House]:
    with loopback() as loop:
        made = House(loop)
        yield made
        loop.ports += made.entrances._all()


def test_a_port_moves_and_who_is_in_stays(house: House) -> None:
    """Also who had connected, and whom nobody had accepted yet; every connection counts."""
    house.open()
    first, other = house.base, free_port_pair()
    inside, waiting = house.connect(first), house.connect(first)
    house.loop.until(lambda: house.entrances.connections >= 1)
    late = house.connect(first)
    house.follow(port=other)
    assert house.entrances.number_of("port") == other
    assert house.is_open(other)
    assert not house.is_open(first)
    assert all(house.answers(one) for one in (inside, waiting, late))
    for one in house.loop.sockets:
        one.close()
    house.loop.until(lambda: house.entrances.connections == 0)
    house.entrances.sweep()
    assert house.entrances._closed == []


def test_another_address_with_the_same_number(house: House) -> None:
    """Every address, one, another one, every address again: there is no moment without a port."""
    house.open()
    for host, here, elsewhere in [
        ("0.0.0.0", True, True),
        ("127.0.0.2", False, True),
        ("127.0.0.1", True, False),
        ("::", True, True),
    ]:
        house.follow(bind_host=host)
        assert house.is_open(house.base, "127.0.0.1") is here, host
        assert house.is_open(house.base, "127.0.0.2") is elsewhere, host
    assert house.errors == []
    with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
        stranger.bind((HOST, house.base))


def test_ports_that_change_places(house: House) -> None:
    """A number that one of our ports gives up may be another one's at once."""
    house.config = house.of(shoutcast_port=house.base + 1)
    house.open()
    house.follow(port=house.base + 1, shoutcast_port=house.base)
    assert house.errors == []
    assert house.is_open(house.base + 1)
    assert house.entrances.number_of("shoutcast_port") == house.base
    house.follow(port=house.base + 1, shoutcast_port=0)
    assert house.entrances.number_of("shoutcast_port") is None
    assert not house.is_open(house.base)


def test_a_port_that_cant_be_opened_leaves_the_one_before(house: House) -> None:
    """It is said with its key; and tried again with the next change."""
    house.open()
    with socket.create_server((HOST, 0)) as taken:
        number = taken.getsockname()[1]
        house.follow(port=number)
        (error,) = house.errors
        assert error.startswith(f"port: can't listen on {HOST} port {number}")
        assert house.is_open(house.base)
        house.follow(port=number, page_title="x")
        assert len(house.errors) == 1
    house.follow(port=number, page_title="y")
    assert house.is_open(number)
    assert not house.is_open(house.base)


def test_tls_comes_and_goes(house: House, tmp_path: Path) -> None:
    """With files that are read then; those that can't be leave the ports as they are."""
    house.open()
    number = house.base + 1
    write_pair(tmp_path)
    tls = {"use_https": True, "https_port": number, "max_handshakes": 7}
    files = {"cert_file": str(tmp_path / "cert.pem"), "key_file": str(tmp_path / "key.pem")}
    house.follow(**tls, cert_file="/nowhere", key_file="/nowhere")
    assert house.entrances.number_of("https_port") is None
    assert len(house.errors) == 1
    house.follow(**tls, **files)
    assert house.entrances.https.factory.handshakes_max == 7
    inside = _secure(house, number)
    house.follow()
    with pytest.raises(ConnectionRefusedError):
        house.connect(number)
    inside.sendall(ASKING)
    assert house.loop.receive(inside, len(ANSWER)) == ANSWER


def _secure(house: House, number: int) -> TlsPeer:
    opened = house.entrances._opened["https_port"].port
    certificates = house.entrances.https.certificates
    assert isinstance(certificates, CertificateStore)
    assert opened.getHost().port == number
    return TlsLoop(house.loop, certificates).connect(opened)


def test_a_socket_of_systemd_stays_where_it_is(house: House) -> None:
    """The configuration does not move it; one for TLS is served while TLS is wanted."""
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        listening.listen()
        number = listening.getsockname()[1]
        house.open(port=Passed(listening.fileno(), "http"))
        house.follow(port=house.base + 1, shoutcast_port=house.base)
        assert house.entrances.in_words() == (f"{HOST}:{number}",)
        assert house.is_open(number)
        assert not house.is_open(house.base)
        assert house.entrances.passed_keys == {"port"}


def test_who_stands_behind_a_proxy_is_asked_for_it(house: House) -> None:
    """From the next connection on."""
    house.open()
    inside = house.connect(house.base)
    house.follow(proxy_protocol=(house.base,))
    assert house.entrances.doors.proxied
    assert house.answers(inside)
    house.follow()
    assert not house.entrances.doors.proxied


def test_a_start_needs_its_ports_but_for_shoutcast(house: House) -> None:
    with socket.create_server((HOST, 0)) as taken:
        number = taken.getsockname()[1]
        house.config = house.of(shoutcast_port=number)
        house.open()
        assert house.is_open(house.base)
        house.config = house.of(port=number)
        with pytest.raises(PortTaken):
            house.open()


def test_nothing_is_opened_again_at_the_end(house: House) -> None:
    """Nor before the start: a change that comes then is for the next one."""
    house.follow(page_title="early")
    assert house.entrances.in_words() == ()
    house.open()
    inside = house.connect(house.base)
    house.loop.until(lambda: house.entrances.connections == 1)
    closed = Deferred.fromCoroutine(house.entrances.close())
    house.loop.until(lambda: closed.called)
    house.follow(port=house.base + 1)
    assert house.entrances.in_words() == ()
    empty = house.entrances.when_empty()
    assert not empty.called
    inside.close()
    house.loop.until(lambda: empty.called)


def judged(before: Config, after: Config, *passed: str) -> list[str]:
    try:
        judge_ports(before, after, passed)
    except ConfigFaults as faults:
        return [fault.key for fault in faults.faults]
    return []


def test_ports_are_tried_before_they_are_saved(house: House) -> None:
    """Those that are ours and those that systemd has opened are not."""
    house.open()
    here = house.config
    with socket.create_server((HOST, 0)) as taken:
        number = taken.getsockname()[1]
        assert judged(here, house.of(port=number)) == ["port"]
        assert judged(here, house.of(shoutcast_port=number)) == ["shoutcast_port"]
        assert judged(here, house.of(port=number), "port") == []
    assert judged(here, house.of(port=number)) == []
    assert judged(here, house.of(shoutcast_port=house.base + 1, bind_host="192.0.2.1")) == [
        "bind_host"
    ]
    assert judged(here, house.of(bind_host="0.0.0.0")) == []
    assert house.is_open(house.base)


def test_two_servers_side_by_side(house: House) -> None:
    """Both with the option; without it the second one is refused, also after it was taken away."""
    house.open()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        with pytest.raises(OSError, match="in use"):
            other.bind((HOST, house.base))
        house.follow(reuse_port=True)
        other.bind((HOST, house.base))
        other.listen()
    house.follow()
    assert house.is_open(house.base)
