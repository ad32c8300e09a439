"""Requests of the pages that are not like others: larger ones, and those that are PUT."""

from dataclasses import replace

import pytest

from net.net_station import MemoryStation
from tinyice.wire.head import RequestHead

LIMIT = 1000
LARGER = 200_000


def station() -> MemoryStation:
    """One where ``/echo`` takes more, of who knows the word."""
    made = MemoryStation()

    def larger(head: RequestHead) -> int:
        return LARGER if head.target == b"/" and head.headers.get(b"word") else 0

    made.front = replace(made.front, larger_body=larger)
    made.doors._front = made.front
    return made


def post(size: int, *lines: bytes, chunked: bool = False) -> bytes:
    """A form of that size."""
    body = b"x" * size
    length = b"Content-Length: %d" % size
    if chunked:
        length = b"Transfer-Encoding: chunked"
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (size, body)
    return b"\r\n".join([b"POST / HTTP/1.1", length, *lines, b"", b""]) + body


@pytest.mark.parametrize("chunked", [False, True])
def test_what_may_be_larger(chunked: bool) -> None:
    """It arrives whole; one byte more does not."""
    one = station()
    answer = one.say(one.connect(), post(LARGER, b"word: yes", chunked=chunked))
    assert answer.endswith(b"got " + b"x" * LARGER)
    answer = one.say(one.connect(), post(LARGER + 1, b"word: yes", chunked=chunked))
    assert b" 413 " in answer.partition(b"\r\n")[0]


@pytest.mark.parametrize("chunked", [False, True])
def test_all_others_stay_small(chunked: bool) -> None:
    """Who does not know the word, and every other request of the same connection."""
    one = station()
    answer = one.say(one.connect(), post(LIMIT + 1, chunked=chunked))
    assert b" 413 " in answer.partition(b"\r\n")[0]
    peer = one.connect()
    assert b"got " in one.say(peer, post(LARGER, b"word: yes"))
    assert b" 413 " in one.say(peer, post(LIMIT + 1))


def test_a_limit_that_is_larger_anyway_counts() -> None:
    """The configuration may allow more for all."""
    one = station()
    limits = replace(one.front.limits, body_bytes=2 * LARGER)
    one.doors._front = replace(one.front, limits=limits)
    answer = one.say(one.connect(), post(LARGER + 1, b"word: yes"))
    assert answer.endswith(b"x" * (LARGER + 1))


def test_what_is_put_to_the_api_is_no_source() -> None:
    """No mount can be there, so the pages answer; elsewhere PUT is an encoder's."""
    one = station()
    put = b"PUT /api/x HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"
    assert b" 404 " in one.say(one.connect(), put).partition(b"\r\n")[0]
    assert b" 401 " in one.say(one.connect(), put.replace(b"/api/x", b"/apix"))
