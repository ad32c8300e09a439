"""Heads of answers: of Icecast, of Shoutcast, and of servers that mean no good."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.wire.body import ChunkedBody, RawBody, SizedBody
from tinyice.wire.errors import PeerError
from tinyice.wire.response import ResponseHead, ResponseParser, body_of_response

ICECAST = (
    b"HTTP/1.0 200 OK\r\nServer: Icecast 2.4.4\r\nContent-Type: audio/mpeg\r\n"
    b"icy-name:L\xc3\xa4rm\r\nicy-metaint:16000\r\n\r\n"
)
SHOUTCAST = (
    b"ICY 200 OK\r\nicy-notice1:<BR>This stream requires Winamp<BR>\r\n"
    b"icy-name:Old\r\nno colon here\r\nicy-br:128\r\n\r\n"
)


def parsed(data: bytes, *, step: int = 0, max_bytes: int = 16384) -> tuple[ResponseHead, bytes]:
    """The head in ``data``, fed in pieces, and what came after it."""
    parser = ResponseParser(max_bytes)
    step = step or len(data)
    for at in range(0, len(data), step):
        head = parser.receive(data[at : at + step])
        if head is not None:
            return head, parser.leftover + data[at + step :]
    raise AssertionError("the head is not complete")


def test_the_answer_of_icecast() -> None:
    head, rest = parsed(ICECAST + b"\xff\xfb")
    assert (head.protocol, head.status, head.reason) == ("HTTP/1.0", 200, "OK")
    assert head.headers.text("icy-name") == "Lärm"
    assert head.headers.text("ICY-MetaInt") == "16000"
    assert rest == b"\xff\xfb"


def test_the_answer_of_shoutcast() -> None:
    """A line that is no header is passed over: those servers write to people there."""
    head, rest = parsed(SHOUTCAST + b"audio")
    assert (head.protocol, head.status) == ("ICY", 200)
    assert head.headers.text("icy-br") == "128"
    assert len(head.headers.items()) == 3
    assert rest == b"audio"


@pytest.mark.parametrize(
    ("raw", "status", "reason"),
    [
        (b"HTTP/1.1 404 File Not Found\n\n", 404, "File Not Found"),
        (b"http/1.1 302\r\n\r\n", 302, ""),
        (b"ICY 401 Service Unavailable\r\n\r\n", 401, "Service Unavailable"),
        (b"HTTP/1.0 200 \x1b[31mOK\x07\r\r\n\r\r\n", 200, "[31mOK"),
    ],
)
def test_status_lines(raw: bytes, status: int, reason: str) -> None:
    head, _ = parsed(raw)
    assert (head.status, head.reason) == (status, reason)


def test_interim_answers_are_no_answers() -> None:
    early = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    head, rest = parsed(early + ICECAST + b"x", step=7)
    assert (head.status, rest) == (200, b"x")


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\x01\x02",
        b"<html>",
        b"SSH-2.0-x\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.0 2000 OK\r\n\r\n",
        b"HTTP/1.0 OK\r\n\r\n",
        b"\r\n\r\n",
        b"ICY 200 OK\r\n" + b"a: b\r\n" * 201 + b"\r\n",
        b"HTTP/1.0 200 OK\r\n" + b"x: " + b"y" * 20_000,
        b"HTTP/1.0 200 " + b"y" * 20_000,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 1000,
    ],
)
def test_what_is_no_answer_is_refused(raw: bytes) -> None:
    """At once where the first bytes show it, and in any case before it fills the memory."""
    with pytest.raises(PeerError) as caught:
        parsed(raw)
    assert caught.value.status == 0


def test_a_value_with_a_nul_is_no_header() -> None:
    head, _ = parsed(b"HTTP/1.0 200 OK\r\na: \0b\r\nc: d\r\n\r\n")
    assert head.headers.items() == ((b"c", b"d"),)


@given(st.integers(1, 80), st.binary(max_size=40), st.sampled_from([ICECAST, SHOUTCAST]))
def test_segments_make_no_difference(step: int, rest: bytes, raw: bytes) -> None:
    assert parsed(raw + rest, step=step) == parsed(raw + rest)


@given(st.binary(max_size=400), st.integers(1, 60))
def test_any_bytes_are_an_answer_or_an_error(raw: bytes, step: int) -> None:
    """Nothing but PeerError, and nothing beyond the limit is kept."""
    for start in (b"", b"HTTP/1.0 200 OK\r\n", b"ICY 200"):
        parser = ResponseParser(256)
        data = start + raw
        with suppress(PeerError):
            for at in range(0, len(data), step):
                if parser.receive(data[at : at + step]) is not None:
                    break
                assert len(parser._buffer) <= 256


def head_with(*fields: tuple[bytes, bytes]) -> ResponseHead:
    """A plain 200 with these headers."""
    raw = b"".join(name + b": " + value + b"\r\n" for name, value in fields)
    return parsed(b"HTTP/1.1 200 OK\r\n" + raw + b"\r\n")[0]


def test_bodies() -> None:
    assert isinstance(body_of_response(head_with()), RawBody)
    assert isinstance(body_of_response(head_with((b"Transfer-Encoding", b"Chunked"))), ChunkedBody)
    sized = body_of_response(head_with((b"Content-Length", b"12")))
    assert isinstance(sized, SizedBody)
    assert sized.remaining == 12


@pytest.mark.parametrize(
    "field",
    [(b"Transfer-Encoding", b"gzip"), (b"Content-Length", b"-1"), (b"Content-Length", b"x")],
)
def test_bodies_that_nobody_can_read(field: tuple[bytes, bytes]) -> None:
    with pytest.raises(PeerError):
        body_of_response(head_with(field))
