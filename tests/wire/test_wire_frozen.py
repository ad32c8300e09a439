"""What follows the body of a source goes on in another process as if nothing had been."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tinyice.wire.body import Body, RawBody, SizedBody, thawed_body
from tinyice.wire.chunked import ChunkedBody
from tinyice.wire.icy_inline import InlineMetadata

CUTS = st.lists(st.integers(min_value=0, max_value=400), max_size=12)
PIECES = st.lists(st.binary(max_size=60), max_size=8)


def carried(state: dict[str, Any]) -> dict[str, Any]:
    """The state as it arrives on the other side."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=dict[str, Any])


def pieces_of(data: bytes, cuts: list[int]) -> list[bytes]:
    """``data``, cut there."""
    ends = sorted({*(cut for cut in cuts if cut < len(data)), len(data)})
    return [data[a:b] for a, b in zip([0, *ends], ends, strict=False)]


def fed(body: Body, pieces: list[bytes], *, frozen_each: bool) -> tuple[bytes, bool, bytes]:
    """What comes out of ``body``, whether it is over, and what is left."""
    out = b""
    for piece in pieces:
        out += body.feed(piece)
        if frozen_each:
            body = thawed_body(carried(body.freeze()))
    return out, body.complete, body.leftover


@given(chunks=PIECES, cuts=CUTS, tail=st.binary(max_size=20))
def test_a_chunked_body(chunks: list[bytes], cuts: list[int], tail: bytes) -> None:
    """At any byte, also within size lines and the trailer."""
    sizes = [chunk for chunk in chunks if chunk]
    data = b"".join(b"%x;a=b\r\n%b\r\n" % (len(chunk), chunk) for chunk in sizes)
    data += b"0\r\nX-Trailer: 1\r\n\r\n" + tail
    pieces = pieces_of(data, cuts)
    plain = fed(ChunkedBody(), pieces, frozen_each=False)
    assert plain == (b"".join(sizes), True, tail)
    assert fed(ChunkedBody(), pieces, frozen_each=True) == plain


@given(length=st.integers(min_value=0, max_value=80), pieces=PIECES)
def test_a_body_of_known_length(length: int, pieces: list[bytes]) -> None:
    """The rest of the length is known on the other side."""
    plain = fed(SizedBody(length), pieces, frozen_each=False)
    assert fed(SizedBody(length), pieces, frozen_each=True) == plain


@given(pieces=PIECES)
def test_a_body_without_end(pieces: list[bytes]) -> None:
    """There is nothing to know."""
    assert fed(RawBody(), pieces, frozen_each=True) == (b"".join(pieces), False, b"")


@given(texts=st.lists(st.binary(min_size=1, max_size=40), max_size=4), cuts=CUTS)
def test_inline_metadata(texts: list[bytes], cuts: list[int]) -> None:
    """At any byte, also within a block."""
    data = b""
    for number, text in enumerate(texts):
        size = -(-len(text) // 16)
        data += bytes([65 + number]) * 20 + bytes([size]) + text.ljust(size * 16, b"\0")
    pieces = pieces_of(data, cuts)
    plain, moved = InlineMetadata(20), InlineMetadata(20)
    for piece in pieces:
        assert plain.feed(piece) == moved.feed(piece)
        state = carried(moved.freeze())
        moved = InlineMetadata(20)
        moved.thaw(state)
