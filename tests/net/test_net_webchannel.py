"""Web requests that go through the door: what reaches the site, and what stays of it."""

import gc
import weakref
from ast import literal_eval

import pytest
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from net.memory import MemoryTransport
from net.net_station import MemoryStation, role_of, with_limits
from tinyice.net.webchannel import replayed
from tinyice.wire.head import HeadParser, RequestHead

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def head_of(raw: bytes) -> RequestHead:
    head = HeadParser(65536, 1000).receive(raw)
    assert head is not None
    return head


REPLAYED = [
    (b"GET /a?b=c HTTP/1.0\r\n\r\n", b"", b"GET /a?b=c HTTP/1.0\r\n\r\n"),
    (b"get /a HTTP/1.1\nHost:x\n\n", b"", b"GET /a HTTP/1.1\r\nhost: x\r\n\r\n"),
    (b"GET /a ICE/1.0\r\n\r\n", b"", b"GET /a HTTP/1.0\r\n\r\n"),
    (
        "GET /a?song=Tité Песня HTTP/1.1\r\n\r\n".encode(),
        b"",
        b"GET /a?song=Tit%C3%A9%20%D0%9F%D0%B5%D1%81%D0%BD%D1%8F HTTP/1.1\r\n\r\n",
    ),
    (b'GET /a?"<>\\^`{}|%41 HTTP/1.1\r\n\r\n', b"", b"GET /a?%22%3C%3E%5C%5E%60%7B%7D|%41"),
    (b"GET http://x:1/a HTTP/1.1\r\n\r\n", b"", b"GET /a HTTP/1.1\r\n\r\n"),
    (b"GET HTTPS://x?a HTTP/1.1\r\n\r\n", b"", b"GET /?a HTTP/1.1\r\n\r\n"),
    (b"POST /a HTTP/1.1\r\n\r\n", b"", b"POST /a HTTP/1.1\r\ncontent-length: 0\r\n\r\n"),
    (
        b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
        b"abc",
        b"POST /a HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc",
    ),
    (
        b"GET /a HTTP/1.1\r\nContent-Length: 7\r\nX: y\r\nx: z\r\n\r\n",
        b"",
        b"GET /a HTTP/1.1\r\nx: y\r\nx: z\r\n\r\n",
    ),
]


@pytest.mark.parametrize(("raw", "body", "expected"), REPLAYED)
def test_replayed(raw: bytes, body: bytes, expected: bytes) -> None:
    """A request reaches the site in canonical form: ASCII, one length, no chunks."""
    assert replayed(head_of(raw), body).startswith(expected)


def echo(station: MemoryStation, raw: bytes) -> tuple[bytes, dict[bytes, list[bytes]]]:
    """The address and headers as the site saw them."""
    answer = station.say(station.connect(), raw)
    assert b" 200 OK\r\n" in answer, answer
    uri, fields = literal_eval(answer.partition(b"\r\n\r\n")[2].decode())
    return uri, dict(fields)


def test_long_target() -> None:
    """What the door lets through the site takes, however long it is when escaped."""
    station = MemoryStation(limits=with_limits(head_bytes=65536))
    song = "Ж".encode() * 15000
    uri, _ = echo(station, b"GET /echo?song=" + song + b" HTTP/1.1\r\n\r\n")
    assert uri == b"/echo?song=" + b"%D0%96" * 15000


def test_many_headers() -> None:
    """So it takes as many headers."""
    station = MemoryStation(limits=with_limits(head_bytes=65536, head_lines=1000))
    fields = b"".join(b"x-%d: %s\r\n" % (n, b"y" * 40) for n in range(900))
    _, seen = echo(station, b"GET /echo HTTP/1.1\r\n" + fields + b"\r\n")
    assert len(seen) == 900


INJECTIONS = [
    b"GET /echo HTTP/1.1\r\nX: a\rSet-Cookie: b\r\n\r\n",
    b"GET /echo HTTP/1.1\r\nX: a\0b\r\n\r\n",
    b"GET /echo\r HTTP/1.1\r\n\r\n",
    b"GET /echo\x0bHTTP/1.1 HTTP/1.1\r\n\r\n",
    b"GET /echo HTTP/1.1\r\nX : a\r\n\r\n",
    b"GET /echo HTTP/1.1\r\nX\0: a\r\n\r\n",
    b"GET /echo HTTP/1.1\r\n X: a\r\n\r\n",
]


@pytest.mark.parametrize("raw", INJECTIONS)
def test_injection(raw: bytes) -> None:
    """What could end a line elsewhere never reaches the site."""
    station = MemoryStation()
    assert b" 400 " in station.say(station.connect(), raw)
    assert station.channels == []


def test_blank_in_the_target() -> None:
    """A blank inside a target is no second request line."""
    uri, _ = echo(MemoryStation(), b"GET /echo?a=b HTTP/1.1 x HTTP/1.1\r\n\r\n")
    assert uri == b"/echo?a=b%20HTTP/1.1%20x"


def test_odd_bytes_in_headers() -> None:
    """Header values pass as they are."""
    _, seen = echo(MemoryStation(), b"GET /echo HTTP/1.1\r\nX: \xff\x01\x1c \xc2\x85\r\n\r\n")
    assert seen[b"X"] == [b"\xff\x01\x1c \xc2\x85"]


def test_client() -> None:
    """The site knows who asks: the door decided that."""
    station = MemoryStation()
    peer = station.connect()
    station.say(peer, b"GET /slow HTTP/1.1\r\nUser-Agent: Lynx\r\nReferer: r\r\n\r\n")
    client = station.slow.requests[0].channel.client
    assert (client.address, client.agent, client.referer) == ("192.0.2.7", "Lynx", "r")


def test_malformed_upload() -> None:
    """A form that the site can't read is its 400, and the end of the connection."""
    station = MemoryStation()
    peer = station.connect()
    head = b"POST / HTTP/1.1\r\nContent-Type: multipart/form-data\r\nContent-Length: 3\r\n\r\nabc"
    assert station.say(peer, head).startswith(b"HTTP/1.1 400 ")
    assert not peer.is_open
    assert station.traces == (0, 0, 0)


def test_malformed_upload_of_a_stalled_peer() -> None:
    """Also when the peer does not take that answer."""
    station = MemoryStation()
    peer = station.connect(room=0)
    head = b"POST / HTTP/1.1\r\nContent-Type: multipart/form-data\r\nContent-Length: 3\r\n\r\nabc"
    station.say(peer, head)
    station.pass_time(61)
    assert not peer.is_open
    assert station.traces == (0, 0, 0)


class TestGoingOn:
    """A connection that goes from the web to something else."""

    def after_a_page(self, station: MemoryStation, request: bytes) -> MemoryTransport:
        peer = station.connect()
        station.say(peer, GET)
        (channel,) = station.channels
        station.channels.clear()
        gone = weakref.ref(channel)
        del channel
        station.say(peer, request)
        gc.collect()
        assert gone() is None, gc.get_referrers(gone())
        return peer

    def test_to_a_listener(self) -> None:
        """Nothing of the web is left: no producer, no deadline, no object."""
        station = MemoryStation()
        encoder = station.source()
        station.say(encoder, b"audio")
        peer = self.after_a_page(station, b"GET /live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert role_of(peer) == "listener"
        assert peer.producer is peer.protocol
        assert peer.producers_registered == 2
        assert station.traces == (1, 1, 0)
        assert station.clock.getDelayedCalls() == []

    def test_to_a_source(self) -> None:
        """The same for a source, and one that is refused."""
        station = MemoryStation()
        request = b"SOURCE /live HTTP/1.0\r\nAuthorization: Basic c291cmNlOmhhY2ttZQ==\r\n\r\n"
        peer = self.after_a_page(station, request)
        assert role_of(peer) == "source"
        assert peer.producer is None
        assert station.traces == (1, 0, 0)
        assert station.clock.getDelayedCalls() == []
        refused = self.after_a_page(station, b"SOURCE /live HTTP/1.0\r\n\r\n")
        assert refused.producer is None

    def test_one_channel(self) -> None:
        """All pages of a connection are answered on one channel."""
        station = MemoryStation()
        peer = station.connect()
        for _ in range(3):
            station.say(peer, GET)
        assert len(station.channels) == 1
        assert peer.producers_registered == 1

    def test_unread_page_before_the_stream(self) -> None:
        """A stream begins behind the answers that the peer has not taken yet."""
        station = MemoryStation()
        station.say(station.source(), b"audio")
        peer = station.connect(room=20)
        station.say(peer, GET + b"GET /live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert role_of(peer) == "listener"
        peer.make_room()
        station.settle()
        assert peer.sent.index(b"a page") < peer.sent.index(b"icy-name")
        assert peer.sent.endswith(b"\r\n\r\naudio")


class TestLeaving:
    def test_in_the_answer(self) -> None:
        """A site that is still answering is told that the peer is gone."""
        station = MemoryStation()
        peer = station.connect()
        station.say(peer, b"GET /slow HTTP/1.1\r\n\r\n")
        station.slow.requests[0].write(b"half")
        peer.hang_up()
        assert len(station.slow.lost) == 1
        assert station.traces == (0, 0, 0)

    def test_between_answers(self) -> None:
        """Requests that wait behind the one at hand are forgotten."""
        station = MemoryStation()
        peer = station.connect()
        station.say(peer, b"GET /slow HTTP/1.1\r\n\r\n" * 3)
        peer.hang_up()
        station.settle()
        assert len(station.slow.requests) == 1

    def test_just_after_an_answer(self) -> None:
        """A pipelined request whose turn has not come when the peer leaves is never asked."""
        station = MemoryStation()
        peer = station.connect()
        station.say(peer, b"GET /slow HTTP/1.1\r\n\r\n" * 2)
        station.slow.requests[0].finish()
        peer.hang_up()
        station.settle()
        assert len(station.slow.requests) == 1
        assert station.traces == (0, 0, 0)


class Stream(Resource):
    """Writes as long as it is not told to pause."""

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.request: Request | None = None
        self.told: list[str] = []

    def render(self, request: Request) -> int:
        self.request = request
        request.registerProducer(self, True)
        return NOT_DONE_YET

    def pauseProducing(self) -> None:
        self.told.append("pause")

    def resumeProducing(self) -> None:
        self.told.append("resume")

    def stopProducing(self) -> None:
        self.told.append("stop")


def test_producers_of_the_site() -> None:
    """A site that produces is paused while the peer takes nothing, and resumed after it."""
    stream = Stream()
    station = MemoryStation(pages={b"stream": stream})
    peer = station.connect(room=0)
    station.say(peer, b"GET /stream HTTP/1.1\r\n\r\n")
    stream.request.write(bytes(70_000))
    assert peer.send_buffer < 70_000
    assert stream.told == ["pause"]
    peer.make_room()
    station.settle()
    assert stream.told == ["pause", "resume"]
    stream.request.unregisterProducer()
    stream.request.finish()
    assert station.say(peer, GET).endswith(b"a page")
