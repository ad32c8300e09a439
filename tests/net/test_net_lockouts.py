"""A lockout at the doors: every protocol counts, every protocol is refused, listening goes on."""

import itertools
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from net.memory import PEER, MemoryTransport
from net.net_station import MemoryStation, source_request
from tinyice.core.clients import Client
from tinyice.core.errors import DomainError
from tinyice.core.events import AuthFailed, AuthLocked
from tinyice.net.answers import answer_to
from tinyice.wire.basic import parse_basic
from tinyice.wire.shoutcast import parse_password_line

ELSEWHERE = IPv4Address("TCP", "198.51.100.7", 40000)
RIGHT, WRONG = b"hackme", b"wrong"
OK2 = b"OK2\r\n"
INVALID = b"invalid password\r\n"
LOCKED = b" 429 Too Many Requests\r\n"
LOCKED_BY_WEB = b" 429 "


class AdminPage(Resource):
    """A page for accounts, or a Shoutcast encoder's update by ``pass``: answers with the name."""

    isLeaf = True

    def __init__(self, station: Callable[[], MemoryStation]) -> None:
        super().__init__()
        self._station = station

    def render(self, request: Request) -> int:
        keeper = self._station().front.gatekeeper
        client = Client(str(request.getClientAddress().host))
        given = request.args.get(b"pass")
        login: Deferred[object] = Deferred.fromCoroutine(
            keeper.admit_shoutcast(parse_password_line(given[0]), client)
            if given
            else keeper.identify(parse_basic(request.getHeader(b"authorization") or b""), client)
        )
        login.addCallbacks(self._welcome, self._refuse, (request,), {}, (request,), {})
        return NOT_DONE_YET

    def _welcome(self, _who: object, request: Request) -> None:
        request.finish()

    def _refuse(self, failure: object, request: Request) -> None:
        error = getattr(failure, "value", None)
        assert isinstance(error, DomainError), failure
        request.setResponseCode(answer_to(error).status)
        request.finish()


def basic(user: bytes, password: bytes) -> bytes:
    return b"Authorization: Basic " + b64encode(user + b":" + password) + b"\r\n"


def source(password: bytes) -> bytes:
    return b"SOURCE /live HTTP/1.0\r\n" + basic(b"source", password) + b"\r\n"


def put(password: bytes) -> bytes:
    head = b"PUT /two HTTP/1.1\r\nHost: x\r\nContent-Type: audio/mpeg\r\n"
    return head + b"Transfer-Encoding: chunked\r\n" + basic(b"source", password) + b"\r\n"


def page(password: bytes) -> bytes:
    # the account has another password than the mounts
    word = b"admin" if password == RIGHT else password
    return b"GET /admin.cgi HTTP/1.0\r\n" + basic(b"admin", word) + b"\r\n"


def update(password: bytes) -> bytes:
    return b"GET /admin.cgi?mode=updinfo&pass=" + password + b" HTTP/1.0\r\n\r\n"


def shoutcast(password: bytes) -> bytes:
    return password + b"\r\nicy-name:x\r\n\r\n"


@dataclass(frozen=True)
class Way:
    """One protocol: what is said with a password, and the answers to look for."""

    name: str
    words: Callable[[bytes], bytes]
    welcome: bytes = b" 200 "
    refused: bytes = b" 401 "
    locked: bytes = LOCKED
    on_shoutcast_port: bool = False


WAYS = [
    Way("SOURCE", source),
    Way("PUT", put),
    Way("Basic", page, locked=LOCKED_BY_WEB),
    Way("metadata by pass=", update, locked=LOCKED_BY_WEB),
    Way("Shoutcast", shoutcast, OK2, INVALID, INVALID, on_shoutcast_port=True),
    Way("SOURCE on the Shoutcast port", source, on_shoutcast_port=True),
]
IDS = [way.name for way in WAYS]


class Doors:
    """A station whose clients try to log in."""

    def __init__(self) -> None:
        self.station = MemoryStation(pages={b"admin.cgi": AdminPage(lambda: self.station)})

    def try_in(self, way: Way, password: bytes, peer: IPv4Address = PEER) -> bytes:
        connection = self.station.connect(shoutcast=way.on_shoutcast_port, peer=peer)
        answer = self.station.say(connection, way.words(password))
        connection.hang_up()
        self.station.settle()
        return answer

    def fail(self, *ways: Way) -> None:
        for way in ways:
            answer = self.try_in(way, WRONG)
            assert way.refused in answer
            assert LOCKED_BY_WEB not in answer


@pytest.mark.parametrize("way", WAYS, ids=IDS)
def test_the_sixth_failure_of_each_protocol_is_refused_unseen(way: Way) -> None:
    """No protocol is left out of the count."""
    doors = Doors()
    doors.fail(*[way] * 5)
    assert len(doors.station.told(AuthLocked)) == 1
    assert way.locked in doors.try_in(way, WRONG)
    assert way.locked in doors.try_in(way, RIGHT)


MIXTURES = [tuple(itertools.islice(itertools.cycle(WAYS), n, n + 5)) for n in range(len(WAYS))]


@pytest.mark.parametrize("mixture", MIXTURES, ids=lambda mixture: mixture[0].name)
def test_five_failures_by_mixed_means_lock_out_all(mixture: tuple[Way, ...]) -> None:
    """Right or wrong, by whichever way; elsewhere all is well, and later it is here."""
    doors = Doors()
    assert {way.welcome in doors.try_in(way, RIGHT, ELSEWHERE) for way in WAYS} == {True}
    doors.fail(*mixture)
    for way in WAYS:
        for password in (RIGHT, WRONG):
            assert way.locked in doors.try_in(way, password)
        assert way.welcome in doors.try_in(way, RIGHT, ELSEWHERE)
    reasons = [event.reason for event in doors.station.told(AuthFailed)]  # type: ignore[attr-defined]
    assert reasons[5:] == ["too many failed attempts. locked out until 00:15:00"] * 2 * len(WAYS)
    doors.station.clock.advance(900)
    for way in WAYS:
        assert way.welcome in doors.try_in(way, RIGHT)


def listener(station: MemoryStation) -> MemoryTransport:
    player = station.connect()
    assert b" 200 OK" in station.say(player, b"GET /live HTTP/1.0\r\n\r\n")
    return player


def test_listening_goes_on() -> None:
    """Who listens from a locked out address is not disturbed, and others there may join."""
    doors = Doors()
    station = doors.station
    encoder = station.connect(peer=ELSEWHERE)
    station.say(encoder, source_request(), b"some")
    before = listener(station)
    doors.fail(*WAYS[:5])
    after = listener(station)
    station.say(encoder, b"audio")
    station.pulse()
    assert before.sent.endswith(b"audio")
    assert after.sent.endswith(b"audio")
    assert b" 200 " in station.say(station.connect(), b"GET / HTTP/1.0\r\n\r\n")


@pytest.mark.parametrize(
    "words", [b"SOURCE /live HTTP/1.0\r\n\r\n", b"GET /admin.cgi HTTP/1.0\r\n\r\n"]
)
def test_requests_without_credentials_never_count(words: bytes) -> None:
    """GStreamer opens about 45 connections in its first second, and libshout always asks first."""
    doors = Doors()
    for _ in range(100):
        connection = doors.station.connect()
        assert b" 401 " in doors.station.say(connection, words)
    assert doors.station.told(AuthFailed) == []
    assert b" 200 " in doors.try_in(WAYS[0], RIGHT)


def test_who_is_on_the_air_stays_on_the_air() -> None:
    """A lockout of the encoder's address ends no session."""
    doors = Doors()
    encoder = doors.station.source()
    doors.fail(*WAYS[:5])
    doors.station.say(encoder, b"audio")
    assert encoder.is_open
    assert doors.station.mounts.sources == 1
