"""The door over time: deadlines, pipelined requests, answers that nobody takes, decisions."""

from inspect import signature

import pytest

from net.memory import MemoryTransport
from net.net_station import RIGHT, WRONG, MemoryStation, Page, role_of, source_request
from tinyice.core.errors import DomainError, LockedOut, Refused
from tinyice.core.events import AuthFailed, RequestFinished, RequestRefused
from tinyice.net.answers import answer_to

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
OPTIONS = b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"
LARGE = 100_000


@pytest.fixture
def station() -> MemoryStation:
    return MemoryStation(pages={b"large": Page(bytes(LARGE))})


def peak_of(peer: MemoryTransport, station: MemoryStation, data: bytes) -> int:
    """The most that was ever written and not taken while ``data`` came in."""
    peak = 0
    for at in range(0, len(data), 1000):
        station.say(peer, data[at : at + 1000])
        peak = max(peak, peer.unsent)
    return peak


class TestDeadlines:
    def test_silence(self, station: MemoryStation) -> None:
        """Who never says anything is closed without a word when the time for a head is over."""
        peer = station.connect()
        station.pass_time(14)
        assert peer.is_open
        station.pass_time(1)
        assert not peer.is_open
        assert peer.sent == b""
        assert station.traces == (0, 0, 0)

    @pytest.mark.parametrize("data", [b"G", b"GET / HTTP/1.1\r\nHost: x\r\n", b"\r\n"])
    def test_slow_head(self, station: MemoryStation, data: bytes) -> None:
        """Who does not finish a head in time is told so; the bytes in between buy no time."""
        peer = station.connect()
        station.pass_time(10)
        station.say(peer, data)
        station.pass_time(4)
        assert peer.sent == b""
        station.pass_time(1)
        assert peer.sent.startswith(b"HTTP/1.0 408 Request Timeout\r\n")
        assert [event.status for event in station.told(RequestRefused)] == [408]
        station.pass_time(3)
        assert not peer.is_open
        assert station.traces == (0, 0, 0)

    def test_slow_body(self, station: MemoryStation) -> None:
        """The body of a form has its own time."""
        peer = station.connect()
        station.say(peer, b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na=")
        station.pass_time(29)
        assert peer.sent == b""
        station.pass_time(1)
        assert peer.sent.startswith(b"HTTP/1.0 408 ")

    def test_idle(self, station: MemoryStation) -> None:
        """A connection that is kept for nothing is closed in peace: no reset, no words."""
        peer = station.connect()
        answer = station.say(peer, GET)
        station.pass_time(19)
        assert peer.is_open
        station.pass_time(1)
        assert not peer.is_open
        assert not peer.aborted
        assert peer.sent == answer
        assert station.traces == (0, 0, 0)

    def test_next_head_has_its_own_time(self, station: MemoryStation) -> None:
        """A request that begins at the end of the idle time may be as slow as a first one."""
        peer = station.connect()
        station.say(peer, GET)
        station.pass_time(19)
        station.say(peer, GET[:9])
        station.pass_time(14)
        assert station.say(peer, GET[9:]).startswith(b"HTTP/1.1 200 ")

    def test_farewell_is_short(self, station: MemoryStation) -> None:
        """Who is refused and goes on sending is listened to for a moment, then cut off."""
        peer = station.connect()
        assert b" 401 " in station.say(peer, b"SOURCE /live HTTP/1.0\r\n\r\n")
        station.say(peer, bytes(1000))
        assert peer.is_finished
        assert peer.is_open
        station.pass_time(2)
        assert peer.aborted
        assert not peer.is_open
        assert station.traces == (0, 0, 0)

    def test_farewell_ends_with_the_peer(self, station: MemoryStation) -> None:
        """When the peer closes after our answer, that is all."""
        peer = station.connect()
        station.say(peer, b"rubbish\r\n")
        peer.hang_up()
        assert not peer.is_open
        assert not peer.aborted
        assert station.traces == (0, 0, 0)

    def test_end_of_the_server(self, station: MemoryStation) -> None:
        """At the end everyone who owes something is let go."""
        station.connect()
        station.say(station.connect(), b"GET")
        station.say(station.connect(), GET)
        station.connect(shoutcast=True)
        station.front.waiting.end()
        station.front.waiting.end()
        station.settle()
        assert station.traces == (0, 0, 0)


class TestPipelines:
    def test_a_thousand(self) -> None:
        """A thousand requests at once are answered in order, without recursion."""
        station = MemoryStation()
        peer = station.connect()
        requests = [f"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n{n:04}" for n in range(1000)]
        answer = station.say(peer, "".join(requests).encode())
        found = [part[:4] for part in answer.split(b"got ")[1:]]
        assert found == [b"%04d" % n for n in range(1000)]
        assert role_of(peer) == "door"

    def test_mixed(self, station: MemoryStation) -> None:
        """OPTIONS waits for the answers before it."""
        peer = station.connect()
        slow = b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"
        assert station.say(peer, slow + OPTIONS + GET) == b""
        station.slow.requests[0].write(b"slow")
        station.slow.requests[0].finish()
        station.settle()
        found = bytes(peer.sent)
        assert found.index(b"slow") < found.index(b" 204 ") < found.index(b"a page")

    def test_early_bytes_are_bounded(self, station: MemoryStation) -> None:
        """While an answer is made, little of what comes next is read."""
        peer = station.connect()
        station.say(peer, b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        for _ in range(50):
            station.say(peer, bytes(10_000))
        assert not peer.is_reading
        assert len(peer.protocol._early) <= 2 * 65536
        station.slow.requests[0].finish()
        station.settle()
        assert b" 414 " in peer.sent

    @pytest.mark.parametrize("request_", [GET.replace(b"/", b"/large", 1), OPTIONS])
    def test_unread_answers_are_bounded(self, station: MemoryStation, request_: bytes) -> None:
        """Who sends requests and takes no answers fills nobody's memory, and is cut off."""
        peer = station.connect(room=0)
        assert peak_of(peer, station, request_ * 2000) < 2 * LARGE
        station.pass_time(61)
        assert not peer.is_open
        assert station.traces == (0, 0, 0)

    @pytest.mark.parametrize("request_", [GET.replace(b"/", b"/large", 1), OPTIONS])
    def test_goes_on_when_the_peer_reads(self, station: MemoryStation, request_: bytes) -> None:
        """Once the peer takes its answers, the next requests are answered, all of them."""
        peer = station.connect(room=0)
        count = 400
        station.say(peer, request_ * count)
        peer.make_room()
        station.settle()
        assert peer.sent.count(b"HTTP/1.1 20") == count
        assert role_of(peer) == "door"

    def test_slow_reader(self, station: MemoryStation) -> None:
        """A large answer has all the time it takes, as long as some of it is taken."""
        peer = station.connect(room=0)
        station.say(peer, b"GET /large HTTP/1.1\r\nConnection: close\r\n\r\n")
        for _ in range(20):
            station.pass_time(50)
            peer.make_room(LARGE // 20)
            assert peer.is_open
        peer.make_room()
        station.settle()
        assert not peer.is_open
        assert peer.sent.endswith(bytes(LARGE))
        assert not peer.aborted

    def test_slow_reader_on_a_kept_connection(self, station: MemoryStation) -> None:
        """The idle time begins when the answer is taken, not when it is written."""
        peer = station.connect(room=0)
        station.say(peer, b"GET /large HTTP/1.1\r\n\r\n")
        for _ in range(20):
            station.pass_time(50)
            peer.make_room(LARGE // 20)
        peer.make_room()
        station.settle()
        station.pass_time(15)
        assert role_of(peer) == "door"
        assert peer.sent.endswith(bytes(LARGE))

    @pytest.mark.parametrize("how", [b"Connection: close\r\n", b""])
    def test_stalled_reader(self, station: MemoryStation, how: bytes) -> None:
        """Who takes nothing of an answer is cut off after a while."""
        peer = station.connect(room=1000)
        station.say(peer, b"GET /large HTTP/1.1\r\n" + how + b"\r\n")
        station.pass_time(130)
        assert not peer.is_open
        assert peer.aborted
        assert station.traces == (0, 0, 0)


class TestDecisions:
    """While credentials are looked at."""

    def test_nothing_is_read(self, station: MemoryStation) -> None:
        """Nothing more is read; what came with the head is stream once the source is in."""
        station.passwords.hold()
        peer = station.connect()
        assert station.say(peer, source_request() + b"audio ") == b""
        assert not peer.is_reading
        station.say(peer, b"more")
        station.passwords.decide()
        station.settle()
        assert peer.sent == b"HTTP/1.0 200 OK\r\n\r\n"
        assert station.recorded == {"/live": b"audio more"}

    def test_known_at_once(self, station: MemoryStation) -> None:
        """A source whose password is known at once goes on reading."""
        peer = station.connect()
        station.say(peer, source_request(), b"some audio", b" and more")
        assert station.recorded == {"/live": b"some audio and more"}

    @pytest.mark.parametrize("how", ["hang_up", "abortConnection"])
    def test_peer_leaves(self, station: MemoryStation, how: str) -> None:
        """Who leaves meanwhile becomes no source, and the password check is given up."""
        station.passwords.hold()
        peer = station.connect()
        station.say(peer, source_request())
        peer.resumeProducing()
        getattr(peer, how)()
        station.settle()
        assert not peer.is_open
        assert station.passwords.waiting[0].called
        assert station.traces == (0, 0, 0)
        assert peer.sent == b""

    def test_refused_later(self, station: MemoryStation) -> None:
        """Wrong credentials are one failure; reading goes on so that our answer arrives."""
        station.passwords.hold()
        peer = station.connect()
        station.say(peer, source_request().replace(RIGHT, WRONG))
        station.passwords.decide()
        station.settle()
        assert b" 401 " in peer.sent
        assert peer.is_reading
        assert len(station.told(AuthFailed)) == 1

    def test_mount_taken_meanwhile(self, station: MemoryStation) -> None:
        """Of two sources that are let in at the same time the first has the mount."""
        station.passwords.hold()
        first, second = station.connect(), station.connect()
        station.say(first, source_request() + b"first")
        station.say(second, source_request() + b"second")
        station.passwords.decide()
        station.settle()
        assert first.sent == b"HTTP/1.0 200 OK\r\n\r\n"
        assert b"Mountpoint in use" in second.sent
        assert station.recorded == {"/live": b"first"}


class TestAccessLog:
    """Every request that was understood is told of once."""

    def test_each_request(self, station: MemoryStation) -> None:
        peer = station.connect()
        station.say(
            peer, GET + OPTIONS + b"GET /none HTTP/1.1\r\n\r\n" + b"GET /idle HTTP/1.0\r\n\r\n"
        )
        done = station.told(RequestFinished)
        assert [(one.method, one.target, one.status) for one in done] == [
            ("GET", "/", 200),
            ("OPTIONS", "*", 204),
            ("GET", "/none", 404),
            ("GET", "/idle", 404),
        ]
        assert done[0].bytes_out == 6

    def test_left_before_the_answer(self, station: MemoryStation) -> None:
        """An answer that had not begun has no status."""
        peer = station.connect()
        station.say(peer, b"GET /slow HTTP/1.1\r\n\r\n")
        station.clock.advance(7)
        peer.hang_up()
        (done,) = station.told(RequestFinished)
        assert (done.status, done.bytes_out, done.seconds) == (0, 0, 7)

    def test_left_in_the_answer(self, station: MemoryStation) -> None:
        """An answer that was cut short counts as far as it came."""
        peer = station.connect()
        station.say(peer, b"GET /slow HTTP/1.1\r\n\r\n")
        station.slow.requests[0].write(b"half")
        peer.hang_up()
        (done,) = station.told(RequestFinished)
        assert (done.status, done.bytes_out) == (200, 4)

    def test_listener_and_source(self, station: MemoryStation) -> None:
        """Stream requests are told of when they end, with the user and all that was sent."""
        encoder = station.source()
        station.say(encoder, b"audio")
        player = station.player()
        station.clock.advance(3)
        player.hang_up()
        encoder.hang_up()
        listened, sourced = station.told(RequestFinished)
        assert listened.bytes_out == len(player.sent)
        assert (listened.status, listened.seconds) == (200, 3)
        assert (sourced.method, sourced.user, sourced.status) == ("SOURCE", "source", 200)
        assert sourced.bytes_out == len(encoder.sent)


def subclasses(kind: type) -> list[type]:
    return [sub for direct in kind.__subclasses__() for sub in (direct, *subclasses(direct))]


SAMPLES = {"str": "/live", "int": 1}


def sample_of(kind: type[DomainError]) -> DomainError:
    """One error of ``kind``, with something for each of its arguments."""
    wanted = list(signature(kind.__init__).parameters.values())[1:]
    return kind(*(SAMPLES[getattr(one.annotation, "__name__", one.annotation)] for one in wanted))


@pytest.mark.parametrize("kind", subclasses(DomainError), ids=lambda kind: kind.__name__)
def test_every_refusal_has_an_answer(kind: type[DomainError]) -> None:
    """Whatever the domain refuses, there is an answer to it."""
    answer = answer_to(sample_of(kind))
    assert 400 <= answer.status <= 503
    assert answer.text


def test_refused_is_refused() -> None:
    """Whatever kind of refusal it is, encoders know it as Icecast's."""

    class Worse(Refused):
        pass

    assert answer_to(Worse("why")) == answer_to(Refused("why"))


def test_locked_out() -> None:
    """Who is locked out is told when to come again, and is not asked for a password."""
    answer = answer_to(LockedOut(900))
    assert (answer.status, answer.retry_after, answer.challenge) == (429, 900, False)
