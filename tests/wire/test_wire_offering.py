"""What other servers are told of a stream: heads that nothing can break out of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.wire.head import HeadParser
from tinyice.wire.offering import (
    Address,
    Offer,
    icecast_head,
    shoutcast_lines,
    shoutcast_password,
)
from tinyice.wire.shoutcast import PasswordLine, ShoutcastLogin, StationLines
from tinyice.wire.station import StationFields, station_fields

WORDS = st.text(max_size=40)
THERE = Address("radio.example:8000", "/live", "source", b"hackme")
FIELDS = StationFields(
    name="Radio Ö",
    description="Slow",
    genre="Jazz",
    url="https://radio.example/",
    bitrate="128",
    audio_info="ice-samplerate=44100;ice-channels=2",
)


def offer(station: StationFields = FIELDS, content_type: str = "audio/mpeg") -> Offer:
    return Offer(content_type, station, public=True, agent="tinyice")


@pytest.mark.parametrize("method", ["PUT", "SOURCE"])
def test_our_own_server_reads_it(method: str) -> None:
    """What goes out is what comes in on the other side."""
    head = HeadParser(8192, 100).receive(icecast_head(method, THERE, offer()))
    assert head is not None
    assert (head.method, head.target) == (method, b"/live")
    found = station_fields(head.headers)
    assert (found.name, found.description, found.genre) == ("Radio Ö", "Slow", "Jazz")
    assert (found.url, found.public, found.bitrate) == ("https://radio.example/", True, "128")
    assert found.audio_items["ice-channels"] == "2"
    assert head.headers.text("content-type") == "audio/mpeg"
    assert ("expect" in str(head.raw).lower()) == (method == "PUT")


def test_a_shoutcast_login_is_read_by_our_own_server() -> None:
    login = ShoutcastLogin(8192)
    (password,) = login.receive(shoutcast_password(Address("x", "/", "", b"se:cret")))
    assert isinstance(password, PasswordLine)
    assert password.whole == b"se:cret"
    (lines,) = login.receive(shoutcast_lines(offer()))
    assert isinstance(lines, StationLines)
    found = station_fields(lines.headers)
    assert (found.name, found.genre, found.public, found.bitrate) == (
        "Radio Ö",
        "Jazz",
        True,
        "128",
    )


@given(st.tuples(WORDS, WORDS, WORDS, WORDS, WORDS))
def test_no_word_becomes_a_line(words: tuple[str, ...]) -> None:
    """Whatever an encoder has said, there is one line for each value, and one blank line."""
    name, description, genre, url, kind = words
    station = StationFields(name=name, description=description, genre=genre, url=url)
    told = offer(station, kind)
    for raw in (icecast_head("PUT", THERE, told), shoutcast_lines(told)):
        assert raw.endswith(b"\r\n\r\n")
        lines = raw[:-4].split(b"\r\n")
        assert all(line and b"\n" not in line and b"\r" not in line for line in lines)
        assert len(lines) <= 14
