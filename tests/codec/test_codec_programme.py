"""The demo's music: within its bounds, and cheap to make."""

from array import array
from itertools import islice, pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tinyice.codec.programme import LOUDEST, Desk, programme
from tinyice.codec.score import PIECES, Side, bar_of
from tinyice.codec.tones import BELL, RATE, tone


def test_pieces() -> None:
    """Pieces last 30 to 60 seconds, have different titles, and one is not in ASCII."""
    assert len(PIECES) >= 4
    assert all(30 <= piece.seconds <= 60 for piece in PIECES)
    titles = {piece.title for piece in PIECES}
    assert len(titles) == len(PIECES)
    assert not all(title.isascii() for title in titles)


def test_notes_are_playable() -> None:
    """Notes begin in their bar, sound for a while, and lie where ears are good."""
    for piece in PIECES:
        for bar in range(piece.bars):
            for note in bar_of(piece, bar):
                assert 0 <= note.at < piece.beats
                assert note.beats > 0
                assert all(28 <= pitch <= 96 for pitch in note.pitches)


def test_a_piece_fits_its_time() -> None:
    """The first piece has exactly its length in samples, and a second one follows."""
    samples = 0
    begun = []
    for passage in programme(Random(1), [PIECES[1], PIECES[0]]):
        if passage.begins is not None:
            begun.append(passage.begins)
            if len(begun) == 2:
                break
        assert len(passage.left) == len(passage.right)
        samples += len(passage.left)
    assert begun == [PIECES[1], PIECES[0]]
    assert abs(samples - PIECES[1].seconds * RATE) <= 1


def test_it_is_heard_on_both_sides() -> None:
    """Neither side is silent or too loud, and they differ."""
    passages = list(islice(programme(Random(1)), 40))
    left = [sample for passage in passages for sample in passage.left]
    right = [sample for passage in passages for sample in passage.right]
    for side in (left, right):
        assert 3000 < max(map(abs, side)) <= LOUDEST
    assert left != right


def test_pitch() -> None:
    """A tone has the pitch of its number: 69 crosses zero 440 times a second upwards."""
    samples = tone(BELL, (69,), 1.0)
    crossings = sum(a < 0 <= b for a, b in pairwise(samples))
    assert abs(crossings - 440) <= 8


def test_a_tone_ends_softly() -> None:
    """Tones begin and end near silence: no click."""
    samples = tone(BELL, (60, 64), 0.5)
    assert max(map(abs, [*samples[:3], *samples[-3:]])) < 200


sounds = st.lists(st.integers(-32768, 32767), max_size=40).map(lambda s: array("h", s))


@given(
    st.lists(
        st.tuples(sounds, st.integers(0, 30), st.sampled_from(Side), st.integers(1, 50)),
        max_size=10,
    )
)
def test_the_desk_is_bounded(steps: list[tuple["array[int]", int, Side, int]]) -> None:
    """Whatever is laid, as many samples come as are taken, and all fit."""
    desk = Desk()
    for sound, start, side, count in steps:
        desk.lay(sound, start, side)
        left, right = desk.take(count, 60)
        assert len(left) == len(right) == count
        assert all(abs(sample) <= 32768 for sample in (*left, *right))


def test_the_echo_comes_from_the_other_side() -> None:
    """What sounds on the left is heard again, softer, on the right."""
    desk = Desk()
    desk.lay(array("h", [16000]), 0, Side.LEFT)
    taken = [desk.take(10, 20) for _ in range(3)]
    assert taken[0][0][0] == 16000
    assert taken[2][1][0] == 5000
    assert max(taken[2][0]) == 0
