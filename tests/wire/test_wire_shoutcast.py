"""The Shoutcast v1 source dialogue."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyice.wire.errors import PeerError
from tinyice.wire.headers import Headers
from tinyice.wire.shoutcast import Event, NotShoutcast, PasswordLine, ShoutcastLogin, StationLines

MAX_BYTES = 200

Outcome = int | tuple[list[Event], bytes]


def outcome(pieces: list[bytes]) -> Outcome:
    """Events and the bytes beyond, or the status of the refusal."""
    login = ShoutcastLogin(MAX_BYTES)
    events: list[Event] = []
    try:
        for piece in pieces:
            events += login.receive(piece)
    except PeerError as error:
        return error.status
    return events, login.leftover


def one_by_one(data: bytes) -> list[bytes]:
    """``data`` in single bytes."""
    return [bytes([byte]) for byte in data]


PASSWORD = PasswordLine("", b"hackme", whole=b"hackme")

LINES = [
    (b"hackme", PASSWORD),
    (b"", PasswordLine("", b"", whole=b"")),
    (b"hackme:#2", PasswordLine("", b"hackme", sid=2, whole=b"hackme")),
    (b"source:hackme", PasswordLine("source", b"hackme", whole=b"source:hackme")),
    (b"source:hackme:#1", PasswordLine("source", b"hackme", sid=1, whole=b"source:hackme")),
    (b"/live:hackme", PasswordLine("", b"hackme", "/live", whole=b"/live:hackme")),
    (b"/live:hackme:#7", PasswordLine("", b"hackme", "/live", 7, b"/live:hackme")),
    (b"/live:a:b", PasswordLine("", b"a:b", "/live", whole=b"/live:a:b")),
    (b":hackme", PasswordLine("", b"hackme", whole=b":hackme")),
    (b"hack#me", PasswordLine("", b"hack#me", whole=b"hack#me")),
    (b"hackme:#x", PasswordLine("hackme", b"#x", whole=b"hackme:#x")),
    ("dj é:ü".encode(), PasswordLine("dj é", "ü".encode(), whole="dj é:ü".encode())),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r\r\n"])
def test_password_line(line: bytes, expected: PasswordLine, end: bytes) -> None:
    """All the forms of the password line are read, before anything else comes."""
    assert outcome([line + end]) == ([expected], b"")
    assert outcome(one_by_one(line + end)) == ([expected], b"")


AUDIO = b"\xff\xfb\x90\x00\n\n\r\nicy-"

LOGINS = [
    (
        "libshout",
        b"hackme\nicy-name:\nicy-url:http://www.icecast.org/\nicy-irc:\nicy-pub:0\nicy-br:0\n\n",
        [
            (b"icy-name", b""),
            (b"icy-url", b"http://www.icecast.org/"),
            (b"icy-irc", b""),
            (b"icy-pub", b"0"),
            (b"icy-br", b"0"),
        ],
    ),
    (
        "butt",
        b"hackme\r\nHost: 127.0.0.1\r\nicy-name: B\r\ncontent-type: audio/mpeg\r\n\r\n",
        [(b"host", b"127.0.0.1"), (b"icy-name", b"B"), (b"content-type", b"audio/mpeg")],
    ),
    ("a line that means nothing", b"hackme\r\nhello\r\nicy-br:1\r\r\n\r\r\n", [(b"icy-br", b"1")]),
    ("no lines", b"hackme\n\n", []),
]


@pytest.mark.parametrize(("client", "login", "fields"), LOGINS)
def test_login(client: str, login: bytes, fields: list[tuple[bytes, bytes]]) -> None:
    """A login in one write, or in any cut, gives password, station and untouched audio."""
    data = login + AUDIO
    expected = ([PASSWORD, StationLines(Headers(fields))], AUDIO)
    assert outcome([data]) == expected, client
    assert outcome(one_by_one(data)) == expected
    for cut in range(1, len(data)):
        assert outcome([data[:cut], data[cut:]]) == expected


OTHERS = [
    (b"!POKE\nicy-name:libshout server poke request\n\n", b"!POKE"),
    (b"GET / HTTP/1.0\r\n\r\n", b"GET / HTTP/1.0"),
    (b"SOURCE /live ICE/1.0\r\nice-name: x\r\n\r\n\xff\xfb", b"SOURCE /live ICE/1.0"),
]


@pytest.mark.parametrize(("data", "line"), OTHERS)
def test_not_shoutcast(data: bytes, line: bytes) -> None:
    """HTTP and probes on this port are told apart, and every byte stays to be read again."""
    expected = ([NotShoutcast(line)], data)
    assert outcome([data]) == expected
    assert outcome(one_by_one(data)) == expected
    for cut in range(1, len(data)):
        assert outcome([data[:cut], data[cut:]]) == expected


REFUSED = [b"x" * (MAX_BYTES + 1), b"hackme\n" + b"icy-x:y\n" * 30, b"/../x:hackme\n"]


@pytest.mark.parametrize("data", REFUSED)
def test_refused(data: bytes) -> None:
    """Too long a login or an unsafe mount is the peer's fault, and has no HTTP answer."""
    assert outcome([data]) == outcome(one_by_one(data)) == 0


def test_password_is_not_shown() -> None:
    """No password appears in a log by way of a representation."""
    assert "hackme" not in repr(outcome([b"source:hackme\n"]))


LIKE_A_LOGIN = st.lists(
    st.one_of(
        st.sampled_from([b"hackme", b"\n", b"\r\n", b"icy-name:x", b":#1", b"/m:"]),
        st.binary(max_size=30),
    ),
    max_size=16,
).map(b"".join)


@settings(max_examples=100, deadline=None)
@given(LIKE_A_LOGIN)
def test_any_bytes(data: bytes) -> None:
    """Any bytes give events or a refusal, the same in every cut."""
    assert outcome([data]) == outcome(one_by_one(data))
