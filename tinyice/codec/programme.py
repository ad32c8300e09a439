"""The demo programme as samples: the pieces of the score, one after the other, for ever.

Nothing is computed twice that sounds twice: tones are kept while their piece
plays, and mixing is additions. That is what makes it cheap.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import add
from random import Random

from tinyice.codec.score import PIECES, Note, Piece, Side, Voice, bar_of
from tinyice.codec.tones import BASS, BELL, FLUTE, PAD, RATE, brush, tone

LOUDEST = 32000
ECHO_BEATS = 0.75
ECHO_SAMPLES = RATE
"""The longest echo that is remembered."""

RINGS_S = {Voice.PAD: 0.9, Voice.BELL: 0.3, Voice.BASS: 0.1, Voice.FLUTE: 0.3, Voice.BRUSH: 0.0}
"""How long a note of each voice goes on after its time."""

TIMBRES = {Voice.PAD: PAD, Voice.BELL: BELL, Voice.BASS: BASS, Voice.FLUTE: FLUTE}


@dataclass(frozen=True, slots=True)
class Passage:
    """Some samples (16 bit, as many left as right). ``begins``: a piece starts here."""

    left: "array[int]"
    right: "array[int]"
    begins: Piece | None = None


def programme(random: Random, pieces: Sequence[Piece] = PIECES) -> Iterator[Passage]:
    """The pieces, again and again; passages are half a beat long."""
    strokes = [brush(random) for _ in range(4)]
    desk = Desk()
    while True:
        for piece in pieces:
            yield from _played(piece, desk, strokes)


def _played(piece: Piece, desk: "Desk", strokes: Sequence[Sequence[int]]) -> Iterator[Passage]:
    band = Band(piece, strokes)
    beginning: Piece | None = piece
    half_beat = piece.beat_s / 2
    clock = 0.0
    for bar in range(piece.bars):
        notes = sorted(bar_of(piece, bar), key=lambda note: note.at)
        for step in range(piece.beats * 2):
            for note in notes:
                if step <= note.at * 2 < step + 1:
                    late_s = (note.at - step / 2) * piece.beat_s
                    desk.lay(band.sound(note), int(late_s * RATE), note.side)
            # Counted from the beginning, so that rounding does not add up.
            clock_before, clock = clock, clock + half_beat
            count = int(clock * RATE) - int(clock_before * RATE)
            left, right = desk.take(count, int(ECHO_BEATS * piece.beat_s * RATE))
            yield Passage(left, right, beginning)
            beginning = None


class Band:
    """Plays the notes of one piece, and keeps each tone for the next time."""

    def __init__(self, piece: Piece, strokes: Sequence[Sequence[int]]) -> None:
        self._beat_s = piece.beat_s
        self._strokes = strokes
        self._struck = 0
        self._tones: dict[tuple[Voice, tuple[int, ...], float], Sequence[int]] = {}

    def sound(self, note: Note) -> Sequence[int]:
        """What is heard of ``note``."""
        if note.voice is Voice.BRUSH:
            self._struck += 1
            return self._strokes[self._struck % len(self._strokes)]
        key = (note.voice, note.pitches, note.beats)
        if key not in self._tones:
            seconds = note.beats * self._beat_s + RINGS_S[note.voice]
            self._tones[key] = tone(TIMBRES[note.voice], note.pitches, seconds)
        return self._tones[key]


class Desk:
    """Mixes what sounds at the same time, with an echo from the other side."""

    def __init__(self) -> None:
        self._tracks: dict[Side, list[int]] = {side: [] for side in Side}
        self._heard_left = [0] * ECHO_SAMPLES
        self._heard_right = [0] * ECHO_SAMPLES

    def lay(self, sound: Sequence[int], start: int, side: Side) -> None:
        """Add ``sound``, beginning ``start`` samples from now."""
        track = self._tracks[side]
        end = start + len(sound)
        if len(track) < end:
            track.extend([0] * (end - len(track)))
        track[start:end] = map(add, track[start:end], sound)

    def take(self, count: int, echo: int) -> "tuple[array[int], array[int]]":
        """The next ``count`` samples, left and right; ``echo`` (at least that) is its delay."""
        echo = max(count, min(echo, ECHO_SAMPLES))
        centre = self._next(Side.CENTRE, count)
        left = list(map(add, centre, self._next(Side.LEFT, count)))
        right = list(map(add, centre, self._next(Side.RIGHT, count)))
        echoes = slice(-echo, count - echo or None)
        mixed_left = _limited(left, self._heard_right[echoes])
        mixed_right = _limited(right, self._heard_left[echoes])
        self._heard_left = self._heard_left[count:] + mixed_left
        self._heard_right = self._heard_right[count:] + mixed_right
        return array("h", mixed_left), array("h", mixed_right)

    def _next(self, side: Side, count: int) -> list[int]:
        track = self._tracks[side]
        taken = track[:count]
        del track[:count]
        return taken + [0] * (count - len(taken))


def _limited(dry: list[int], echo: list[int]) -> list[int]:
    mixed = [sample + (late * 5 >> 4) for sample, late in zip(dry, echo, strict=True)]
    if max(mixed) > LOUDEST or min(mixed) < -LOUDEST:
        return [max(-LOUDEST, min(LOUDEST, sample)) for sample in mixed]
    return mixed
