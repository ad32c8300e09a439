"""One push: how it logs in, what it sends, what it makes of everything that goes wrong."""

import pytest

from formats.synthetic_frames import MP3_128_BYTES
from formats.synthetic_ogg import link, vorbis_headers
from relays.targets import TAKEN, URL, Call, Studio, frames
from tinyice.config.items import Push as PushItem
from tinyice.core.pushing import PushState
from tinyice.core.relay_events import PushConnected, PushEnded, PushLost, PushRefused
from tinyice.core.tags import Tags
from tinyice.relays.target import TargetConnection

HERE = PushItem(id="hub", mount="/here", url=URL, password="secret")


def dialled(studio: Studio) -> Call:
    """The connection that is made once something is heard."""
    studio.clock.advance(0)
    return studio.net.next()


def test_a_put() -> None:
    """The head that Icecast takes, with what the encoder says, and then whole frames."""
    studio = Studio()
    push = studio.push()
    assert push.snapshot().state is PushState.IDLE
    assert not studio.net.calls
    encoder = studio.on_air()
    call = dialled(studio)
    assert (call.to.host, call.to.port, call.trusted) == ("public.example", 8000, True)
    assert push.snapshot().state is PushState.CONNECTING
    call.accept()
    assert call.head.split("\r\n") == [
        "PUT /there HTTP/1.1",
        "Host: public.example:8000",
        "Authorization: Basic c291cmNlOnNlY3JldA==",
        "User-Agent: tinyice test",
        "Content-Type: audio/mpeg",
        "ice-name: Radio Ö",
        "ice-genre: Jazz",
        "ice-public: 1",
        "ice-bitrate: 128",
        "Expect: 100-continue",
    ]
    studio.play(encoder, 0.5)
    assert call.audio == b"", "nothing goes out before the login is taken"
    call.say(TAKEN)
    studio.play(encoder, 1)
    assert call.audio
    assert len(call.audio) % MP3_128_BYTES == 0
    found = push.snapshot()
    assert (found.state, found.target, found.error) == (PushState.SENDING, URL, "")
    assert found.bytes_out == len(call.audio)
    assert studio.told(PushConnected) == [PushConnected("/here", "hub", URL, "put")]


def test_the_login_is_taken_by_a_200_too_or_by_a_100_alone() -> None:
    for words in (b"HTTP/1.0 200 OK\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"):
        studio = Studio()
        push = studio.push()
        encoder = studio.on_air()
        dialled(studio).take(words)
        studio.play(encoder, 0.3)
        assert push.snapshot().state is PushState.SENDING


def test_what_the_operator_says_counts_more() -> None:
    studio = Studio()
    studio.push(protocol="source", name="Ours\u2028Injected: x", public=False, user="dj")
    studio.on_air()
    call = dialled(studio).accept()
    assert call.head.startswith("SOURCE /there HTTP/1.0\r\n")
    assert "ice-name: Ours Injected: x\r\n" in call.head
    assert "ice-public: 0" in call.head
    assert "Expect" not in call.head
    assert "Basic ZGo6c2VjcmV0\r\n" in call.head


def test_shoutcast() -> None:
    """The password on the next port, the lines about the station after OK2, then audio."""
    studio = Studio()
    push = studio.push(url="http://public.example:8000/", protocol="shoutcast")
    encoder = studio.on_air()
    call = dialled(studio)
    assert call.to.port == 8001
    call.accept()
    assert call.heard == b"secret\r\n"
    call.say(b"OK2\r\nicy-ca")
    call.say(b"ps:11\r\n\r\n")
    studio.play(encoder, 0.3)
    assert call.heard.startswith(
        "secret\r\nicy-name:Radio Ö\r\nicy-genre:Jazz\r\nicy-pub:1\r\nicy-br:128\r\n"
        "content-type:audio/mpeg\r\n\r\n".encode()
    )
    assert len(call.audio) % MP3_128_BYTES == 0
    assert push.snapshot().state is PushState.SENDING


def test_who_logs_in_to_shoutcast() -> None:
    for told, line in (
        ({"user": "dj"}, b"dj:secret\r\n"),
        ({"url": "http://public.example:8000/there"}, b"/there:secret\r\n"),
        ({"password": "secret:#2"}, b"secret:#2\r\n"),
    ):
        studio = Studio()
        studio.push(**{"url": "http://public.example:8000", "protocol": "shoutcast", **told})
        studio.on_air()
        assert dialled(studio).accept().heard == line


REFUSALS = [
    ("put", b"HTTP/1.0 401 Authentication Required\r\n\r\n", "refuses the password (401)"),
    (
        "put",
        b"HTTP/1.0 403 Forbidden\r\n\r\n<title>Error 403</title><b>Mountpoint in use</b>",
        "has another source on that mount (403)",
    ),
    ("put", b"HTTP/1.0 403 Mountpoint in use\r\n\r\n", "has another source on that mount (403)"),
    (
        "put",
        b"HTTP/1.0 403 Forbidden\r\nContent-Length: 26\r\n\r\nContent-type not supported",
        "does not take that type of stream (403)",
    ),
    (
        "put",
        b"HTTP/1.0 403 Forbidden\r\n\r\ntoo many sources connected",
        "has as many sources as it may have (403)",
    ),
    ("put", b"HTTP/1.0 403 No\r\n\r\nonly <i>on\r\nSundays</i>", '"only on Sundays" (403)'),
    ("put", b"HTTP/1.1 302 Found\r\nLocation: http://x/\r\n\r\n", "name that address instead"),
    ("put", b"HTTP/1.1 405 Method Not Allowed\r\n\r\n", "try another protocol (405)"),
    ("source", b"HTTP/1.1 418 Teapot\r\n\r\n", "answers with an error (418)"),
    ("source", b"\x00garbage", "neither HTTP nor ICY"),
    ("source", b"HTTP/1.0 200 OK\r\nx: " + b"y" * 99999, "too long"),
    ("shoutcast", b"invalid password\r\n", "refuses the password"),
    ("shoutcast", b"Deny\r\n", 'refuses the stream: "Deny"'),
    ("shoutcast", b"HTTP/1.0 400 Bad Request\r\n", "speaks HTTP there"),
    ("shoutcast", b"", "closed before it answered"),
    ("put", b"", "closed before it answered"),
]


@pytest.mark.parametrize(("protocol", "answer", "words"), REFUSALS)
def test_refusals_are_named(protocol: str, answer: bytes, words: str) -> None:
    """Told once for each reason, however often it is tried, and without the password."""
    studio = Studio()
    push = studio.push(protocol=protocol)
    encoder = studio.on_air()
    for _ in range(3):
        call = dialled(studio).accept()
        for at in range(0, min(len(answer), 300), 7):
            call.say(answer[at : at + 7])
        call.say(answer[min(len(answer), 301) :][:20000])
        call.hang_up()
        found = push.snapshot()
        assert found.state is PushState.WAITING
        assert words in found.error
        studio.play(encoder, 5)
    (told,) = studio.told(PushRefused)
    assert words in told.reason
    assert "secret" not in str(studio.events)
    assert "secret" not in repr(push.settings)


def test_a_refusal_after_the_100() -> None:
    """Some say 100 before they have looked at the login."""
    studio = Studio()
    push = studio.push()
    encoder = studio.on_air()
    call = dialled(studio).take(b"HTTP/1.1 100 Continue\r\n\r\n")
    studio.play(encoder, 0.2)
    call.say(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
    assert not call.is_open
    assert "refuses the password" in push.snapshot().error


def test_who_does_not_answer_is_given_up() -> None:
    for beginning in (b"", b"HTTP/1.0 2", b"HTTP/1.0 403 Forbidden\r\n\r\n<html>"):
        studio = Studio()
        push = studio.push()
        encoder = studio.on_air()
        call = dialled(studio).accept()
        call.say(beginning)
        studio.play(encoder, 19)
        assert call.is_open
        studio.play(encoder, 2)
        assert not call.is_open
        expected = "(403)" if b"403" in beginning else "did not answer in time"
        assert expected in push.snapshot().error


def test_the_pauses_grow_and_are_shortened_by_chance() -> None:
    studio = Studio()
    push = studio.push()
    encoder = studio.on_air()
    pauses = []
    for chance in (1, 1, 1, 1, 1, 1, 1, 1, 0):
        studio.chance = chance
        dialled(studio).refuse()
        pause = push.snapshot().next_try_s
        assert pause is not None
        pauses.append(round(pause))
        studio.play(encoder, pause + 0.1)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 30]


def test_a_connection_that_is_lost_is_made_again() -> None:
    """At once nearly, when it was a good one; the mount never notices."""
    studio = Studio()
    push = studio.push()
    encoder = studio.on_air()
    call = studio.taken(encoder)
    studio.play(encoder, 61)
    call.hang_up()
    (lost,) = studio.told(PushLost)
    assert (lost.reason, round(lost.seconds)) == ("closed the connection", 61)
    assert push.snapshot().state is PushState.WAITING
    sent = push.snapshot().bytes_out
    studio.play(encoder, 1.1)
    again = studio.net.next().take()
    studio.play(encoder, 1)
    assert len(again.audio) % MP3_128_BYTES == 0
    assert push.snapshot().bytes_out == sent + len(again.audio)
    assert not encoder.closed


def test_off_air_it_ends_and_comes_back() -> None:
    studio = Studio()
    push = studio.push()
    encoder = studio.on_air()
    call = studio.taken(encoder)
    encoder.end()
    assert not call.is_open
    assert push.snapshot().state is PushState.IDLE
    (ended,) = studio.told(PushEnded)
    assert (ended.reason, studio.told(PushLost)) == ("the mount is off air", [])
    studio.pass_time(120)
    assert not studio.net.new
    encoder = studio.on_air()
    studio.taken(encoder)
    assert push.snapshot().state is PushState.SENDING


def test_off_air_nothing_is_tried() -> None:
    """A source that ends while the push waits, or while it connects."""
    studio = Studio()
    push = studio.push()
    encoder = studio.on_air()
    dialled(studio).refuse()
    encoder.end()
    studio.pass_time(120)
    assert not studio.net.new
    encoder = studio.on_air()
    call = dialled(studio)
    encoder.end()
    assert not call.is_open
    assert push.snapshot().state is PushState.IDLE


def test_who_takes_nothing_is_left() -> None:
    """What waits for him stays bounded, and the mount goes on."""
    studio = Studio()
    push = studio.push()
    encoder = studio.on_air()
    call = studio.taken(encoder)
    assert call.wire is not None
    call.wire.takes_all = False
    studio.play(encoder, 10)
    assert call.is_open
    assert push.snapshot().left_out == 0
    studio.play(encoder, 12)
    assert not call.is_open
    assert studio.told(PushLost)[0].reason == "has taken nothing for 15 s"
    assert push.snapshot().left_out > 0


def test_who_is_slow_misses_whole_units() -> None:
    """And is connected to anew after a minute in which he never had all."""
    studio = Studio()
    push = studio.push()
    encoder = studio.on_air()
    call = studio.taken(encoder)
    wire = call.wire
    assert wire is not None
    wire.takes_all = False
    for _ in range(6):
        studio.play(encoder, 9, filling=b"\x66")
        encoder.send(frames(40))
        wire.take()
    assert len(call.audio) % MP3_128_BYTES == 0
    assert push.snapshot().left_out > 500_000
    assert call.is_open
    studio.play(encoder, 12)
    assert not call.is_open
    assert studio.told(PushLost)[0].reason == "was too slow for 60 s"


def test_ogg_begins_with_its_headers_and_goes_on_with_the_next_link() -> None:
    studio = Studio()
    push = studio.push()
    encoder = studio.on_air(content_type="application/ogg")
    first = link(vorbis_headers({"title": "One"}), 1, pages=20)
    encoder.send(first[: len(first) // 2])
    call = dialled(studio).take()
    encoder.send(first[len(first) // 2 :])
    head = first[: first.index(b"OggS", first.index(b"OggS", 4) + 4)]
    assert call.audio.startswith(head[:100])
    assert first.endswith(call.audio[-200:])
    second = link(vorbis_headers({"title": "Two"}), 2, pages=4)
    encoder.send(second)
    assert call.audio.endswith(second)
    assert push.snapshot().state is PushState.SENDING


def test_shoutcast_takes_no_ogg() -> None:
    studio = Studio()
    push = studio.push(url="http://public.example:8000/", protocol="shoutcast")
    encoder = studio.on_air(content_type="application/ogg")
    encoder.send(link(vorbis_headers({}), 1, pages=4))
    studio.clock.advance(0)
    assert not studio.net.calls
    assert "MP3 and AAC only" in push.snapshot().error


def test_another_format_needs_another_connection() -> None:
    studio = Studio()
    studio.push()
    encoder = studio.on_air()
    call = studio.taken(encoder)
    encoder.end()
    other = studio.on_air(content_type="application/ogg")
    other.send(link(vorbis_headers({}), 1, pages=4))
    assert not call.is_open
    assert "Content-Type: application/ogg" in dialled(studio).accept().head


def test_titles_are_told_as_encoders_tell_them() -> None:
    """One at a time, the newest; Icecast knows the mount only a while after its source."""
    studio = Studio()
    push = studio.push()
    encoder = studio.on_air()
    encoder.mount.set_tags(Tags("Ä & B", "Title?"), "admin")
    studio.taken(encoder)
    assert not studio.net.new
    studio.play(encoder, 1)
    asked = studio.net.next().accept()
    song = "song=%C3%84%20%26%20B%20-%20Title%3F"
    asking = f"mode=updinfo&{song}&mount=%2Fthere&charset=UTF-8"
    assert (asked.to.port, asked.head.split("\r\n")) == (
        8000,
        [
            f"GET /admin/metadata?{asking} HTTP/1.0",
            "Host: public.example:8000",
            "Authorization: Basic c291cmNlOnNlY3JldA==",
            "User-Agent: tinyice test",
            "Connection: close",
        ],
    )
    encoder.mount.set_tags(Tags("", "Two"), "admin")
    encoder.mount.set_tags(Tags("", "Three"), "admin")
    assert not studio.net.new
    asked.say(b"HTTP/1.0 200 OK\r\n\r\n<iceresponse><return>1</return></iceresponse>")
    asked.hang_up()
    newest = studio.net.next().accept()
    assert "song=Three&" in newest.head
    newest.say(b"HTTP/1.0 200 OK\r\n\r\n<iceresponse><return>0</return></iceresponse>")
    newest.hang_up()
    assert push.snapshot().titles_error == "titles are not taken for that mount"
    studio.play(encoder, 2.1)
    again = studio.net.next().accept()
    assert "song=Three&" in again.head
    again.say(b"HTTP/1.0 200 OK\r\n\r\n")
    again.hang_up()
    assert push.snapshot().titles_error == ""
    studio.play(encoder, 30)
    assert not studio.net.new


def test_titles_of_shoutcast() -> None:
    """On the listeners' port, with the password in the address, which nobody is shown."""
    studio = Studio()
    push = studio.push(url="http://public.example:8000/", protocol="shoutcast")
    encoder = studio.on_air()
    dialled(studio).take(b"OK2\r\nicy-caps:11\r\n\r\n")
    encoder.mount.set_tags(Tags("", "One"), "admin")
    studio.play(encoder, 1.2)
    asked = studio.net.next().accept()
    assert asked.to.port == 8000
    assert asked.head.startswith("GET /admin.cgi?mode=updinfo&song=One&pass=secret HTTP/1.0\r\n")
    asked.say(b"HTTP/1.0 401 No\r\n\r\n")
    asked.hang_up()
    assert "401" in push.snapshot().titles_error
    assert "secret" not in push.snapshot().titles_error


def test_titles_of_ogg_are_in_the_stream() -> None:
    studio = Studio()
    studio.push()
    encoder = studio.on_air(content_type="application/ogg")
    encoder.send(link(vorbis_headers({"title": "One"}), 1, pages=4))
    dialled(studio).take()
    studio.pass_time(5)
    assert not studio.net.new


def test_changes_touch_only_what_changed() -> None:
    studio = Studio()
    other = PushItem(id="other", mount="/here", url="http://other.example/x", password="y")
    studio.apply(HERE, other)
    encoder = studio.on_air()
    studio.clock.advance(0)
    first, second = studio.net.next().take(), studio.net.next().take()
    studio.play(encoder, 1)
    changed = PushItem(id="hub", mount="/here", url="http://public.example/new", password="z")
    studio.apply(changed, other)
    assert (first.is_open, second.is_open) == (False, True)
    studio.play(encoder, 0.2)
    third = studio.net.next().take()
    assert "PUT /new HTTP" in third.head
    studio.apply(changed)
    assert (second.is_open, third.is_open) == (False, True)
    assert [one.reason for one in studio.told(PushEnded)] == [
        "it was changed",
        "it was switched off",
    ]
    studio.pushes.stop()
    assert not third.is_open
    assert not encoder.mount.air.taps


def test_an_address_that_can_not_be() -> None:
    studio = Studio()
    push = studio.push(url="http://[::1/there")
    encoder = studio.on_air()
    studio.play(encoder, 2)
    assert not studio.net.calls
    assert push.snapshot().error == "the address is malformed"


def test_hundreds_of_flaps_leave_nothing_behind() -> None:
    """Of source and target: as many timers, taps and connections as at first."""
    studio = Studio()
    push = studio.push()
    encoder = studio.on_air()
    before = 0
    for flap in range(150):
        call = _stream(studio)
        encoder.mount.set_tags(Tags("", f"Title {flap}"), "admin")
        if flap % 3 == 0:
            studio.play(encoder, 61)
        encoder.mount.set_tags(Tags("", f"Another title {flap}"), "admin")
        if flap % 3 == 2:
            encoder.end()
            encoder = studio.on_air()
        else:
            call.hang_up()
            studio.play(encoder, 4.2)
        if flap == 10:
            before = len(studio.clock.getDelayedCalls())
    assert len(studio.clock.getDelayedCalls()) <= before + 1
    assert encoder.mount.air.taps == [push]
    assert sum(call.is_open for call in studio.net.calls) <= 1


def _stream(studio: Studio) -> Call:
    """The one open connection for the stream, taken; those for titles are refused."""
    studio.clock.advance(0)
    calls = [call for call in studio.net.new if call.is_open]
    studio.net.new.clear()
    (stream,) = [call for call in calls if isinstance(call.protocol, TargetConnection)]
    for call in calls:
        if call is not stream:
            call.refuse()
    return stream.take()
