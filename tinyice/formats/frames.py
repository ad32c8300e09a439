"""Cut a stream of frames that tell their own length (MPEG audio, ADTS).

Rules of this file:

- a frame header is believed only when ``CHAIN_HEADERS`` of them, alike,
  follow each other; after that, each must be like the one before;
- a decision depends on the bytes and their place, never on how they were
  split into feeds, and is made once: nothing is searched twice;
- ID3 tags at the start or between frames pass through unsearched; all other
  garbage passes while the search for the next chain goes on;
- what can't be framed for long (``TRY_BYTES`` before the first frame,
  ``PATIENCE_BYTES`` after one) is raw: each feed may be joined at its start.
"""

import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple, Protocol

from tinyice.formats.base import AudioInfo, Chunk
from tinyice.formats.frozen import State
from tinyice.formats.id3 import tag_length

CHAIN_HEADERS = 3
"""So many consistent headers make a chain."""

TRY_BYTES = 64 * 1024
"""A stream without a frame in so many bytes is passed raw, until one comes."""

PATIENCE_BYTES = 1024 * 1024
"""So much garbage after good frames is passed raw, until the next frame."""

_MEASURE_SECONDS = 1.0
_ROUNDING = 0.03


class Run(NamedTuple):
    """Whole frames in a row: where they end, which may be joined, their samples."""

    end: int
    starts: list[int]
    samples: int


class Lock(Protocol):
    """What the frames of one chain have in common."""

    @property
    def samplerate(self) -> int:
        """Samples a second."""

    @property
    def key(self) -> tuple[int, ...]:
        """What ``Syntax.lock_of`` makes the same lock of."""

    def length(self, buffer: bytearray, at: int) -> int:
        """Length of the frame at ``at``; 0: no header, or one of another chain."""

    def run(self, buffer: bytearray, at: int) -> Run:
        """Follow the whole frames from ``at`` on."""


class Syntax(Protocol):
    """What a header looks like. ``pattern`` matches ``pattern_bytes`` bytes."""

    @property
    def pattern(self) -> re.Pattern[bytes]:
        """Finds what may be a header."""

    @property
    def pattern_bytes(self) -> int:
        """The length of each match of the pattern."""

    @property
    def header_bytes(self) -> int:
        """The bytes that a lock needs to tell the length of a frame."""

    def lock(self, buffer: bytearray, at: int) -> Lock:
        """The lock for the header at ``at``, where the pattern was found.

        The same object for headers of the same kind.
        """

    def lock_of(self, key: tuple[int, ...]) -> Lock:
        """The lock of that key."""

    def describe(self, buffer: bytearray, at: int) -> AudioInfo:
        """The audio as the header at ``at`` tells it; ``bitrate`` 0: not told."""


class _Verdict(Enum):
    CHAIN = "chain"
    NO_CHAIN = "no chain"
    TOO_SHORT = "too short"


@dataclass(slots=True)
class _Cut:
    starts: list[int]
    seconds: float


class FrameCutter:
    """Cuts one stream by the given syntax; what is derived from it is a framer."""

    needs_headers = False

    def __init__(self, syntax: Syntax) -> None:
        self._syntax = syntax
        self._buffer = bytearray()
        self._at = 0
        self._tag_left = 0
        self._between_units = True
        self._lock: Lock | None = None
        self._known: Lock | None = None
        self._told = AudioInfo()
        self._lost = 0
        self._patience = TRY_BYTES
        self._framed_bytes = 0
        self._framed_seconds = 0.0

    @property
    def info(self) -> AudioInfo:
        """The audio of the newest chain; the mean bitrate where the header has another."""
        if self._framed_seconds < _MEASURE_SECONDS:
            return self._told
        mean = self._framed_bytes * 8 / self._framed_seconds
        if abs(mean - self._told.bitrate) < self._told.bitrate * _ROUNDING:
            return self._told
        return replace(self._told, bitrate=round(mean / 1000) * 1000)

    def feed(self, data: bytes) -> list[Chunk]:
        """Take the next bytes; give at most one chunk, which ends where a unit ends."""
        self._buffer += data
        cut = _Cut([], 0.0)
        while self._advance(cut):
            pass
        return self._emit(cut)

    def freeze(self) -> State:
        """Where it stands; see ``formats/frozen.py``."""
        return {
            "buffer": bytes(self._buffer),
            "tag_left": self._tag_left,
            "between_units": self._between_units,
            "is_locked": self._lock is not None,
            "known": None if self._known is None else list(self._known.key),
            "told": self._told.freeze(),
            "lost": self._lost,
            "patience": self._patience,
            "framed_bytes": self._framed_bytes,
            "framed_seconds": self._framed_seconds,
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._buffer = bytearray(state["buffer"])
        self._tag_left = state["tag_left"]
        self._between_units = state["between_units"]
        known = state["known"]
        self._known = None if known is None else self._syntax.lock_of(tuple(known))
        self._lock = self._known if state["is_locked"] else None
        self._told = AudioInfo(*state["told"])
        self._lost = state["lost"]
        self._patience = state["patience"]
        self._framed_bytes = state["framed_bytes"]
        self._framed_seconds = state["framed_seconds"]

    def _advance(self, cut: _Cut) -> bool:
        if self._tag_left:
            return self._pass_tag()
        if self._lock is not None:
            return self._follow(self._lock, cut)
        if self._between_units:
            return self._look_for_tag()
        return self._hunt()

    def _pass_tag(self) -> bool:
        step = min(self._tag_left, len(self._buffer) - self._at)
        self._at += step
        self._tag_left -= step
        self._between_units = True
        return not self._tag_left

    def _follow(self, lock: Lock, cut: _Cut) -> bool:
        run = lock.run(self._buffer, self._at)
        seconds = run.samples / lock.samplerate
        cut.starts += run.starts
        cut.seconds += seconds
        self._framed_bytes += run.end - self._at
        self._framed_seconds += seconds
        self._at = run.end
        if len(self._buffer) - run.end < self._syntax.header_bytes:
            return False
        if lock.length(self._buffer, run.end):
            return False
        self._lock = None
        self._between_units = True
        return True

    def _look_for_tag(self) -> bool:
        length = tag_length(self._buffer, self._at)
        if length is None:
            return False
        self._tag_left = length
        self._between_units = False
        return True

    def _hunt(self) -> bool:
        found = self._syntax.pattern.search(self._buffer, self._at)
        if found is None:
            self._lose(max(self._at, len(self._buffer) - self._syntax.pattern_bytes + 1))
            return False
        self._lose(found.start())
        lock = self._syntax.lock(self._buffer, self._at)
        verdict = self._judge(lock)
        if verdict is _Verdict.CHAIN:
            self._take(lock)
        elif verdict is _Verdict.NO_CHAIN:
            self._lose(self._at + 1)
        return verdict is not _Verdict.TOO_SHORT

    def _judge(self, lock: Lock) -> _Verdict:
        at = self._at
        for _ in range(CHAIN_HEADERS):
            if at + self._syntax.header_bytes > len(self._buffer):
                return _Verdict.TOO_SHORT
            length = lock.length(self._buffer, at)
            if not length:
                return _Verdict.NO_CHAIN
            at += length
        return _Verdict.CHAIN

    def _take(self, lock: Lock) -> None:
        if lock is not self._known:
            self._framed_bytes, self._framed_seconds = 0, 0.0
        self._lock = self._known = lock
        self._told = self._syntax.describe(self._buffer, self._at)
        self._lost = 0
        self._patience = PATIENCE_BYTES

    def _lose(self, to: int) -> None:
        self._lost += to - self._at
        self._at = to

    def _emit(self, cut: _Cut) -> list[Chunk]:
        if not self._at:
            return []
        if not cut.starts and self._lost >= self._patience:
            cut.starts.append(0)
        data = bytes(self._buffer[: self._at])
        del self._buffer[: self._at]
        self._at = 0
        return [Chunk(data, tuple(cut.starts), cut.seconds)]
