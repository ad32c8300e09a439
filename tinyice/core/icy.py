"""ICY metadata, interleaved once for all listeners with the same interval.

Listeners join on the grid of ``core/icygrid.py``. So that they begin at a frame
all the same, the bytes between the grid point and the frame are taken by an
empty ID3v2 tag, which players skip, or by zeros for somebody who goes on in the
middle. Each listener's first block is the full title: where the shared block has
passed already, the joiner gets the bytes up to it on its own; where it is still
to come, it is made a full one for everyone.

The *phase* of a listener is how many bytes it has had since its last block. An
offset of the audio fits a listener when the two are equal, modulo the interval.
"""

from collections.abc import Callable, Iterator

from tinyice.core.icygrid import IcyGrid
from tinyice.core.icytitles import IcyTitles
from tinyice.core.placement import REST_MAX, Join, Parting
from tinyice.core.ring import SPAN, Ring
from tinyice.core.syncpoints import SyncPoints
from tinyice.formats.frozen import State
from tinyice.wire.icy import EMPTY_BLOCK, MIN_FILLER, filler


class IcyStream:
    """The interleaved bytes of one interval: makes them, and places listeners in them.

    ``ring`` takes what ``interleave`` gives; ``sync`` are places in the audio,
    of which the byte at ``start`` comes first; ``is_framed`` tells whether
    only they are places to begin.
    """

    def __init__(
        self,
        metaint: int,
        *,
        sync: SyncPoints,
        is_framed: Callable[[], bool],
        ring: Ring,
        start: int,
        block: bytes,
    ) -> None:
        self.metaint = metaint
        self._sync = sync
        self._is_framed = is_framed
        self._ring = ring
        self._grid = IcyGrid(audio=start, icy=ring.head)
        self._position = start
        self._titles = IcyTitles(block)
        self._intro: tuple[bytes, bytes, bytes] | None = None

    @property
    def oldest(self) -> int:
        """The oldest audio that may stand in the ring."""
        return self._grid.first_audio

    def freeze(self) -> State:
        """Where it stands, without its ring; see ``formats/frozen.py``."""
        return {
            "position": self._position,
            "grid": self._grid.freeze(),
            "titles": self._titles.freeze(),
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._position = state["position"]
        self._grid.thaw(state["grid"])
        self._titles.thaw(state["titles"])

    def set_block(self, block: bytes) -> None:
        """From the next grid point on, this is what plays."""
        self._titles.change(block)

    def interleave(self, data: memoryview) -> Iterator[bytes | memoryview]:
        """``data`` in pieces, and the blocks between them.

        Each must be in the ring before the next is asked for.
        """
        at = 0
        while at < len(data):
            room = self.metaint - self._position % self.metaint
            piece = data[at : at + room]
            yield piece
            at += len(piece)
            self._position += len(piece)
            if len(piece) == room:
                block = self._titles.block_at(self._position)
                self._grid.begin_segment(self._position, self._ring.head + len(block))
                yield block
        self._grid.forget(self._ring.tail)
        self._titles.forget(self._grid.first_audio)

    def opening(self, intro: bytes, burst: int) -> tuple[bytes, int]:
        """``intro`` with metadata, made once for all who join under the same title."""
        if not intro:
            return b"", 0
        block = self._titles.first_for(self._position - burst)
        if self._intro is None or self._intro[0] is not intro or self._intro[1] != block:
            self._intro = (intro, block, self._with_blocks(intro, 0, block))
        return self._intro[2], len(intro) % self.metaint

    def join_at(self, burst: int, fresh_from: int, phase: int) -> Join:
        """A frame that fits ``phase``, after a filler where none fits."""
        oldest = max(fresh_from, self._oldest(self._ring.tail))
        floor = max(oldest, self._position - burst)
        return self._place(self._aim(floor, oldest, phase), phase, _padding)

    def rejoin(self, offset: int, tail: int) -> Join:
        """Near the newest frame, in the phase in which the listener counts."""
        rest, audio = self._rest_of_unit(offset)
        oldest = max(audio, self._oldest(tail))
        floor = max(oldest, self._position - self.metaint - REST_MAX)
        phase = audio % self.metaint
        prefix, target = self._place(self._aim(floor, oldest, phase), phase, bytes)
        return [rest, *prefix], target

    def part(self, offset: int) -> Parting:
        """Behind the block and the frame that were begun."""
        rest, audio = self._rest_of_unit(offset)
        return Parting(rest, audio, audio % self.metaint)

    def enter(self, fresh_from: int, phase: int) -> Join:
        """Near the newest frame, in the phase in which the listener counts."""
        oldest = max(fresh_from, self._oldest(self._ring.tail))
        floor = max(oldest, self._position - self.metaint - REST_MAX)
        return self._place(self._aim(floor, oldest, phase), phase, bytes)

    def _oldest(self, tail: int) -> int:
        """The oldest audio offset that does not lie before ``tail``."""
        return self._grid.to_audio(tail)[0]

    def _place(self, start: int, phase: int, padding: Callable[[int], bytes]) -> Join:
        """Begin at the audio offset ``start``: what comes first, and what follows.

        ``padding`` makes what fills the gap before it. A tag is passed over at
        the beginning of a stream, but some decoders stumble over one between
        two frames, and skip zeros there.
        """
        gap = (start - phase) % self.metaint
        block = self._titles.first_for(start)
        if phase + gap >= self.metaint:
            return [self._with_blocks(padding(gap), phase, block)], self._grid.to_icy(start)
        due = start - start % self.metaint + self.metaint
        icy = self._grid.to_icy(start)
        if due > self._position:
            self._titles.repeat()
            return [padding(gap)], icy
        audio = self._ring.copy(icy, icy + due - start)
        return [padding(gap), audio, self._titles.first_for(due)], self._grid.to_icy(due)

    def _aim(self, floor: int, oldest: int, phase: int) -> int:
        """The place to begin: from ``floor`` on, or else the newest one from ``oldest`` on."""
        if not self._is_framed():
            point = floor + (phase - floor) % self.metaint
            return point if point <= self._position else floor
        point = floor + (phase - floor) % self.metaint
        while (start := self._frame_behind(point)) is not None:
            if start - point < self.metaint:
                return start
            point += (start - point) // self.metaint * self.metaint
        return self._any_frame(floor, oldest, phase)

    def _frame_behind(self, point: int) -> int | None:
        """The first frame at ``point``, or so far behind that a filler fits in between."""
        start = self._sync.at_or_after(point)
        if start is not None and 0 < start - point < MIN_FILLER:
            return self._sync.at_or_after(point + MIN_FILLER)
        return start

    def _any_frame(self, floor: int, oldest: int, phase: int) -> int:
        """A frame in any phase, with room for a filler if there is one."""
        start = self._sync.at_or_after(floor)
        if start is None:
            newest = self._sync.newest
            start = self._position if newest is None or newest < oldest else newest
        if 0 < (start - phase) % self.metaint < MIN_FILLER:
            earlier = self._sync.before(start, oldest)
            start = start if earlier is None else earlier
        return start

    def _rest_of_unit(self, offset: int) -> tuple[bytes, int]:
        """The bytes of a block and frame that were begun, and the audio offset behind them."""
        audio, of_block = self._grid.to_audio(offset)
        end = offset + of_block
        if self._is_framed():
            point = self._sync.at_or_after(audio)
            # The bytes end where another frame begins.
            point = self._position if point is None else point
            if audio < point <= audio + REST_MAX:
                audio, end = point, self._grid.to_icy(point)
        return self._ring.copy(offset, end), audio

    def _with_blocks(self, content: bytes, phase: int, block: bytes) -> bytes:
        """``content`` for a listener in ``phase``, with ``block`` where the first is due."""
        parts: list[bytes] = []
        at = 0
        room = self.metaint - phase
        while len(content) - at >= room:
            parts += [content[at : at + room], block]
            at += room
            room, block = self.metaint, EMPTY_BLOCK
        return b"".join([*parts, content[at:]])


def icy_capacity(audio: int, metaint: int) -> int:
    """The bytes of a ring that holds so much audio, and metadata."""
    return audio + audio // metaint + SPAN


def _padding(length: int) -> bytes:
    """Bytes that players skip: a tag, or zeros where a tag does not fit."""
    return filler(length) if length >= MIN_FILLER else bytes(length)
