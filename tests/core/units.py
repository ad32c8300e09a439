"""A stream whose every byte tells where it belongs: numbered units, and their reader.

A unit is a mark, its length, its number, and a body that follows from both, so
that a piece of the stream proves itself to be whole, without the stream.
"""

import struct
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from tinyice.formats.base import AudioInfo, Chunk, FormatKind

MARK = 0xA5
_HEAD = struct.Struct(">BIQ")
SMALLEST = _HEAD.size


def unit(number: int, length: int) -> bytes:
    """The unit of that number, so many bytes long."""
    length = max(length, SMALLEST)
    body = struct.pack(">Q", number * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)
    return (_HEAD.pack(MARK, length, number) + body * (length // 8 + 1))[:length]


class Programme:
    """What an encoder sends: units with ascending numbers."""

    def __init__(self) -> None:
        self.number = 0
        self.sent = 0

    def units(self, *lengths: int) -> bytes:
        """The next units."""
        made = b"".join(unit(number, length) for number, length in enumerate(lengths, self.number))
        self.number += len(lengths)
        self.sent += len(made)
        return made


class UnitFramer:
    """Cuts the stream into whole units, each of which may be joined."""

    def __init__(
        self,
        kind: FormatKind = FormatKind.MPEG,
        *,
        seconds_per_byte: float = 0.0,
        headers: bytes = b"",
    ) -> None:
        self.kind = kind
        self.needs_headers = bool(headers)
        self.info = AudioInfo()
        self._seconds_per_byte = seconds_per_byte
        self._headers: bytes | None = headers or None
        self._rest = b""
        self.tags: Mapping[str, str] | None = None

    def feed(self, data: bytes) -> list[Chunk]:
        self._rest += data
        chunks = []
        if self._headers is not None:
            if len(self._rest) < len(self._headers):
                return []
            chunks.append(Chunk(self._headers, headers=self._headers))
            assert self._rest.startswith(self._headers)
            self._rest, self._headers = self._rest[len(self._headers) :], None
        at, points = 0, []
        while len(self._rest) - at >= SMALLEST:
            mark, length, _ = _HEAD.unpack_from(self._rest, at)
            assert mark == MARK
            if at + length > len(self._rest):
                break
            points.append(at)
            at += length
        if at:
            done, self._rest = self._rest[:at], self._rest[at:]
            seconds = len(done) * self._seconds_per_byte
            chunks.append(Chunk(done, tuple(points), seconds, tags=self.tags))
        return chunks

    def freeze(self) -> dict[str, Any]:
        return {"rest": self._rest, "headers": self._headers}

    def thaw(self, state: dict[str, Any]) -> None:
        self._rest, self._headers = state["rest"], state["headers"]


def numbers(stream: bytes) -> list[int]:
    """The numbers of the whole units of ``stream``, which begins with one.

    Between units, fillers may stand: empty ID3 tags, or zeros. A last
    unit may be incomplete. Anything else is an error.
    """
    found = []
    at = 0
    while at < len(stream):
        at = _behind_filler(stream, at)
        if len(stream) - at < SMALLEST:
            break
        mark, length, number = _HEAD.unpack_from(stream, at)
        assert mark == MARK, f"no unit at {at}: {stream[at : at + 16]!r}"
        piece = stream[at : at + length]
        assert unit(number, length).startswith(piece), f"unit {number} is broken"
        if len(piece) == length:
            found.append(number)
        at += length
    return found


def _behind_filler(stream: bytes, at: int) -> int:
    before = -1
    while before != at:
        before = at
        at = _behind_tag(stream, at)
        while at < len(stream) and not stream[at]:
            at += 1
    return at


def _behind_tag(stream: bytes, at: int) -> int:
    while stream.startswith(b"ID3\x04\0\0", at) and len(stream) - at >= 10:
        size = 0
        for byte in stream[at + 6 : at + 10]:
            assert byte < 0x80
            size = size << 7 | byte
        assert not any(stream[at + 10 : at + 10 + size])
        at = min(at + 10 + size, len(stream))
    return len(stream) if stream.startswith(b"ID3"[: len(stream) - at], at) else at


def gaps(found: list[int]) -> int:
    """How often numbers are missing; they must ascend."""
    steps = [later - earlier for earlier, later in pairwise(found)]
    assert all(step > 0 for step in steps), "a unit came twice, or too late"
    return sum(step != 1 for step in steps)
