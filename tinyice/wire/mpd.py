"""The protocol that MPD clients speak: lines in, lines out. No sockets, no music.

A request is a line: a command and its arguments, in quotes where they hold blanks. An
answer is lines ``NAME: VALUE`` and bytes, then ``OK``, or ``ACK`` with a number, the
place in a list of commands, and words. Text is UTF-8; bytes of names that are no UTF-8
travel as private code points, since clients end the conversation at anything else.
Source: the protocol's description in the user manual of MPD 0.23.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from tinyice.wire.charset import printable

VERSION = "0.23.5"
"""The version of the protocol that clients are told; they leave out what came later."""

GREETING = f"OK MPD {VERSION}\n".encode()
OK = b"OK\n"
LIST_OK = b"list_OK\n"
LINE_BYTES_MAX = 65_536
NUMBER_MAX = 2**31 - 1

_STRAY_FIRST, _STRAY_AS = 0xDC80, 0x10FE80
_OUT = {_STRAY_FIRST + byte: _STRAY_AS + byte for byte in range(0x80)}
_BACK = {told: stray for stray, told in _OUT.items()}
_COMMAND = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE | re.ASCII)
_BARE = re.compile(r"[^\x00-\x20\"']+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_BLANKS = re.compile(r"[ \t]*")
_WHOLE = re.compile(r"[0-9]{1,10}", re.ASCII)
_SIGNED = re.compile(r"[+-]?[0-9]{1,10}", re.ASCII)
_SECONDS = re.compile(r"[+-]?[0-9]{1,9}(?:\.[0-9]{0,9})?", re.ASCII)


class Ack(IntEnum):
    """The numbers of what can be wrong."""

    NOT_LIST = 1
    ARG = 2
    PASSWORD = 3
    PERMISSION = 4
    UNKNOWN = 5
    NO_EXIST = 50
    PLAYLIST_MAX = 51
    SYSTEM = 52
    PLAYLIST_LOAD = 53
    UPDATE_ALREADY = 54
    PLAYER_SYNC = 55
    EXIST = 56


class MpdFault(Exception):
    """A command can't be carried out: its number, and a sentence for people."""

    def __init__(self, ack: Ack, reason: str) -> None:
        super().__init__(reason)
        self.ack = ack
        self.reason = reason


class LineTooLong(Exception):
    """What the client sends has no end of a line within ``LINE_BYTES_MAX`` bytes."""


@dataclass(frozen=True, slots=True)
class Line:
    """A command and its arguments."""

    command: str
    args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Range:
    """Positions from ``start`` up to ``end``, which is not one of them; None: to the end."""

    start: int
    end: int | None

    def within(self, length: int) -> tuple[int, int]:
        """The same for a list of ``length``; raises ``MpdFault`` where it begins behind it."""
        end = length if self.end is None else min(self.end, length)
        if self.start > end:
            raise MpdFault(Ack.ARG, "Bad song index")
        return self.start, end


@dataclass(frozen=True, slots=True)
class Place:
    """A position; ``relative`` to what plays: in front of it (-1) or behind it (1), or not (0)."""

    position: int
    relative: int = 0


class LineReader:
    """Cuts what arrives into lines, without their ends."""

    def __init__(self, limit: int = LINE_BYTES_MAX) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._searched = 0

    def feed(self, data: bytes) -> None:
        """More bytes have come."""
        self._buffer += data

    def __len__(self) -> int:
        return len(self._buffer)

    @property
    def held(self) -> bytes:
        """What was fed, and is not cut into lines yet."""
        return bytes(self._buffer)

    def next(self) -> bytes | None:
        """The next line; None: it is not complete. Raises ``LineTooLong``."""
        end = self._buffer.find(b"\n", self._searched)
        if (end if end >= 0 else len(self._buffer)) > self._limit:
            raise LineTooLong
        if end < 0:
            self._searched = len(self._buffer)
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._searched = 0
        return line.removesuffix(b"\r")


def parse(line: bytes) -> Line:
    """The command of a line; raises ``MpdFault``."""
    text = line.decode("utf-8", "surrogateescape").translate(_BACK).rstrip(" \t")
    word = _COMMAND.match(text)
    if word is None:
        raise MpdFault(Ack.UNKNOWN, "Letter expected" if text else "No command given")
    command, at, args = word.group(), word.end(), []
    while at < len(text):
        blanks = _BLANKS.match(text, at)
        if blanks is None or blanks.end() == at:
            raise MpdFault(Ack.UNKNOWN, "Space expected after an argument")
        argument, at = _argument(text, blanks.end())
        args.append(argument)
    return Line(command, tuple(args))


def _argument(text: str, at: int) -> tuple[str, int]:
    if text[at] == '"':
        quoted = _QUOTED.match(text, at)
        if quoted is None:
            raise MpdFault(Ack.UNKNOWN, "Missing closing '\"'")
        return _ESCAPE.sub(r"\1", quoted.group(1)), quoted.end()
    bare = _BARE.match(text, at)
    if bare is None:
        raise MpdFault(Ack.UNKNOWN, "Invalid unquoted character")
    return bare.group(), bare.end()


def quote(text: str) -> str:
    """``text`` as one argument, whatever is in it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def pair(name: str, value: object) -> bytes:
    """A line of an answer; line ends in ``value`` are blanks."""
    text = printable(str(value)).translate(_OUT)
    return f"{name}: {text}\n".encode("utf-8", "replace")


def binary(chunk: bytes) -> bytes:
    """Bytes in an answer."""
    return b"binary: %d\n%b\n" % (len(chunk), chunk)


def failure(fault: MpdFault, command: str = "", position: int = 0) -> bytes:
    """The end of an answer that has failed, at this place in a list of commands."""
    words = printable(fault.reason).translate(_OUT)
    return f"ACK [{fault.ack.value}@{position}] {{{command}}} {words}\n".encode("utf-8", "replace")


def whole(text: str, most: int = NUMBER_MAX) -> int:
    """A number from 0 on; raises ``MpdFault``, as all below."""
    if not _WHOLE.fullmatch(text):
        raise MpdFault(Ack.ARG, f"Integer expected: {text}")
    return _bounded(int(text), most)


def signed(text: str, most: int = NUMBER_MAX) -> int:
    """A number that may be negative."""
    if not _SIGNED.fullmatch(text):
        raise MpdFault(Ack.ARG, f"Integer expected: {text}")
    return _bounded(int(text), most)


def _bounded(number: int, most: int) -> int:
    if abs(number) > most:
        raise MpdFault(Ack.ARG, f"Number too large: {number}")
    return number


def flag(text: str) -> bool:
    """0 or 1."""
    if text not in {"0", "1"}:
        raise MpdFault(Ack.ARG, f"Boolean (0/1) expected: {text}")
    return text == "1"


def seconds(text: str) -> float:
    """A time within a song."""
    if not _SECONDS.fullmatch(text) or text.startswith("-"):
        raise MpdFault(Ack.ARG, f"Float expected: {text}")
    return float(text)


def seconds_by(text: str) -> tuple[float, bool]:
    """A time, and whether it is meant from where we are: it has a sign then."""
    if not _SECONDS.fullmatch(text):
        raise MpdFault(Ack.ARG, f"Float expected: {text}")
    return float(text), text[0] in "+-"


def span(text: str) -> Range:
    """``START:END``, ``START:``, one position, or -1 for everything."""
    first, colon, last = text.partition(":")
    if not colon:
        if text == "-1":
            return Range(0, None)
        start = whole(first)
        return Range(start, start + 1)
    end = whole(last) if last not in {"", "-1"} else None
    start = whole(first) if first else 0
    if end is not None and end < start:
        raise MpdFault(Ack.ARG, f"Bad range: {text}")
    return Range(start, end)


def place(text: str) -> Place:
    """A position, or one relative to what plays: ``+0`` right behind it, ``-0`` in front."""
    relative = {"+": 1, "-": -1}.get(text[:1], 0)
    return Place(whole(text[1:] if relative else text), relative)


def options(
    args: Sequence[str], *known: str, repeated: str = ""
) -> tuple[list[str], dict[str, list[str]]]:
    """What stands at the end of ``args`` as ``NAME VALUE``, taken off; the rest comes first.

    Each of ``known`` may be there once, ``repeated`` more often; values are in their order.
    """
    rest, found = list(args), dict[str, list[str]]()
    while len(rest) >= 2 and (name := rest[-2].lower()) in {*known, repeated} - {""}:
        if name in found and name != repeated:
            break
        found.setdefault(name, []).insert(0, rest[-1])
        del rest[-2:]
    return rest, found
