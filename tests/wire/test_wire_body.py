"""Bodies of sources: raw, sized and chunked, in every cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyice.wire.body import Body, ChunkedBody, RawBody, SizedBody, body_of
from tinyice.wire.errors import PeerError
from tinyice.wire.head import HeadParser, RequestHead

Outcome = int | tuple[bytes, bool, bytes]


def outcome(body: Body, pieces: list[bytes]) -> Outcome:
    """The stream, whether it is complete, and the bytes beyond; or the status of a refusal."""
    try:
        stream = b"".join([body.feed(piece) for piece in pieces])
    except PeerError as error:
        return error.status
    return stream, body.complete, body.leftover


def one_by_one(data: bytes) -> list[bytes]:
    """``data`` in single bytes."""
    return [bytes([byte]) for byte in data]


CHUNKED = [
    (b"", (b"", False, b"")),
    (b"5\r\nhello\r\n", (b"hello", False, b"")),
    (b"5\r\nhello\r\n0\r\n\r\n", (b"hello", True, b"")),
    (b"5\nhello\n0\n\n", (b"hello", True, b"")),
    (b"A;name=value\r\n0123456789\r\n1\r\nx\r\n000\r\n\r\n", (b"0123456789x", True, b"")),
    (b"5 \r\nhello\r\n0\r\nTrailer: x\r\nAnother: y\r\n\r\nGET /", (b"hello", True, b"GET /")),
    (b"3\r\na\r\n\r\n2\r\nbc\r\n", (b"a\r\nbc", False, b"")),
    (b"\r\n", 400),
    (b"xyz\r\n", 400),
    (b"-5\r\nhello\r\n", 400),
    (b"0x5\r\nhello\r\n", 400),
    (b"5\r\nhelloworld\r\n", 400),
    (b"5\r\nhello5\r\n", 400),
    (b"12345678901234567\r\n", 400),
    (b"5;" + b"x" * 40, 400),
    (b"0\r\n" + b"a: b\r\n" * 10, 400),
    (b"5;\0\r\n", 400),
]


@pytest.mark.parametrize(("data", "expected"), CHUNKED)
def test_chunked(data: bytes, expected: Outcome) -> None:
    """The framing is taken off, errors are the peer's, and cuts do not matter."""

    def body() -> ChunkedBody:
        return ChunkedBody(max_line=30)

    assert outcome(body(), [data]) == expected
    assert outcome(body(), one_by_one(data)) == expected
    for cut in range(1, len(data)):
        assert outcome(body(), [data[:cut], data[cut:]]) == expected


def test_chunked_after_the_end() -> None:
    """What comes after the last chunk collects beyond the stream."""
    body = ChunkedBody()
    assert body.feed(b"1\r\nx\r\n0\r\n\r\na") == b"x"
    assert body.feed(b"b") == b""
    assert (body.complete, body.leftover) == (True, b"ab")


def test_chunked_does_not_copy() -> None:
    """A piece that lies inside one chunk is returned as it is."""
    body = ChunkedBody()
    body.feed(b"100000\r\n")
    piece = b"a" * 1400
    assert body.feed(piece) is piece


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=30), max_size=6), st.data())
def test_chunked_round_trip(chunks: list[bytes], draw: st.DataObject) -> None:
    """Any stream in any chunks comes out byte for byte."""
    data = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\nrest"
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=5)))
    pieces = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    assert outcome(ChunkedBody(), pieces) == (b"".join(chunks), True, b"rest")


LIKE_CHUNKS = st.lists(
    st.one_of(
        st.sampled_from([b"5\r\n", b"0\r\n", b"\r\n", b"\n", b"hello"]), st.binary(max_size=6)
    ),
    max_size=20,
).map(b"".join)


@settings(max_examples=100, deadline=None)
@given(LIKE_CHUNKS)
def test_chunked_any_bytes(data: bytes) -> None:
    """Any bytes give a stream or a refusal with 400; cuts never change which."""
    whole = outcome(ChunkedBody(max_line=20), [data])
    assert whole == 400 or not isinstance(whole, int)
    assert outcome(ChunkedBody(max_line=20), one_by_one(data)) == whole


def test_raw() -> None:
    """A raw body is everything, as it came, and never complete."""
    body = RawBody()
    piece = b"0\r\n\r\n"
    assert body.feed(piece) is piece
    assert (body.complete, body.leftover) == (False, b"")


@pytest.mark.parametrize("length", range(8))
def test_sized(length: int) -> None:
    """A sized body ends at its length, wherever the pieces end."""
    data = b"abcdef"
    expected = (data[:length], length <= len(data), data[length:])
    assert outcome(SizedBody(length), [data]) == expected
    assert outcome(SizedBody(length), one_by_one(data)) == expected
    for cut in range(1, len(data)):
        assert outcome(SizedBody(length), [data[:cut], data[cut:]]) == expected


def head_of(method: bytes, *lines: bytes) -> RequestHead:
    """The head of a source's request with these header lines."""
    raw = b"\r\n".join([method + b" /live HTTP/1.1", *lines, b"", b""])
    head = HeadParser(4096, 32).receive(raw)
    assert head
    return head


FRAMINGS: list[tuple[bytes, tuple[bytes, ...], type]] = [
    (b"SOURCE", (), RawBody),
    (b"PUT", (), RawBody),
    (b"SOURCE", (b"Content-Length: 0",), RawBody),
    (b"SOURCE", (b"Content-Length: 00",), RawBody),
    (b"SOURCE", (b"Content-Length: 5",), SizedBody),
    (b"PUT", (b"Content-Length: 0",), SizedBody),
    (b"PUT", (b"Content-Length:",), RawBody),
    (b"PUT", (b"Content-Length: 5", b"Transfer-Encoding: Chunked"), ChunkedBody),
    (b"SOURCE", (b"Transfer-Encoding: chunked",), ChunkedBody),
    (b"PUT", (b"Transfer-Encoding: identity",), RawBody),
]


@pytest.mark.parametrize(("method", "lines", "kind"), FRAMINGS)
def test_framing(method: bytes, lines: tuple[bytes, ...], kind: type) -> None:
    """Neither length nor chunks means raw until close, whatever the version."""
    assert type(body_of(head_of(method, *lines))) is kind


def test_empty_upload_is_complete() -> None:
    """A PUT of no bytes is over at once."""
    assert body_of(head_of(b"PUT", b"Content-Length: 0")).complete


UNFRAMED = [
    (b"Transfer-Encoding: gzip, chunked", 501),
    (b"Transfer-Encoding: deflate", 501),
    (b"Content-Length: -1", 400),
    (b"Content-Length: +1", 400),
    (b"Content-Length: 1, 1", 400),
    (b"Content-Length: 0x10", 400),
    (b"Content-Length: " + b"9" * 19, 400),
]


@pytest.mark.parametrize(("line", "status"), UNFRAMED)
def test_unframed(line: bytes, status: int) -> None:
    """An unknown coding is 501, a malformed length 400."""
    with pytest.raises(PeerError) as caught:
        body_of(head_of(b"PUT", line))
    assert caught.value.status == status
