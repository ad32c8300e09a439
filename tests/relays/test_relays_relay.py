"""One relay: what it asks, whom it tries next, what its listeners hear meanwhile."""

import pytest
from twisted.internet.error import ConnectionLost

from core.fakes import Player
from formats.synthetic_frames import mpeg_frame
from relays.upstreams import BEST, OK, SECOND, THIRD, Call, Station, frames, upstream, whole_frames
from tinyice.core.errors import MountAwaited, MountIdle
from tinyice.core.events import SourceConnected, TagsChanged
from tinyice.core.relay_events import RelayConnected, RelayLost, RelayRefused, RelayUpstreamChanged
from tinyice.core.relaying import RelayState
from tinyice.core.settings import MountSettings
from tinyice.relays.relay import Relay
from tinyice.relays.settings import RelaySettings


def test_what_is_asked() -> None:
    """A request that Icecast and Shoutcast understand, and that tells circles."""
    station = Station()
    settings = RelaySettings("/r", (upstream("http://hub.example:8000/a?x=1", password="pä:ss"),))
    relay = Relay(settings, station.world)
    relay.start()
    call = station.net.next().accept()
    assert call.asked == (
        "GET /a?x=1 HTTP/1.0\r\nHost: hub.example:8000\r\nUser-Agent: tinyice test\r\n"
        "Accept: */*\r\nIcy-MetaData: 1\r\nVia: 1.0 here (/r)\r\nConnection: close\r\n"
        "Authorization: Basic c291cmNlOnDDpDpzcw==\r\n\r\n"
    )
    assert call.trusted


@pytest.mark.parametrize("way", ["1.0 hub (/x)", "1.0 far (/x), 1.0 hub (/x), 1.1 theirs"])
def test_a_stream_that_comes_from_who_relays_us_is_a_circle(way: str) -> None:
    """They began when there was no circle yet, and could not see it."""
    station = Station()
    station.relay()
    station.net.next().stream()
    station.listen(via="1.1 proxy")
    station.listen(via="1.0 hub (/x), 1.1 ours")
    station.net.calls[0].hang_up()
    station.pass_time(5)
    station.net.next().accept().say(OK + f"Via: {way}\r\n\r\n".encode() + frames(1))
    assert "in a circle" in station.relays[0].snapshot().error
    station.pass_time(5)
    station.net.next().stream(b"Via: 1.0 hub (/y), 1.1 proxy2\r\n")
    assert station.relays[0].snapshot().state is RelayState.ON_AIR


def test_what_comes_is_heard() -> None:
    """From the first whole frame on, with what the upstream says of its programme."""
    station = Station()
    relay = station.relay()
    assert relay.snapshot().state is RelayState.CONNECTING
    call = station.net.next().accept()
    call.say(OK + b"icy-name: Hub\r\nicy-genre: Jazz\r\nServer: Icecast 2.4.4\r\n\r\n")
    assert station.mounts.find("/r") is None
    call.say(b"half a frame" + frames(1))
    mount = station.mounts.known("/r")
    assert mount.source is not None
    assert (mount.source.kind, mount.source.client.address) == ("relay", "192.0.2.80")
    assert (mount.source.station.name, mount.source.station.genre) == ("Hub", "Jazz")
    assert mount.source.client.agent == "Icecast 2.4.4"
    _, player = station.listen()
    station.play(call, 1)
    assert len(whole_frames(bytes(player.got))) >= 30
    found = relay.snapshot()
    assert (found.state, found.upstream, found.error) == (RelayState.ON_AIR, BEST, "")
    assert found.bytes_in > 0
    assert station.told(RelayConnected) == [RelayConnected("/r", BEST, "audio/mpeg")]
    assert len(station.told(SourceConnected)) == 1


def test_titles_are_taken_out_of_the_stream_and_carried_on() -> None:
    station = Station()
    station.relay()
    call = station.net.next().accept()
    title = b"StreamTitle='Artist - T\xc3\xaftle';StreamUrl='http://x/';"
    block = bytes((len(title) // 16 + 1,)) + title.ljust((len(title) // 16 + 1) * 16, b"\0")
    audio = frames(1)
    call.say(OK + b"icy-metaint: 1000\r\n\r\n" + audio[:1000] + block + audio[1000:2000] + b"\0")
    mount = station.mounts.known("/r")
    assert (mount.tags.title, mount.tags.url) == ("Artist - Tïtle", "http://x/")
    _, player = station.listen()
    call.say(audio[2000:3000] + b"\0" + audio[3000:4000] + b"\0" + audio[4000:5000])
    station.mounts.deliver()
    assert audio.startswith(bytes(player.got))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.0 404 File Not Found\r\n\r\n", "has no such stream now (404)"),
        (b"HTTP/1.1 401 Authentication Required\r\n\r\n", "refuses the login"),
        (b"ICY 403 Forbidden\r\n\r\n", "refuses us (403)"),
        (b"HTTP/1.0 418 Teapot\r\n\r\n", "answers with an error (418)"),
        (b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>", "answers with a page"),
        (b"HTTP/1.0 200 OK\r\nContent-Type: audio/x-mpegurl\r\n\r\n", "answers with a playlist"),
        (b"HTTP/1.0 200 OK\r\nVia: 1.0 x, 1.0 here (/r)\r\n\r\n", "in a circle"),
        (b"HTTP/1.0 200 OK\r\nTransfer-Encoding: br\r\n\r\n", "transfer encoding"),
        (b"\x00\x01garbage", "neither HTTP nor ICY"),
        (b"HTTP/1.0 200 OK\r\nx: " + b"y" * 1_000_000, "too long"),
        (OK + b"\r\n" + b"\x00" * 600_000, "no audio that is understood"),
        (OK + b"Content-Length: 8\r\n\r\n" + b"\x00" * 8, "ended the stream"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", "chunk size is malformed"),
    ],
)
def test_what_is_no_stream(answer: bytes, words: str) -> None:
    """It never reaches the mount, the connection ends, and the reason is told once."""
    station = Station()
    relay = station.relay()
    for _ in range(3):
        call = station.net.next().accept()
        call.say(answer)
        assert not call.is_open
        found = relay.snapshot()
        assert found.state is RelayState.WAITING
        assert words in found.error
        station.pass_time(5)
    (told,) = station.told(RelayRefused)
    assert isinstance(told, RelayRefused)
    assert words in told.reason
    assert station.mounts.find("/r") is None


def test_who_does_not_answer_is_given_up() -> None:
    """Who accepts and says nothing, who begins an answer, who sends 200 and nothing after it."""
    for beginning in (b"", b"HTTP/1.0 200", OK + b"\r\n", OK + b"\r\n" + b"\xff\xfb"):
        station = Station()
        relay = station.relay()
        call = station.net.next().accept()
        call.say(beginning)
        station.pass_time(22)
        assert not call.is_open, beginning
        assert "time" in relay.snapshot().error or "brought nothing" in relay.snapshot().error


def test_who_drips_is_given_up() -> None:
    """A byte now and then is no stream, if no audio comes of it."""
    station = Station()
    relay = station.relay()
    call = station.net.next().accept()
    call.say(OK + b"\r\n")
    station.pass_time(9, lambda: call.say(b"\0"))
    assert not call.is_open
    assert "no audio" in relay.snapshot().error


def test_the_waits_grow_up_to_a_minute_and_forget_it_after_a_good_one() -> None:
    """By chance they are shorter, so that not all come back at once."""
    station = Station()
    relay = station.relay()
    waits = []
    for _ in range(9):
        station.net.next().refuse("no connection")
        waits.append(relay.snapshot().next_try_s)
        station.pass_time((waits[-1] or 0) + 0.2)
    assert waits == pytest.approx([1, 2, 4, 8, 16, 32, 60, 60, 60])
    call = station.net.next().stream()
    station.play(call, 61)
    call.hang_up()
    assert relay.snapshot().next_try_s == pytest.approx(1)
    station.chance = 0.0
    station.pass_time(1.1)
    station.net.next().refuse()
    assert relay.snapshot().next_try_s == pytest.approx(1)


def test_a_short_loss_is_heard_as_silence() -> None:
    """Listeners stay, and hear the new session from where the lost one ended."""
    station = Station()
    relay = station.relay()
    call = station.net.next().stream(seconds=1)
    _, player = station.listen()
    station.play(call, 2, b"\x01")
    call.hang_up(ConnectionLost())
    before = len(player.got)
    assert relay.snapshot().state is RelayState.WAITING
    station.pass_time(1.1)
    again = station.net.next()
    # the burst of four seconds was heard already, for the most part
    again.stream(seconds=4)
    station.play(again, 3, b"\x02")
    assert not player.finished
    assert relay.snapshot().state is RelayState.ON_AIR
    after = whole_frames(bytes(player.got[before:]))
    old = [frame for frame in after if frame[4:] != b"\x02" * 413]
    assert len(old) < 2 * 38.3, "at most what was missed"
    assert len(after) > 3 * 37
    assert len(station.told(RelayConnected)) == 2
    (lost,) = station.told(RelayLost)
    assert isinstance(lost, RelayLost)
    assert (lost.reason, lost.upstream) == ("closed the connection", BEST)


def test_over_a_short_loss_the_title_stays() -> None:
    """Nobody is told of none in between, whether the new session knows it at once or not."""
    for knows in (True, False):
        station = Station()
        station.relay()
        title = b"\x02" + b"StreamTitle='Title';".ljust(32, b"\0")
        head, audio = OK + b"icy-metaint: 1000\r\n\r\n", frames(2)
        first = station.net.next().accept()
        first.say(head + audio[:1000] + title + audio[1000:2000] + b"\0" + audio[2000:3000])
        station.listen()
        first.hang_up(ConnectionLost())
        station.pass_time(1.1)
        again = station.net.next().accept()
        again.say(head + audio[:1000] + (title if knows else b"\0") + audio[1000:2000] + b"\0")
        station.pass_time(1)
        again.say(audio[2000:3000] + b"\0" + audio[3000:4000] + b"\0")
        assert len(station.told(RelayConnected)) == 2
        (changed,) = station.told(TagsChanged)
        assert isinstance(changed, TagsChanged)
        assert changed.tags.title == "Title"


def test_a_long_loss_lets_listeners_go() -> None:
    """As long as a silent encoder would keep them."""
    station = Station()
    station.relay()
    call = station.net.next().stream()
    _, player = station.listen()
    station.play(call, 1)
    call.hang_up()
    for _ in range(14):
        station.pass_time(1)
        if station.net.new:
            station.net.next().refuse()
    assert player.finished
    assert station.mounts.known("/r").source is None
    later = station.net.next() if station.net.new else None
    while later is None:
        station.pass_time(1)
        later = station.net.next() if station.net.new else None
    later.stream()
    assert station.mounts.known("/r").source is not None


def test_the_next_upstream_is_tried_at_once() -> None:
    station = Station()
    relay = station.relay(BEST, SECOND, THIRD)
    station.net.next().refuse("no connection to best.example")
    station.net.next().accept().say(b"HTTP/1.0 404 Not Found\r\n\r\n")
    station.net.next().stream()
    assert relay.snapshot().upstream == THIRD
    assert [call.to.host for call in station.net.calls] == [
        "best.example",
        "second.example",
        "third.example",
    ]
    assert len(station.told(RelayRefused)) == 2


def heard_over(station: Station, player: Player, call: Call) -> list[bytes]:
    """What the player gets of ``call`` from now on."""
    before = len(player.got)
    station.play(call, 2, b"\x02")
    return whole_frames(bytes(player.got[before:]))


def test_a_loss_leads_to_the_next_upstream_within_a_second() -> None:
    station = Station()
    relay = station.relay(BEST, SECOND)
    call = station.net.next().stream(seconds=1)
    _, player = station.listen()
    station.play(call, 5)
    call.hang_up()
    second = station.net.next().stream(seconds=0)
    station.play(second, 0.7, b"\x02")
    assert relay.snapshot().upstream == SECOND
    assert len(heard_over(station, player, second)) >= 70
    assert not player.finished
    assert station.told(RelayUpstreamChanged) == [RelayUpstreamChanged("/r", SECOND, BEST)]


def test_the_better_upstream_is_looked_for_and_taken_without_a_gap() -> None:
    """Beside the one that plays; its burst, which is old by then, is not heard."""
    station = Station()
    relay = station.relay(BEST, SECOND)
    station.net.next().refuse()
    second = station.net.next().stream(seconds=1)
    _, player = station.listen()
    station.play(second, 29)
    assert not station.net.new
    station.play(second, 1.2)
    station.net.next().refuse()
    assert relay.snapshot().upstream == SECOND
    assert not player.finished
    station.play(second, 31)
    best = station.net.next().stream(seconds=4)
    before = len(player.got)
    for _ in range(25):
        second.play(0.1, b"\x01")
        best.play(0.1, b"\x02")
        station.pass_time(0.1)
    assert relay.snapshot().upstream == BEST
    assert not second.is_open
    got = whole_frames(bytes(player.got[before:]))
    assert not any(frame == mpeg_frame() for frame in got), "the burst is old"
    fillings = [frame[-1] for frame in got]
    assert fillings == sorted(fillings), "one after the other"
    assert set(fillings) == {1, 2}
    assert station.told(RelayUpstreamChanged) == [RelayUpstreamChanged("/r", BEST, SECOND)]
    assert len(station.told(RelayLost)) == 0


def test_an_upstream_that_comes_and_goes_is_looked_for_less_and_less() -> None:
    station = Station()
    relay = station.relay(BEST, SECOND)
    station.net.next().refuse()
    second = station.net.next().stream(seconds=1)
    station.play(second, 30.2)
    best = station.net.next().stream()
    station.play(best, 3)
    assert relay.snapshot().upstream == BEST
    best.hang_up()
    second = station.net.next().stream()
    station.play(second, 59)
    assert not station.net.new
    station.play(second, 2)
    assert station.net.new


def test_who_hangs_is_not_waited_for_while_another_one_would_answer() -> None:
    """A loss leads back to the one that was lost, where the better one is known to be down."""
    station = Station()
    relay = station.relay(BEST, SECOND)
    station.net.next().refuse()
    second = station.net.next().stream(seconds=1)
    station.play(second, 25)
    _, player = station.listen()
    station.play(second, 5.2)
    station.net.next().refuse()
    station.play(second, 30.2)
    hanging = station.net.next().accept()
    second.hang_up()
    assert not hanging.is_open
    station.pass_time(1.1)
    again = station.net.next()
    assert again.to.host == "second.example"
    again.stream(seconds=1)
    station.play(again, 1)
    assert relay.snapshot().state is RelayState.ON_AIR
    assert not player.finished


def test_an_upstream_that_is_lost_at_once_lets_the_others_have_their_turn() -> None:
    """One that is down comes before one that never lasts."""
    station = Station()
    station.relay(BEST, SECOND)
    station.net.next().refuse()
    second = station.net.next().stream()
    station.play(second, 3)
    second.hang_up()
    station.pass_time(2.1)
    assert station.net.next().to.host == "best.example"


def test_the_mount_may_end_it() -> None:
    """An operator throws it out: it is gone at once, and comes back after a pause."""
    station = Station()
    relay = station.relay(BEST, SECOND)
    call = station.net.next().stream()
    station.mounts.kick_source("/r")
    assert not call.is_open
    assert station.mounts.find("/r") is None
    assert (relay.snapshot().state, relay.snapshot().error) == (
        RelayState.WAITING,
        "ended by an operator",
    )
    assert not station.net.new
    station.pass_time(1.1)
    assert station.net.next().to.host == "best.example"


def test_a_mount_that_is_switched_off_gets_nothing() -> None:
    station = Station(r=MountSettings("/r", disabled=True, configured=True))
    relay = station.relay()
    call = station.net.next().stream()
    assert not call.is_open
    assert "disabled" in relay.snapshot().error
    assert len(station.told(RelayRefused)) == 1
    station.settings["/r"] = MountSettings("/r", configured=True)
    relay.hurry()
    station.net.next().stream()
    assert relay.snapshot().state is RelayState.ON_AIR


def test_stopping_ends_everything() -> None:
    station = Station()
    relay = station.relay(BEST, SECOND)
    call = station.net.next().stream()
    relay.stop("the relay was removed")
    assert not call.is_open
    assert station.mounts.find("/r") is None
    call.say(frames(1))
    station.pass_time(100)
    assert len(station.net.calls) == 1
    assert not station.clock.getDelayedCalls()


def test_stopping_while_it_connects() -> None:
    station = Station()
    relay = station.relay()
    call = station.net.next()
    relay.stop("the relay was removed")
    assert not call.is_open
    assert not station.clock.getDelayedCalls()


def test_an_upstream_ahead_of_time_is_not_read_for_a_while() -> None:
    station = Station()
    station.relay()
    call = station.net.next().stream(seconds=20)
    assert call.wire is not None
    assert call.wire.is_paused
    station.pass_time(9)
    assert call.is_open, "who may not send is not silent"
    station.pass_time(2)
    assert not call.wire.is_paused


def test_on_demand() -> None:
    """It connects for the first listener and leaves a while after the last."""
    station = Station(r=MountSettings("/r", configured=True))
    relay = station.relay(on_demand=True, linger_s=5)

    class Demand:
        def serves(self, path: str) -> bool:
            return path == "/r"

        def wanted(self, _mount: object) -> bool:
            return relay.demand()

        def unwanted(self, _mount: object) -> None:
            pass

    station.mounts.demand = Demand()
    assert relay.snapshot().state is RelayState.IDLE
    assert not station.net.calls
    with pytest.raises(MountAwaited):
        station.listen()
    told: list[str] = []
    station.mounts.ask_for("/r", lambda: told.append("now"))
    call = station.net.next().stream()
    assert told == ["now"]
    listener, _ = station.listen()
    station.play(call, 20)
    assert call.is_open
    station.mounts.leave(station.mounts.known("/r"), listener)
    station.play(call, 4)
    assert call.is_open
    station.play(call, 2)
    assert not call.is_open
    assert relay.snapshot().state is RelayState.IDLE
    station.mounts.ask_for("/r", lambda: told.append("again"))
    station.net.next().refuse()
    with pytest.raises(MountIdle):
        station.mounts.ask_for("/r", lambda: told.append("never"))
    assert told == ["now"], "nothing will come soon"
