"""ICY metadata, interleaved once for all listeners with the same interval.

Listeners join on the grid of ``core/icygrid.py``. So that they begin at a frame
all the same, the bytes between the grid point and the frame are taken by an
empty ID3v2 tag, which players skip. Each listener's first block is the full
title: where the shared block has passed already, the joiner gets the bytes up
to it on its own; where it is still to come, it is made a full one for everyone.
"""

from tinyice.core.icygrid import IcyGrid
from tinyice.core.placement import REST_MAX, Join, PlainPlacement
from tinyice.core.ring import Ring
from tinyice.core.syncpoints import SyncPoints
from tinyice.wire.icy import EMPTY_BLOCK, MIN_FILLER, filler


class IcyStream:
    """The interleaved bytes of one interval: makes them, and places listeners in them."""

    def __init__(
        self,
        metaint: int,
        *,
        audio: Ring,
        sync: SyncPoints,
        framed: bool,
        ring: Ring,
        start: int,
        block: bytes,
    ) -> None:
        self.metaint = metaint
        self._audio = audio
        self._sync = sync
        self._framed = framed
        self._ring = ring
        self._plain = PlainPlacement(audio, sync)
        self._grid = IcyGrid(metaint, audio=start, icy=ring.head)
        self._position = start
        self._block = block
        self._block_due = True
        self._intro: tuple[bytes, bytes, bytes, int] | None = None

    def set_block(self, block: bytes) -> None:
        """From the next grid point on, this is what plays."""
        self._block = block
        self._block_due = True

    def interleave(self, data: bytes | memoryview, icy: int) -> list[bytes | memoryview]:
        """``data`` as it goes into the interleaved ring, whose head is ``icy``."""
        pieces: list[bytes | memoryview] = []
        at = 0
        while True:
            room = self.metaint - self._position % self.metaint
            piece = data[at : at + room]
            pieces.append(piece)
            at += len(piece)
            icy += len(piece)
            self._position += len(piece)
            if len(piece) < room:
                break
            block = self._block if self._block_due else EMPTY_BLOCK
            self._block_due = False
            pieces.append(block)
            icy += len(block)
            self._grid.begin_segment(self._position, icy)
            if at == len(data):
                break
        self._grid.forget(self._ring.tail)
        return pieces

    def join_at(self, burst: int, fresh_from: int, intro: bytes = b"") -> Join:
        """A frame behind a grid point, after ``intro`` and the filler in between."""
        opening, phase = self._interleaved_intro(intro)
        prefix, target = self._place(burst, fresh_from, phase, titled=bool(opening))
        return [opening, *prefix], target

    def rejoin(self, offset: int) -> Join:
        """Near the newest frame, in the phase in which the listener counts."""
        rest, audio = self._rest_of_unit(offset)
        prefix, target = self._place(
            self.metaint + REST_MAX, audio, audio % self.metaint, titled=False
        )
        return [rest, *prefix], target

    def _place(self, burst: int, fresh_from: int, phase: int, *, titled: bool) -> Join:
        grid_point, start = self._aim(burst, fresh_from, phase)
        prefix = _padding(start - grid_point)
        due = start - start % self.metaint + self.metaint
        if titled:
            return [prefix], self._grid.to_icy(start)
        if due > self._audio.head:
            self._block_due = True
            return [prefix], self._grid.to_icy(start)
        audio = bytes(self._audio.view(start, due - start))
        return [prefix, audio, self._block], self._grid.to_icy(due)

    def _aim(self, burst: int, fresh_from: int, phase: int) -> tuple[int, int]:
        """An offset in ``phase``, and the place to begin behind it, as far back as allowed."""
        head = self._audio.head
        oldest = max(self._audio.tail, fresh_from, self._grid.first_audio)
        floor = max(oldest, head - burst)
        point = floor + (phase - floor) % self.metaint
        while point <= head:
            start = self._start_behind(point)
            if start is not None and start - point < self.metaint:
                return point, start
            point += self.metaint
        start = self._plain.start_point(burst, oldest)
        gap = (start - phase) % self.metaint
        if 0 < gap < MIN_FILLER:
            start = self._sync.before(start, oldest) or start
            gap = (start - phase) % self.metaint
        return start - gap, start

    def _start_behind(self, point: int) -> int | None:
        if not self._framed:
            return point
        start = self._sync.at_or_after(point)
        if start is not None and 0 < start - point < MIN_FILLER:
            return self._sync.at_or_after(point + MIN_FILLER)
        return start

    def _rest_of_unit(self, offset: int) -> tuple[bytes, int]:
        """The bytes of a block and frame that were begun, and the audio offset behind them."""
        audio, of_block = self._grid.to_audio(offset)
        end = offset + of_block
        _, point = self._plain.rest_of_unit(audio)
        if point > audio:
            audio, end = point, self._grid.to_icy(point)
        if not self._ring.tail <= offset <= end <= self._ring.head:
            return b"", audio
        return bytes(self._ring.view(offset, end - offset)), audio

    def _interleaved_intro(self, intro: bytes) -> tuple[bytes, int]:
        """``intro`` with metadata, made once for all who join under the same title."""
        if not intro:
            return b"", 0
        if self._intro is None or self._intro[0] is not intro or self._intro[1] != self._block:
            step = self.metaint
            parts: list[bytes] = []
            for at in range(0, len(intro), step):
                piece = intro[at : at + step]
                parts.append(piece)
                if len(piece) == step:
                    parts.append(EMPTY_BLOCK if at else self._block)
            self._intro = (intro, self._block, b"".join(parts), len(intro) % step)
        return self._intro[2], self._intro[3]


def _padding(length: int) -> bytes:
    """Bytes that players skip: a tag, or zeros where a tag does not fit."""
    return filler(length) if length >= MIN_FILLER else bytes(length)
