"""The chunked transfer coding, decoded as it arrives."""

import re
from enum import Enum
from typing import Any

from tinyice.wire.errors import PeerError

MAX_LINE_BYTES = 4096
"""The longest size line, and the most bytes that all trailer lines may have."""

_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\x00]*)?\r?")


class _Expects(Enum):
    SIZE = "size"
    AUDIO = "audio"
    AUDIO_END = "line end after the audio"
    TRAILER = "trailer"
    NOTHING = "nothing"


class ChunkedBody:
    """A stream in chunks; what comes after the last chunk is ``leftover``."""

    __slots__ = ("_expects", "_line", "_max_line", "_remaining", "_trailer_bytes", "leftover")

    def __init__(self, max_line: int = MAX_LINE_BYTES) -> None:
        self._max_line = max_line
        self._expects = _Expects.SIZE
        self._remaining = 0
        self._line = b""
        self._trailer_bytes = 0
        self.leftover = b""

    @property
    def complete(self) -> bool:
        """Whether the last chunk and its trailer have arrived."""
        return self._expects is _Expects.NOTHING

    def feed(self, data: bytes) -> bytes:
        """The audio in ``data``; raises ``PeerError``."""
        if len(data) < self._remaining:
            self._remaining -= len(data)
            return data
        pieces = []
        position = 0
        while position < len(data):
            if self._expects is _Expects.AUDIO:
                end = position + self._remaining
                piece = data[position:end]
                pieces.append(piece)
                position += len(piece)
                self._remaining -= len(piece)
                if not self._remaining:
                    self._expects = _Expects.AUDIO_END
            elif self._expects is _Expects.NOTHING:
                self.leftover += data[position:]
                break
            else:
                position = self._take_line(data, position)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def freeze(self) -> dict[str, Any]:
        """Where it stands, as plain values for ``thaw``."""
        return {
            "kind": "chunked",
            "max_line": self._max_line,
            "expects": self._expects.name,
            "remaining": self._remaining,
            "line": self._line,
            "trailer_bytes": self._trailer_bytes,
            "leftover": self.leftover,
        }

    def thaw(self, state: dict[str, Any]) -> None:
        """Go on from there; for a fresh body."""
        self._max_line = state["max_line"]
        self._expects = _Expects[state["expects"]]
        self._remaining = state["remaining"]
        self._line = state["line"]
        self._trailer_bytes = state["trailer_bytes"]
        self.leftover = state["leftover"]

    def _take_line(self, data: bytes, position: int) -> int:
        end = data.find(b"\n", position)
        line = self._line + (data[position:end] if end >= 0 else data[position:])
        if len(line) > self._max_line:
            raise PeerError(400, "A line of the chunked body is too long.")
        if end < 0:
            self._line = line
            return len(data)
        self._line = b""
        self._act_on(line)
        return end + 1

    def _act_on(self, line: bytes) -> None:
        if self._expects is _Expects.SIZE:
            self._begin_chunk(line)
        elif self._expects is _Expects.TRAILER:
            self._read_trailer(line)
        elif line not in (b"", b"\r"):
            raise PeerError(400, "A chunk is longer than it says.")
        else:
            self._expects = _Expects.SIZE

    def _begin_chunk(self, line: bytes) -> None:
        size = _SIZE.fullmatch(line)
        if size is None:
            raise PeerError(400, "A chunk size is malformed.")
        self._remaining = int(size[1], 16)
        self._expects = _Expects.AUDIO if self._remaining else _Expects.TRAILER

    def _read_trailer(self, line: bytes) -> None:
        self._trailer_bytes += len(line)
        if self._trailer_bytes > self._max_line:
            raise PeerError(400, "The trailer of the chunked body is too long.")
        if line in (b"", b"\r"):
            self._expects = _Expects.NOTHING
