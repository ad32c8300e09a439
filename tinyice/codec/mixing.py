"""Tracks one after the other, or into each other, to the sample.

Rules of this file:

- one track is in front; those that fade out sound besides;
- the one that comes next enters where the front one ends, or as long before as they
  are to sound together: that place is found by decoding ahead, not by what files say;
- where nothing comes next there is silence, and it is told once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tinyice.codec.joins import LONGEST_S, Curve, Join, Joint
from tinyice.codec.reading import Reader
from tinyice.codec.samples import Samples, silence
from tinyice.codec.voice import Voice

EDGE_S = 0.004
"""So long edges are rounded where one track is cut off and another begins."""

LEAVING_MAX = 4
"""More tracks than these do not fade out at a time; the oldest are gone."""

_AHEAD = 3
"""As many blocks are decoded at most while one is given."""


@dataclass(frozen=True, slots=True)
class Entered:
    """This track is heard from here on."""

    number: int


@dataclass(frozen=True, slots=True)
class Left:
    """This one is not heard any more; ``faults`` pieces of it could not be decoded."""

    number: int
    faults: int


@dataclass(frozen=True, slots=True)
class Empty:
    """There is nothing to play from here on."""


Happening = Entered | Left | Empty
Tell = Callable[[int, Happening], None]
"""Is told what happens at which sample of the block, in order."""


class Mixer:
    """Gives block after block, for ever."""

    def __init__(self, samplerate: int, channels: int) -> None:
        self._rate = samplerate
        self._channels = channels
        self._edge = max(1, round(EDGE_S * samplerate))
        self._front: Voice | None = None
        self._leaving: list[Voice] = []
        self._next: tuple[Voice, Join] | None = None
        self._at_once = False
        self._is_empty = False

    @property
    def front(self) -> Voice | None:
        """What is heard."""
        return self._front

    @property
    def next_number(self) -> int | None:
        """What comes next."""
        return None if self._next is None else self._next[0].number

    def load(self, number: int, reader: Reader, join: Join, *, at_once: bool) -> None:
        """This comes next, in place of what was to; ``at_once``: in the next block."""
        self.unload()
        self._next = (Voice(number, reader), join)
        self._at_once = at_once

    def unload(self) -> None:
        """Nothing comes next."""
        if self._next is not None:
            self._next[0].reader.close()
            self._next, self._at_once = None, False

    def clear(self) -> None:
        """Forget everything."""
        self.unload()
        for voice in (*self._leaving, *([self._front] if self._front else ())):
            voice.reader.close()
        self._leaving, self._front, self._is_empty = [], None, False

    def block(self, count: int, tell: Tell) -> Samples:
        """The next samples."""
        mixed = silence(count, self._channels)
        at = 0
        while at < count:
            here = partial(tell, at)
            if self._at_once and self._front is not None:
                self._fade_over(self._length_of(self._join), here)
            length = self._stays(count - at, here)
            if length and self._leaving:
                length = min([length, *(voice.fades_for for voice in self._leaving)])
            part = mixed[at : at + length]
            if self._front is not None and length:
                part += self._front.read(length)
            for voice in self._leaving:
                samples = voice.read(length)
                part[: len(samples)] += samples
            at += length
            self._drop_left(partial(tell, at))
        return mixed

    def _stays(self, count: int, tell: Callable[[Happening], None]) -> int:
        """For how many samples nothing changes; 0: something has, ask again."""
        front = self._front
        if front is None:
            return self._begin(count, tell)
        left = self._left_of(front, count)
        if left is None:
            return min(count, front.reader.ready)
        overlap = self._length_of(self._join)
        if left <= 0:
            self._follow(front, tell)
        elif front.is_leaving or not overlap:
            return min(count, left)
        elif left > overlap:
            return min(count, left - overlap)
        elif self._next is not None and self._join.joint is Joint.CROSSFADE:
            self._fade_over(left, tell)
        else:
            front.fade_out(Curve.SINE, left)
        return 0

    def _begin(self, count: int, tell: Callable[[Happening], None]) -> int:
        """There is nothing in front."""
        if self._next is not None:
            self._enter(tell, self._edge if self._join.joint is not Joint.GAPLESS else 0)
            return 0
        if not self._is_empty:
            self._is_empty = True
            tell(Empty())
        return count

    @property
    def _join(self) -> Join:
        return Join() if self._next is None else self._next[1]

    def _length_of(self, join: Join) -> int:
        """So many samples before its end the front track begins to be gone."""
        if join.joint is Joint.GAPLESS:
            return 0
        if join.joint is Joint.CROSSFADE and join.seconds > 0:
            return max(self._edge, round(min(join.seconds, LONGEST_S) * self._rate))
        return self._edge

    def _left_of(self, front: Voice, count: int) -> int | None:
        """How many samples are left of the front track; None: more than matters now."""
        reader = front.reader
        wanted = count + self._length_of(self._join)
        reader.fill(min(wanted, max(count, reader.ready + _AHEAD * count)))
        if not reader.is_at_end:
            return None
        if self._join.joint is not Joint.GAPLESS:
            reader.finish()
        return reader.ready

    def _follow(self, front: Voice, tell: Callable[[Happening], None]) -> None:
        """The front track has come to its end."""
        tell(Left(front.number, front.reader.faults))
        converter = None
        if self._join.joint is Joint.GAPLESS:
            converter = front.reader.give_up_converter()
        front.reader.close()
        self._front = None
        if converter is not None and self._next is not None:
            self._next[0].reader.begin(converter)

    def _fade_over(self, length: int, tell: Callable[[Happening], None]) -> None:
        """What comes next enters while the front track leaves."""
        curve = self._join.curve
        if self._front is not None:
            self._front.fade_out(curve, max(1, length))
            self._leaving.append(self._front)
        self._front = None
        self._enter(tell, length, curve)

    def _enter(
        self, tell: Callable[[Happening], None], length: int, curve: Curve = Curve.SINE
    ) -> None:
        if self._next is not None:
            self._front = self._next[0]
            self._next, self._at_once, self._is_empty = None, False, False
            self._front.fade_in(curve, length)
            tell(Entered(self._front.number))

    def _drop_left(self, tell: Callable[[Happening], None]) -> None:
        gone = [voice for voice in self._leaving if voice.is_over]
        gone += [voice for voice in self._leaving[:-LEAVING_MAX] if voice not in gone]
        for voice in gone:
            self._leaving.remove(voice)
            voice.reader.close()
            tell(Left(voice.number, voice.reader.faults))
