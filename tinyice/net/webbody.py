"""The body of a web request, collected whole: forms and JSON are small."""

from tinyice.wire.body import RawBody, SizedBody, body_of
from tinyice.wire.errors import PeerError
from tinyice.wire.head import RequestHead

_TOO_LARGE = "The request body is too large."


class WebBody:
    """Collects at most ``max_bytes``; no length and no chunks mean no body."""

    def __init__(self, head: RequestHead, max_bytes: int) -> None:
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
