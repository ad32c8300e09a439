"""The Shoutcast port: its dialogue as a table, in every split, and over time."""

from dataclasses import dataclass

import pytest

from net.net_station import MemoryStation, cuts, play, role_of
from tinyice.core.events import AuthFailed, RequestFinished, RequestRefused

OK2 = b"OK2\r\nicy-caps:11\r\n\r\n"
INVALID = b"invalid password\r\n"
STATION = b"icy-name:Low Tide\r\nicy-br:96\r\ncontent-type:application/x-any\r\n\r\n"
AUDIO = b"twenty bytes of audio"
ON_AIR = ("mount.source.connected",)
FAILED = ("auth.failed",)


@dataclass(frozen=True)
class Talk:
    """What comes in on the Shoutcast port, and what becomes of it."""

    name: str
    words: bytes
    answer: bytes
    role: str
    told: tuple[str, ...] = ()
    recorded: tuple[tuple[str, bytes], ...] = ()
    busy: bool = False


def on_air(name: str, words: bytes, mount: str = "/live") -> Talk:
    return Talk(name, words + AUDIO, OK2, "source", ON_AIR, ((mount, AUDIO),))


TABLE = [
    on_air("password", b"hackme\r\n" + STATION),
    on_air("bare line feeds", b"hackme\n" + STATION.replace(b"\r", b"")),
    on_air("user and password", b"source:hackme\r\n" + STATION),
    on_air("mount and password", b"/other:hackme\r\n" + STATION, "/other"),
    on_air("stream id", b"hackme:#1\r\n" + STATION),
    on_air("no station lines", b"hackme\r\n\r\n"),
    Talk("before the station lines", b"hackme\r\nicy-name:x\r\n", OK2, "shoutcast"),
    Talk("wrong password", b"wrong\r\n" + STATION + AUDIO, INVALID, "closed", FAILED),
    Talk("empty password", b"\r\n" + STATION, INVALID, "closed", FAILED),
    Talk("wrong for a user", b"anna:wrong\r\n", INVALID, "closed", FAILED),
    Talk("probe of libshout", b"!POKE\r\n", b"", "closed"),
    Talk(
        "busy mount",
        b"hackme\r\n" + STATION + AUDIO,
        OK2,
        "closed",
        ("mount.source.refused",),
        busy=True,
    ),
    Talk(
        "disabled mount",
        b"/off:hackme\r\n" + STATION + AUDIO,
        OK2,
        "closed",
        ("mount.source.refused",),
    ),
    Talk("reserved path", b"/admin:hackme\r\n" + STATION, OK2, "closed", ("mount.source.refused",)),
    Talk("path upwards", b"/../x:hackme\r\n", b"", "closed", ("request.refused",)),
    Talk("long password", b"a" * 1100, b"", "closed", ("request.refused",)),
]


@pytest.mark.parametrize("talk", TABLE, ids=lambda talk: talk.name)
def test_dialogue(talk: Talk) -> None:
    """The dialogue has the answer and the outcome of the table, however it is cut."""

    def station() -> MemoryStation:
        made = MemoryStation()
        if talk.busy:
            made.source()
        return made

    for pieces in cuts(talk.words):
        found = play(station(), pieces, shoutcast=True)
        assert found.answer == talk.answer, pieces
        assert found.role == talk.role, pieces
        assert tuple(found.told) == talk.told, pieces
        assert tuple(found.recorded.items()) == talk.recorded, pieces


def test_endless_station_lines() -> None:
    """A login that never ends is closed, and its sender never on air."""
    words = b"hackme\r\n" + b"icy-name:aaaaaaaaaaaaa\r\n" * 50
    for pieces in cuts(words):
        found = play(MemoryStation(), pieces, shoutcast=True)
        assert found.role == "closed"
        assert found.told == ["request.refused"]


HTTP = [
    (b"GET / HTTP/1.0\r\n\r\n", b"a page", "closed"),
    (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 2, b"a page", "door"),
    (b"GET /idle HTTP/1.0\r\n\r\n", b"Mount unavailable", "closed"),
    (b"SOURCE /live HTTP/1.0\r\n\r\n", b" 401 ", "closed"),
    (b"GET /x y HTTP/1.0\r\n\r\n", b" 404 ", "closed"),
    (b"OPTIONS * HTTP/1.1\r\n\r\n", b" 204 ", "door"),
]


@pytest.mark.parametrize(("request_", "answer", "role"), HTTP)
def test_http(request_: bytes, answer: bytes, role: str) -> None:
    """HTTP on this port is answered as on the other one, however it is cut."""
    for pieces in cuts(request_):
        found = play(MemoryStation(), pieces, shoutcast=True)
        assert answer in found.answer
        assert found.role == role


def test_waits_for_ok2() -> None:
    """OK2 comes right after the password: some encoders say nothing more before it."""
    station = MemoryStation()
    encoder = station.connect(shoutcast=True)
    assert station.say(encoder, b"hackme\r\n") == OK2
    assert station.say(encoder, STATION) == b""
    assert role_of(encoder) == "source"
    source = station.mounts.known("/live").source
    assert (source.station.name, source.station.bitrate) == ("Low Tide", "96")


def test_access_log() -> None:
    """A session is one line of the access log."""
    station = MemoryStation()
    encoder = station.connect(shoutcast=True)
    station.say(encoder, b"dj:hackme\r\n" + STATION)
    station.clock.advance(5)
    encoder.hang_up()
    (done,) = station.told(RequestFinished)
    assert (done.method, done.target, done.protocol) == ("SOURCE", "/live", "ICY/1.0")
    assert (done.user, done.seconds) == ("dj", 5)


class TestDecision:
    def test_everything_at_once(self) -> None:
        """Lines and audio that came with the password wait for the decision."""
        station = MemoryStation()
        station.passwords.hold()
        encoder = station.connect(shoutcast=True)
        assert station.say(encoder, b"hackme\r\n" + STATION + AUDIO) == b""
        assert not encoder.is_reading
        station.say(encoder, b" and more")
        station.passwords.decide()
        station.settle()
        assert encoder.sent == OK2
        assert station.recorded["/live"] == AUDIO + b" and more"

    def test_peer_leaves(self) -> None:
        """Who leaves meanwhile leaves no trace."""
        station = MemoryStation()
        station.passwords.hold()
        encoder = station.connect(shoutcast=True)
        station.say(encoder, b"hackme\r\n" + STATION)
        encoder.abortConnection()
        station.settle()
        assert station.passwords.waiting[0].called
        assert station.traces == (0, 0, 0)
        assert encoder.sent == b""

    def test_overloaded(self) -> None:
        """Too many logins at once: closed, and no failure of anyone."""
        station = MemoryStation()
        station.passwords.overloaded = True
        found = play(station, [b"hackme\r\n"], shoutcast=True)
        assert (found.answer, found.role) == (b"", "closed")
        assert station.told(AuthFailed) == []


class TestDeadlines:
    @pytest.mark.parametrize("words", [b"", b"hack", b"hackme\r\nicy-name:x\r\n"])
    def test_slow(self, words: bytes) -> None:
        """The whole dialogue has the time of a head."""
        station = MemoryStation()
        encoder = station.connect(shoutcast=True)
        station.say(encoder, words)
        station.pass_time(14)
        assert encoder.is_open
        station.pass_time(1)
        assert not encoder.is_open
        assert len(station.told(RequestRefused)) == 1
        assert station.traces == (0, 0, 0)

    def test_slow_http(self) -> None:
        """So has a request head on this port."""
        station = MemoryStation()
        peer = station.connect(shoutcast=True)
        station.say(peer, b"GET / HTTP/1.0\r\n")
        station.pass_time(20)
        assert b" 408 " in peer.sent
        assert not peer.is_open
        assert station.traces == (0, 0, 0)
