"""Response heads, as servers that stream write them: HTTP, and Shoutcast's ``ICY 200 OK``.

Rules of this file:

- what is accepted is what deployed servers send: CRLF, bare LF, header lines
  that are none (they are passed over), interim answers (1xx) before the real one;
- how the bytes were cut into segments never changes the outcome;
- nothing is kept beyond ``max_bytes``, and what can't become a status line is
  refused with its first bytes.
"""

import re
from dataclasses import dataclass

from tinyice.wire.body import Body, ChunkedBody, RawBody, SizedBody
from tinyice.wire.charset import decode_text, printable
from tinyice.wire.errors import PeerError
from tinyice.wire.headers import Headers

MAX_HEADERS = 200
"""How many lines a head may have."""

_END = re.compile(rb"\n\r{0,2}\n")
_LONGEST_END = 4
_STARTS = (b"HTTP/1.", b"ICY ")
_STATUS = re.compile(
    rb"(HTTP/1\.[0-9]|ICY)[ \t]+([1-5][0-9]{2})(?:[ \t]+([^\r]*))?\r*", re.IGNORECASE
)
_FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([^\0]*)", re.DOTALL)
_LENGTH = re.compile(rb"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """The status line and headers of one answer.

    ``protocol`` is ICY, or HTTP/1. and a digit; ``reason`` is untrusted text on one line.
    """

    protocol: str
    status: int
    reason: str
    headers: Headers


class ResponseParser:
    """Collects one head, however it is cut."""

    def __init__(self, max_bytes: int) -> None:
        self._room = max_bytes
        self._buffer = bytearray()
        self.interim = 0
        """The status of the last interim answer; 0: none came."""
        self.leftover = b""

    def receive(self, data: bytes) -> ResponseHead | None:
        """Take more bytes; the head once it is complete.

        What follows the head is then in ``leftover``. Raises ``PeerError`` with status 0.
        """
        search_from = max(0, len(self._buffer) - _LONGEST_END + 1)
        self._buffer += data
        while True:
            self._check_start()
            end = _END.search(self._buffer, search_from)
            length = end.end() if end else len(self._buffer)
            if length > self._room:
                raise PeerError(0, "The head of the answer is too long.")
            if end is None:
                return None
            head = _parse(bytes(self._buffer[:length]))
            self._room -= length
            del self._buffer[:length]
            if head.status >= 200:
                self.leftover = bytes(self._buffer)
                self._buffer.clear()
                return head
            self.interim = head.status
            search_from = 0

    def _check_start(self) -> None:
        start = bytes(self._buffer[:7]).upper()
        if not any(start.startswith(known[: len(start)]) for known in _STARTS):
            raise PeerError(0, "The answer is neither HTTP nor ICY.")


def body_of_response(head: ResponseHead) -> Body:
    """How the body of an answer is framed; raises ``PeerError``.

    An answer with neither length nor chunks streams until it closes.
    """
    coding = (head.headers.get(b"transfer-encoding") or b"").strip().lower()
    if coding == b"chunked":
        return ChunkedBody()
    if coding not in (b"", b"identity"):
        raise PeerError(0, "The answer has a transfer encoding that nobody asked for.")
    length = (head.headers.get(b"content-length") or b"").strip()
    if not length:
        return RawBody()
    if not _LENGTH.fullmatch(length):
        raise PeerError(0, "The length of the answer is malformed.")
    return SizedBody(int(length))


def _parse(raw: bytes) -> ResponseHead:
    status, *lines = raw.split(b"\n")[:-2]
    found = _STATUS.fullmatch(status)
    if found is None:
        raise PeerError(0, "The status line of the answer is malformed.")
    if len(lines) > MAX_HEADERS:
        raise PeerError(0, "The answer has too many header fields.")
    fields = (_FIELD.fullmatch(line.strip(b" \t\r")) for line in lines)
    return ResponseHead(
        protocol=found[1].decode("ascii").upper(),
        status=int(found[2]),
        reason=printable(decode_text(found[3] or b"")).strip(),
        headers=Headers((field[1], field[2].strip(b" \t")) for field in fields if field),
    )
