"""Frames on a pipe: one byte of kind, four of length (big-endian), the payload.

No pipe, process or clock here. What reads frames names the kinds it knows and
the longest payload it takes; anything else is a ``FrameError``, and the end of
that stream: there is no way to find the next frame.
"""

from dataclasses import dataclass
from struct import Struct

HEAD = Struct(">BI")


class FrameError(Exception):
    """What came is no frame, or not one that may be sent here."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message on a pipe."""

    kind: int
    payload: bytes = b""

    def encoded(self) -> bytes:
        """The bytes on the pipe."""
        return HEAD.pack(self.kind, len(self.payload)) + self.payload


class FrameReader:
    """Finds the frames in what comes through a pipe, however it is split."""

    def __init__(self, kinds: frozenset[int], *, max_payload: int) -> None:
        self._kinds = kinds
        self._max_payload = max_payload
        self._buffer = bytearray()
        self._broken = ""

    @property
    def held_bytes(self) -> int:
        """How much of an unfinished frame is here."""
        return len(self._buffer)

    @property
    def held(self) -> bytes:
        """That itself: another reader goes on after it."""
        return bytes(self._buffer)

    def feed(self, data: bytes) -> list[Frame]:
        """The frames completed by ``data``; ``FrameError`` for ever after garbage.

        Frames in front of garbage are lost with it: its sender is broken.
        """
        if self._broken:
            raise FrameError(self._broken)
        self._buffer += data
        frames = []
        at = 0
        while (end := self._end_of_frame(at)) is not None:
            frames.append(Frame(self._buffer[at], bytes(self._buffer[at + HEAD.size : end])))
            at = end
        del self._buffer[:at]
        return frames

    def _end_of_frame(self, at: int) -> int | None:
        if len(self._buffer) < at + HEAD.size:
            return None
        kind, length = HEAD.unpack_from(self._buffer, at)
        if kind not in self._kinds:
            self._break(f"a frame of unknown kind {kind}")
        if length > self._max_payload:
            self._break(f"a frame of {length} bytes, {self._max_payload} are allowed")
        end: int = at + HEAD.size + length
        return end if end <= len(self._buffer) else None

    def _break(self, reason: str) -> None:
        self._broken = reason
        self._buffer.clear()
        raise FrameError(reason)
