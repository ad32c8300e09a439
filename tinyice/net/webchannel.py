"""One web request at a time, answered by the web site on the door's connection.

The door reads every request of a connection; what is for the web goes on, whole
and in canonical form, to Twisted's own HTTP channel, which writes the answer to
the transport that they share.
"""

import re
from io import BytesIO
from typing import Protocol
from urllib.parse import quote_from_bytes

from twisted.internet.interfaces import IPushProducer
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel, Request
from twisted.web.server import Request as SiteRequest
from twisted.web.server import Site

from tinyice.core.clients import Client
from tinyice.net.transport import StreamTransport
from tinyice.wire.head import RequestHead

_SKIPPED = frozenset({b"content-length", b"transfer-encoding", b"expect"})
_ORIGIN = re.compile(rb"https?://[^/?]*/?", re.IGNORECASE)
_MAX_HEAD = 1 << 24
"""More than any head has that a door lets through, every byte of its target escaped."""

_PRODUCED_BYTES = 64 * 1024
"""How much the kernel may hold of an answer that is still being made."""


class Answered(Protocol):
    """Who waits for the end of an answer."""

    def answered(self, status: int, bytes_out: int, *, persistent: bool) -> None:
        """The answer is written; another request may follow if ``persistent``."""

    def closing(self) -> None:
        """The connection ends after what is written."""

    def drained(self) -> None:
        """The peer takes answers again, after it did not."""


class WebChannel(HTTPChannel):
    """Twisted's channel, fed by a door."""

    MAX_LENGTH = totalHeadersSize = maxHeaders = _MAX_HEAD  # noqa: N815 - Twisted's names
    transport: StreamTransport  # type: ignore[assignment]  # a door gives nothing else
    client: Client
    waiting: Answered
    is_clogged = False
    """Whether more is written than the peer takes."""

    _is_held = False
    _lost: Failure | None = None

    @property
    def progress(self) -> tuple[int, int]:
        """Status and bytes of the answer at hand, as far as it got; zeros: not begun."""
        for request in self.requests:
            if request.startedWriting:
                return request.code, request.sentLength
        return 0, 0

    def hold(self) -> None:
        """Carry out the request at hand to its end, although its peer may leave meanwhile."""
        self._is_held = True

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        """The peer is gone."""
        if self._is_held:
            self._lost = reason
        else:
            super().connectionLost(reason)  # type: ignore[no-untyped-call]

    def pauseProducing(self) -> None:
        """The peer does not take what is written."""
        self.is_clogged = True
        super().pauseProducing()  # type: ignore[no-untyped-call]

    def resumeProducing(self) -> None:
        """The peer has taken all that was written."""
        self.is_clogged = False
        super().resumeProducing()  # type: ignore[no-untyped-call]
        self.waiting.drained()

    def registerProducer(self, producer: IPushProducer, streaming: bool) -> None:  # noqa: FBT001
        """Let ``producer`` make an answer bit by bit, no faster than the peer takes it."""
        self.transport.limit_send_buffer(_PRODUCED_BYTES)
        super().registerProducer(producer, streaming)  # type: ignore[no-untyped-call]

    def loseConnection(self) -> None:
        """Close after what is written; the door watches that it is taken."""
        super().loseConnection()  # type: ignore[no-untyped-call]
        self.waiting.closing()

    def requestDone(self, request: Request) -> None:
        """Tell the door instead of reading on."""
        persistent = bool(self.persistent)
        status, sent = request.code, request.sentLength
        super().requestDone(request)  # type: ignore[no-untyped-call]
        self.waiting.answered(status, sent, persistent=persistent)
        self._is_held = False
        if self._lost is not None:
            self.connectionLost(self._lost)


class WholeRequest(SiteRequest):
    """A request whose body is in memory: the door has collected it."""

    def gotLength(self, length: int | None) -> None:  # noqa: N802 (Twisted's name)
        """Where the body goes; Twisted would put one of more than 100 kB into a file."""
        self.content = BytesIO()


def make_site(site: Site) -> Site:
    """Let ``site`` answer on channels that doors feed."""
    site.requestFactory = WholeRequest
    site.protocol = WebChannel  # type: ignore[assignment]
    site.timeOut = None
    return site


def replayed(head: RequestHead, body: bytes) -> bytes:
    """The request again, as a strict HTTP parser wants it."""
    path = _ORIGIN.sub(b"/", head.target, count=1) if _ORIGIN.match(head.target) else head.target
    target = quote_from_bytes(path, safe="/?#[]@!$&'()*+,;=:%-._~|")
    version = "HTTP/1.1" if head.protocol == "HTTP/1.1" else "HTTP/1.0"
    lines = [f"{head.method} {target} {version}".encode("ascii")]
    lines += [
        name + b": " + value.replace(b"\0", b"")
        for name, value in head.headers.items()
        if name not in _SKIPPED
    ]
    if body or head.method in ("POST", "PUT", "PATCH"):
        lines.append(b"content-length: %d" % len(body))
    return b"\r\n".join([*lines, b"", b""]) + body
