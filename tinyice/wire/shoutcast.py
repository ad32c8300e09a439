"""The source dialogue of Shoutcast v1: a password line, ``icy-`` lines, a blank line, audio.

Some encoders write all of it at once, others wait for ``OK2`` after the
password: the events tell how far the peer has come.
"""

import re
from dataclasses import dataclass, field

from tinyice.wire.charset import decode_text
from tinyice.wire.errors import PeerError
from tinyice.wire.headers import Headers
from tinyice.wire.target import decode_path

OK2 = b"OK2\r\nicy-caps:11\r\n\r\n"
"""The answer to the right password."""

INVALID_PASSWORD = b"invalid password\r\n"
"""The answer to a wrong one; the connection closes after it."""

_OTHER_PROTOCOL = re.compile(rb"!POKE|[A-Za-z]+ .*(?:HTTP|ICE)/[0-9]\.[0-9] *", re.IGNORECASE)
_SID = re.compile(rb":#([0-9]{1,9})\Z")


@dataclass(frozen=True, slots=True)
class PasswordLine:
    """What the encoder logs in with.

    ``user`` and ``mount`` come from ``user:password`` and ``/mount:password``;
    ``whole`` is the line less its ``:#sid``, for passwords with a colon inside.
    """

    user: str
    password: bytes = field(repr=False)
    mount: str | None = None
    sid: int | None = None
    whole: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class StationLines:
    """The ``icy-`` lines are complete; audio follows."""

    headers: Headers


@dataclass(frozen=True, slots=True)
class NotShoutcast:
    """The first line is an HTTP request or the probe of libshout.

    Everything that arrived, this line included, is ``leftover``.
    """

    line: bytes = field(repr=False)


Event = PasswordLine | StationLines | NotShoutcast


class ShoutcastLogin:
    """Reads one login, however it is cut; nothing beyond ``max_bytes`` is kept of it."""

    def __init__(self, max_bytes: int) -> None:
        self._room = max_bytes
        self._lines: list[bytes] = []
        self._partial = b""
        self._over = False
        self.leftover = b""

    @property
    def received(self) -> bytes:
        """What came so far, as it can be read again."""
        return b"".join(line + b"\n" for line in self._lines) + self._partial + self.leftover

    def receive(self, data: bytes) -> list[Event]:
        """Take more bytes; what they complete. Raises ``PeerError`` with status 0.

        After the last event the bytes collect in ``leftover``.
        """
        events: list[Event] = []
        while data and not self._over:
            line, end, data = data.partition(b"\n")
            self._room -= len(line) + len(end)
            if self._room < 0:
                raise PeerError(0, "The Shoutcast login is too long.")
            self._partial += line + end
            if end:
                events += self._take_line(self._partial)
        self.leftover += data
        return events

    def _take_line(self, whole: bytes) -> list[Event]:
        self._partial = b""
        line = whole.rstrip(b"\r\n")
        self._lines.append(line)
        if len(self._lines) == 1:
            if not _OTHER_PROTOCOL.fullmatch(line):
                return [parse_password_line(line)]
            self._over = True
            self.leftover = whole
            return [NotShoutcast(line)]
        if line:
            return []
        self._over = True
        return [StationLines(Headers(_fields(self._lines[1:])))]


def parse_password_line(line: bytes) -> PasswordLine:
    """The login in one line, without its line end. Raises ``PeerError`` for a bad mount."""
    found = _SID.search(line)
    sid = int(found[1]) if found else None
    whole = line[: found.start()] if found else line
    name, colon, password = whole.partition(b":")
    if not colon:
        return PasswordLine("", whole, None, sid, whole)
    if name.startswith(b"/"):
        return PasswordLine("", password, _mount(name), sid, whole)
    return PasswordLine(decode_text(name), password, None, sid, whole)


def _mount(name: bytes) -> str:
    try:
        return decode_path(name)
    except PeerError as error:
        raise PeerError(0, error.reason) from error


def _fields(lines: list[bytes]) -> list[tuple[bytes, bytes]]:
    pairs = (line.partition(b":") for line in lines)
    return [(name.strip(), value.strip()) for name, colon, value in pairs if colon]
