"""The body of a web request, collected whole: forms and JSON are small."""

from tinyice.wire.body import RawBody, SizedBody, body_of
from tinyice.wire.errors import PeerError
from tinyice.wire.head import RequestHead

_TOO_LARGE = "The request body is too large."
_AMBIGUOUS = "The length of the request body is given twice."


def expects_continue(head: RequestHead) -> bool:
    """Whether the client sends its body only after a 100."""
    return head.protocol == "HTTP/1.1" and head.headers.text("expect").lower() == "100-continue"


class WebBody:
    """Collects at most ``max_bytes``; no length and no chunks mean no body.

    Two lengths are refused: of two requests that a proxy sends on one
    connection, we must never disagree with it where the second begins.
    """

    def __init__(self, head: RequestHead, max_bytes: int) -> None:
        if _lengths_given(head) > 1:
            raise PeerError(400, _AMBIGUOUS)
        body = body_of(head)
        self._max_bytes = max_bytes
        self._body = None if isinstance(body, RawBody) else body
        self._pieces: list[bytes] = []
        self._size = 0
        self.leftover = b""
        if isinstance(body, SizedBody) and body.remaining > max_bytes:
            raise PeerError(413, _TOO_LARGE)

    @property
    def complete(self) -> bool:
        """Whether the body is all here."""
        return self._body is None or self._body.complete

    @property
    def content(self) -> bytes:
        """The body, without framing."""
        return b"".join(self._pieces)

    def feed(self, data: bytes) -> None:
        """Take more bytes; raises PeerError when there are too many."""
        if self._body is None:
            self.leftover += data
            return
        piece = self._body.feed(data)
        self._size += len(piece)
        if self._size > self._max_bytes:
            raise PeerError(413, _TOO_LARGE)
        self._pieces.append(piece)
        self.leftover = self._body.leftover


def _lengths_given(head: RequestHead) -> int:
    names = (b"content-length", b"transfer-encoding")
    return len({(name, value) for name, value in head.headers.items() if name in names})
