"""Where the stream of a source is inside the bytes that follow its request head.

A body is fed every byte after the head, in pieces of any size, and gives back
the stream in them. This is the way of every byte of audio: pieces that need no
work are returned as they are.
"""

import re
from typing import Any

from tinyice.wire.chunked import ChunkedBody
from tinyice.wire.errors import PeerError
from tinyice.wire.head import RequestHead

__all__ = ["Body", "ChunkedBody", "RawBody", "SizedBody", "body_of", "thawed_body"]

_LENGTH = re.compile(rb"[0-9]{1,18}")


class RawBody:
    """Everything is stream until the connection closes."""

    __slots__ = ()
    complete = False
    leftover = b""

    def feed(self, data: bytes) -> bytes:
        """``data`` itself."""
        return data

    def freeze(self) -> dict[str, Any]:
        """Where it stands, as plain values for ``thawed_body``."""
        return {"kind": "raw"}


class SizedBody:
    """A stream of ``length`` bytes; what comes after it is ``leftover``."""

    __slots__ = ("leftover", "remaining")

    def __init__(self, length: int) -> None:
        self.remaining = length
        """How many bytes are still to come."""
        self.leftover = b""

    @property
    def complete(self) -> bool:
        """Whether the whole length has arrived."""
        return self.remaining == 0

    def feed(self, data: bytes) -> bytes:
        """The part of ``data`` that belongs to the stream."""
        taken = self.remaining
        if len(data) <= taken:
            self.remaining = taken - len(data)
            return data
        self.remaining = 0
        self.leftover += data[taken:]
        return data[:taken]

    def freeze(self) -> dict[str, Any]:
        """Where it stands, as plain values for ``thawed_body``."""
        return {"kind": "sized", "remaining": self.remaining, "leftover": self.leftover}


Body = RawBody | SizedBody | ChunkedBody


def body_of(head: RequestHead) -> Body:
    """How the body of a source's request is framed; raises ``PeerError``.

    A request with neither length nor chunks streams until it closes, whatever
    HTTP/1.1 says of that, and the ``Content-Length: 0`` of libshout's SOURCE
    means the same.
    """
    coding = (head.headers.get(b"transfer-encoding") or b"").lower()
    if coding == b"chunked":
        return ChunkedBody()
    if coding not in (b"", b"identity"):
        raise PeerError(501, "This transfer encoding is not supported.")
    length = head.headers.get(b"content-length")
    if not length or (head.method == "SOURCE" and not length.strip(b"0")):
        return RawBody()
    if not _LENGTH.fullmatch(length):
        raise PeerError(400, "The content length is malformed.")
    return SizedBody(int(length))


def thawed_body(state: dict[str, Any]) -> Body:
    """A body that goes on where another one was frozen."""
    if state["kind"] == "raw":
        return RawBody()
    if state["kind"] == "chunked":
        chunked = ChunkedBody()
        chunked.thaw(state)
        return chunked
    sized = SizedBody(state["remaining"])
    sized.leftover = state["leftover"]
    return sized
