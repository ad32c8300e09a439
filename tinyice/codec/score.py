"""The demo's pieces: which notes are played when. No sound here, only the score."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

Chord = tuple[int, ...]
"""Semitones above the root of the piece, from low to high."""

ARTIST = "tinyice"


class Voice(Enum):
    """Who plays a note."""

    PAD = "pad"
    BELL = "bell"
    BASS = "bass"
    FLUTE = "flute"
    BRUSH = "brush"


class Side(Enum):
    """Where a note is heard."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Note:
    """Pitches struck together; times in beats from the beginning of the bar."""

    voice: Voice
    at: float
    beats: float
    pitches: tuple[int, ...] = ()
    side: Side = Side.CENTRE


@dataclass(frozen=True, slots=True)
class Piece:
    """A little music: chords, bar by bar, and the patterns laid over them.

    ``arpeggio`` and ``melody``: for each bar in turn, chord tones (0 is the
    lowest, numbers beyond the chord go on an octave higher) and when they sound.
    """

    title: str
    tempo: int
    root: int
    beats: int
    bars: int
    chords: tuple[Chord, ...]
    arpeggio: tuple[tuple[int, ...], ...]
    melody: tuple[tuple[tuple[float, int], ...], ...]
    brushes: tuple[float, ...] = ()

    @property
    def beat_s(self) -> float:
        """Seconds of one beat."""
        return 60.0 / self.tempo

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return self.bars * self.beats * self.beat_s


PIECES = (
    Piece(
        title="First Light on the Mast",
        tempo=84,
        root=48,
        beats=4,
        bars=16,
        chords=((0, 7, 12, 16), (-5, 7, 11, 14), (-3, 7, 12, 16), (-7, 5, 9, 12)),
        arpeggio=((0, 1, 2, 3, 4, 3, 2, 1), (0, 2, 1, 3, 2, 4, 3, 5)),
        melody=(((0, 3), (1.5, 2), (2, 1)), ((0.5, 2), (2, 3), (3, 4))),
    ),
    Piece(
        title="Café Ångström",
        tempo=96,
        root=53,
        beats=4,
        bars=16,
        chords=((0, 4, 7, 11), (-3, 4, 7, 12), (-10, 5, 9, 12), (-5, 5, 9, 11)),
        arpeggio=((0, 2, 3, 2, 4, 2, 3, 2), (1, 3, 2, 4, 3, 5, 4, 3)),
        melody=(((0, 4), (0.75, 3), (1.5, 2), (3, 3)), ((1, 2), (1.5, 3), (2.5, 5))),
        brushes=(1.0, 1.67, 3.0, 3.67),
    ),
    Piece(
        title="Snow on the Antenna",
        tempo=72,
        root=45,
        beats=4,
        bars=14,
        chords=((0, 7, 12, 15), (-4, 8, 12, 15), (-9, 7, 10, 15), (-2, 5, 10, 14)),
        arpeggio=((0, 2, 4, 3, 5, 3, 4, 2), (1, 2, 3, 4, 5, 4, 3, 2)),
        melody=(((0, 4), (2, 3)), ((0, 2), (1, 3), (3, 1))),
    ),
    Piece(
        title="Полярная ночь",
        tempo=66,
        root=50,
        beats=3,
        bars=16,
        chords=((0, 7, 12, 15), (-7, 5, 8, 12), (-2, 5, 10, 14), (-9, 7, 10, 15)),
        arpeggio=((0, 1, 2, 3, 4, 2), (0, 2, 3, 5, 4, 3)),
        melody=(((0, 4), (1, 3), (2, 2)), ((0, 3), (2.5, 4))),
    ),
    Piece(
        title="Lighthouse, Half Past Two",
        tempo=104,
        root=43,
        beats=4,
        bars=20,
        chords=((0, 7, 12, 16), (5, 9, 12, 17), (-3, 7, 12, 16), (-5, 7, 11, 14)),
        arpeggio=((0, 3, 2, 4, 3, 5, 4, 3), (5, 4, 3, 2, 4, 3, 2, 1)),
        melody=(((0, 3), (1, 4), (2, 5), (3, 4)), ((0.5, 3), (2, 2))),
        brushes=(0.5, 1.5, 2.5, 3.5),
    ),
)


def bar_of(piece: Piece, bar: int) -> Iterator[Note]:
    """The notes of one bar: it opens thin, fills, and closes with a held chord."""
    chord = piece.chords[bar % len(piece.chords)]
    if bar == piece.bars - 1:
        # The last two beats are rest: the sound dies away before the next piece.
        yield from _held(piece, piece.chords[0], piece.beats - 2.0)
        return
    yield from _held(piece, chord, float(piece.beats))
    if bar >= 1:
        yield from _arpeggio(piece, bar, chord)
    if bar % 8 >= 4:
        yield from _melody(piece, bar, chord)
    if bar >= 2:
        for at in piece.brushes:
            yield Note(Voice.BRUSH, at, 1.0, side=Side.RIGHT)


def _held(piece: Piece, chord: Chord, beats: float) -> Iterator[Note]:
    yield Note(Voice.PAD, 0.0, beats, tuple(piece.root + step for step in chord[1:]))
    bass = piece.root + chord[0]
    if bass > 50:
        bass -= 12
    half = beats / 2 if piece.beats == 4 else beats
    yield Note(Voice.BASS, 0.0, half, (bass,))
    if half < beats:
        yield Note(Voice.BASS, half, half, (bass,))


def _arpeggio(piece: Piece, bar: int, chord: Chord) -> Iterator[Note]:
    pattern = piece.arpeggio[bar % len(piece.arpeggio)]
    for step, degree in enumerate(pattern):
        side = Side.LEFT if step % 2 else Side.RIGHT
        pitch = _chord_tone(piece.root + 12, chord, degree)
        yield Note(Voice.BELL, step / 2, 2.0, (pitch,), side)


def _melody(piece: Piece, bar: int, chord: Chord) -> Iterator[Note]:
    notes = piece.melody[bar % len(piece.melody)]
    ends = [at for at, _degree in notes[1:]] + [float(piece.beats)]
    for (at, degree), end in zip(notes, ends, strict=True):
        pitch = _chord_tone(piece.root + 12, chord, degree)
        yield Note(Voice.FLUTE, at, end - at, (pitch,))


def _chord_tone(root: int, chord: Chord, degree: int) -> int:
    octave, index = divmod(degree, len(chord) - 1)
    return root + 12 * octave + chord[1 + index]
