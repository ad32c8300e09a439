"""Crowds and enemies at the door: who is on the air does not notice."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress

import pytest

from features.conftest import Serve
from features.sounding import (
    WAIT_S,
    Encoder,
    arrived,
    hears,
    is_unbroken,
)
from features.talk import connect, listening_status, login, read, request, status
from programs.raw import Recorder, parse_answer
from programs.station import PASSWORD, Station
from programs.waiting import until
from tinyice.work.passwords import hash_now

BAD_LOGINS_A_SECOND = 50
ATTACK_S = 4.0
AT_ONCE_S = 4.0
"""Far less than the checks that wait: 32 of them, a fifth of a second and more each."""
FLOOD = 300
PENDING = 20
HEADER_TIMEOUT_S = 2
BANNED = "127.0.0.2"

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def station(serve: Serve) -> Station:
    return serve(max_pending=PENDING, header_timeout=HEADER_TIMEOUT_S, banned_ips=[BANNED])


class BadLogins(threading.Thread):
    """Wrong passwords, each on a connection of its own, that does not wait for the last."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True, name="bad logins")
        self._port = port
        self._over = threading.Event()
        self.connections: list[socket.socket] = []

    def run(self) -> None:
        while not self._over.wait(1 / BAD_LOGINS_A_SECOND):
            number = len(self.connections)
            wrong = login("source", f"wrong {number}")
            connection = connect(self._port)
            self.connections.append(connection)
            head = (wrong, "Content-Type: audio/mpeg")
            connection.sendall(request(f"/attack{number}", *head, method="SOURCE"))

    def stop(self) -> None:
        self._over.set()
        self.join()


@contextmanager
def under_attack(port: int) -> Iterator[BadLogins]:
    """Bad logins go on all the time."""
    attack = BadLogins(port)
    attack.start()
    try:
        yield attack
    finally:
        attack.stop()


def test_a_known_encoder_gets_in_under_attack(serve: Serve) -> None:
    """Bad logins at full speed, at the default cost of a check: it comes back at once."""
    station = serve(default_source_password=hash_now(PASSWORD), lockout_failures=0)
    Encoder(station.port, "/known").close()
    # who looks at the figures is known, too
    station.statistics()
    with under_attack(station.port) as attack, Encoder(station.port, "/steady") as steady:
        steady.play(2)
        arrived(station, steady)
        listener = Recorder(station.port, "/steady", icy=False)
        time.sleep(ATTACK_S / 2)
        for _ in range(5):
            began = time.monotonic()
            with Encoder(station.port, "/known"):
                assert time.monotonic() - began < AT_ONCE_S
            until(lambda: "/known" not in station.sources(), within=WAIT_S, what="it has left")
        hears(listener, steady.play(1))
        assert is_unbroken(listener, [steady.sent])
        listener.stop()
    answers = [parse_answer(first_words(each)) for each in attack.connections]
    turned_away = [answer for answer in answers if " 503 " in answer.status]
    refused = [answer for answer in answers if " 401 " in answer.status]
    assert len(answers) > BAD_LOGINS_A_SECOND
    assert refused
    assert turned_away
    assert all(int(answer.headers["retry-after"]) > 0 for answer in turned_away)
    assert "Authentication failed for user 'source' from 127.0.0.1" in station.child.output()


def first_words(connection: socket.socket) -> bytes:
    """What was answered by now; the connection is closed."""
    connection.settimeout(0.01)
    with closing(connection):
        try:
            return connection.recv(65536)
        except OSError:
            return b""


def test_a_flood_of_connections(station: Station) -> None:
    """So many may wait, the rest is closed at once; who is in does not notice, and it ends."""
    with Encoder(station.port, "/live") as encoder, ExitStack() as flood:
        encoder.play(2)
        arrived(station, encoder)
        listener = Recorder(station.port, "/live", icy=False)
        until(lambda: listener.size, within=WAIT_S, what="an answer")
        crowd = [flood.enter_context(closing(connect(station.port))) for _ in range(FLOOD)]
        hears(listener, encoder.play(1))
        until(lambda: sum(map(is_closed, crowd)) >= FLOOD - PENDING, within=WAIT_S, what="closed")
        hears(listener, encoder.play(1))
        # the others have their time, then everybody is welcome again
        until(lambda: all(map(is_closed, crowd)), within=WAIT_S, what="all are closed")
        assert listening_status(station.port, "/live") == 200
        assert is_unbroken(listener, [encoder.sent])
        listener.stop()
    until(lambda: "max_pending" in station.child.output(), within=WAIT_S, what="it is told")


def is_closed(connection: socket.socket) -> bool:
    """Whether the server has ended it."""
    connection.settimeout(0)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def test_slow_heads_are_ended(station: Station) -> None:
    """A byte now and then does not keep a head alive: 408, and the connection ends."""
    began = time.monotonic()
    with closing(connect(station.port)) as slow:
        slow.settimeout(0.3)
        slow.sendall(b"GET /live HTTP/1.1\r\nX: ")
        got = b""
        while not got and time.monotonic() < began + WAIT_S:
            slow.sendall(b"x")
            try:
                got = slow.recv(4096)
            except TimeoutError:
                continue
        assert got.startswith(b"HTTP/1.0 408 ")
        assert time.monotonic() - began >= HEADER_TIMEOUT_S - 0.5


def test_banned_addresses_are_closed_at_once(station: Station) -> None:
    """Before a byte is read; everyone else is answered."""
    for port in (station.port, station.shoutcast_port):
        banned = connect(port, from_address=BANNED)
        with closing(banned), suppress(ConnectionResetError):
            assert banned.recv(1) == b""
    assert status(station.port, request("/")) == 200


BAD_REQUESTS = {
    b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n": 414,
    b"GET / HTTP/1.1\r\nX: " + b"a" * 9000 + b"\r\n\r\n": 431,
    b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n": 431,
    b"GET /%zz HTTP/1.1\r\n\r\n": 400,
    b"GET /../etc/passwd HTTP/1.1\r\n\r\n": 400,
    b"BREW /live HTTP/1.1\r\n\r\n": 501,
    b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n": 400,
    b"GET / HTTP/9.9.9 x\r\n\r\n": 400,
}


@pytest.mark.parametrize("words", BAD_REQUESTS)
def test_bad_input(station: Station, words: bytes) -> None:
    """A short right answer, the end of the connection, and nothing else happens."""
    with Encoder(station.port, "/live") as encoder, closing(connect(station.port)) as bad:
        bad.sendall(words)
        answer = read(bad)
        assert int(answer.split()[1]) == BAD_REQUESTS[words], answer[:200]
        assert len(answer) < 2000
        encoder.play(1)
        arrived(station, encoder)
