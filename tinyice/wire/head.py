"""Request heads, as encoders and players write them.

Rules of this file:

- what is accepted is what deployed clients send: CRLF, bare LF, CR CR LF, blank
  lines before the request, raw bytes and blanks in the target, ICE/1.0;
- how the bytes were cut into segments never changes the outcome;
- nothing is kept beyond ``max_bytes`` before the peer is refused.
"""

import re
from dataclasses import dataclass, field

from tinyice.wire.errors import PeerError
from tinyice.wire.headers import Headers

MAX_BLANK_BYTES = 64
"""The most bytes of blank lines that may stand before a request."""

_END = re.compile(rb"\n\r{0,2}\n")
_LONGEST_END = 4
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_PROTOCOL = re.compile(rb"HTTP/1\.[0-9]|ICE/1\.0", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RequestHead:
    """The request line and headers of one request.

    ``protocol`` is HTTP/1.0, HTTP/1.1 or ICE/1.0; ``raw`` are the bytes as they
    came, with the blank line that ends them, so that they can be read again.
    """

    method: str
    target: bytes
    protocol: str
    headers: Headers
    raw: bytes = field(repr=False)


class HeadParser:
    """Collects one head, however it is cut; a new parser for the next one."""

    def __init__(self, max_bytes: int, max_headers: int) -> None:
        self._max_bytes = max_bytes
        self._max_headers = max_headers
        self._buffer = bytearray()
        self._blank_bytes = 0
        self._request: tuple[str, bytes, str] | None = None
        self.leftover = b""

    @property
    def received(self) -> bytes:
        """What came of the head so far."""
        return bytes(self._buffer)

    def receive(self, data: bytes) -> RequestHead | None:
        """Take more bytes; the head once it is complete.

        What follows the head is then in ``leftover``. Raises ``PeerError``.
        """
        search_from = max(0, len(self._buffer) - _LONGEST_END + 1)
        if not self._buffer:
            data = self._without_blank_lines(data)
        self._buffer += data
        if self._request is None:
            self._request = self._request_line()
        if self._request is None:
            return None
        end = _END.search(self._buffer, search_from)
        length = end.end() if end else len(self._buffer)
        if length > self._max_bytes:
            raise PeerError(431, "The request head is too long.")
        return self._complete(self._request, length) if end else None

    def _without_blank_lines(self, data: bytes) -> bytes:
        rest = data.lstrip(b"\r\n")
        self._blank_bytes += len(data) - len(rest)
        if self._blank_bytes > MAX_BLANK_BYTES:
            raise PeerError(400, "There are too many blank lines before the request.")
        return rest

    def _request_line(self) -> tuple[str, bytes, str] | None:
        end = self._buffer.find(b"\n", 0, self._max_bytes)
        if end >= 0:
            return _parse_request_line(bytes(self._buffer[:end]).rstrip(b"\r"))
        if len(self._buffer) > self._max_bytes:
            raise PeerError(414, "The request line is too long.")
        return None

    def _complete(self, request: tuple[str, bytes, str], length: int) -> RequestHead:
        raw = bytes(self._buffer[:length])
        self.leftover = bytes(self._buffer[length:])
        self._buffer.clear()
        lines = raw.split(b"\n")[1:-2]
        if len(lines) > self._max_headers:
            raise PeerError(431, "The request has too many header fields.")
        method, target, protocol = request
        headers = Headers(parse_field(line) for line in lines)
        return RequestHead(method, target, protocol, headers, raw)


def parse_field(line: bytes) -> tuple[bytes, bytes]:
    """Name and value of one header line; raises ``PeerError``."""
    name, colon, value = line.partition(b":")
    if not colon or not _TOKEN.fullmatch(name):
        raise PeerError(400, "A header line is malformed.")
    value = value.strip(b" \t\r")
    if b"\0" in value or b"\r" in value:
        raise PeerError(400, "A header value has a control character.")
    return name, value


def _parse_request_line(line: bytes) -> tuple[str, bytes, str]:
    method, _, rest = line.strip(b" \t").partition(b" ")
    target, _, protocol = rest.rpartition(b" ")
    target = target.strip(b" ")
    if not (target and _TOKEN.fullmatch(method) and _PROTOCOL.fullmatch(protocol)):
        raise PeerError(400, "The request line is malformed.")
    version = protocol.decode("ascii").upper()
    if version.startswith("HTTP/") and version != "HTTP/1.0":
        version = "HTTP/1.1"
    return method.decode("ascii").upper(), target, version
