"""What every seam promises, whatever the format."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.feeding import split_at
from formats.joining import Piece, carried, entries, play, units_of
from formats.synthetic import SAMPLES, Sample
from formats.test_formats_promise import CUTS, SEEDS, damaged
from tinyice.formats.base import Chunk, FormatKind
from tinyice.formats.seam import PlainSeam, open_seam

each_format = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES.keys())
each_kind = pytest.mark.parametrize("kind", FormatKind)


def some_pieces(sample: Sample, seed: int) -> list[Piece]:
    """A handful of pieces of the same programme, begun or entered anywhere."""
    make, data = sample
    units = units_of(make(), data)
    dice = random.Random(seed)
    places = entries(units, needs_headers=make().needs_headers)
    pieces = []
    for _ in range(dice.randrange(1, 6)):
        begins = dice.random() < 0.3
        at = 0 if begins else dice.choice(places)
        pieces.append(Piece(units[at : at + dice.randrange(1, 30)], begins))
    return pieces


@each_format
@given(cuts=CUTS)
def test_the_first_programme_passes_untouched(sample: Sample, cuts: list[int]) -> None:
    """Nothing was there before it: its chunks are what its framer gave."""
    make, data = sample
    framer = make()
    seam = open_seam(framer.kind, b"", after=None)
    for piece in split_at(data, cuts):
        for chunk in framer.feed(piece):
            assert seam.mend(chunk) == chunk


@each_format
def test_a_programme_that_begins_comes_through(sample: Sample) -> None:
    """A fresh encoder behind another one is heard byte for byte from its first frame on."""
    make, data = sample
    kind = make().kind
    if kind is FormatKind.MPEG:
        data = data.replace(b"\x55", b"\0")
    first, *others = make().feed(data)
    seam = open_seam(kind, b"", after=open_seam(kind, b"", after=None), begins=True)
    mended = seam.mend(first)
    lead = first.sync_points[0] if kind.is_frame_stream else 0
    assert mended.data == first.data[lead:]
    assert mended.sync_points == tuple(point - lead for point in first.sync_points)
    assert [seam.mend(chunk) for chunk in others] == others


@each_format
@given(seed=SEEDS)
def test_a_hand_over_changes_nothing(sample: Sample, seed: int) -> None:
    """A seam that is frozen and thawed before every chunk writes the same."""
    kind = sample[0]().kind
    pieces = some_pieces(sample, seed)
    assert play(kind, pieces, hands_over=True) == play(kind, pieces)


@each_format
@given(seed=SEEDS)
def test_sync_points_stand_where_units_begin(sample: Sample, seed: int) -> None:
    """Where bytes were put in or changed their length, the sync points have moved along."""
    kind = sample[0]().kind
    starts = {FormatKind.OGG: b"OggS", FormatKind.MATROSKA: b"\x1f\x43\xb6\x75"}
    chunks, spans = play(kind, some_pieces(sample, seed))
    assert b"".join(spans).startswith(chunks[0].data)
    for chunk in chunks:
        for point in chunk.sync_points:
            assert chunk.data.startswith(starts.get(kind, b"\xff"), point)


@each_kind
@given(
    headers=st.binary(max_size=300),
    chunks=st.lists(st.tuples(st.binary(max_size=300), st.sets(st.integers(0, 300), max_size=5))),
    begins=st.booleans(),
)
def test_any_bytes_are_mended(
    kind: FormatKind, headers: bytes, chunks: list[tuple[bytes, set[int]]], *, begins: bool
) -> None:
    """No bytes make a seam raise, and garbage passes as it is; behind the first frame, if any."""
    seam = open_seam(kind, headers, after=PlainSeam(), begins=begins)
    passes = not kind.is_frame_stream
    for data, points in chunks:
        chunk = Chunk(data, tuple(sorted(point for point in points if point < len(data))))
        mended = carried(seam).mend(chunk)
        assert seam.mend(chunk) == mended
        passes = passes or bool(chunk.sync_points)
        # By chance it may be an element of Matroska, which has to change.
        if not points and passes and kind is not FormatKind.MATROSKA:
            assert mended.data.endswith(data)
    seam.close()


@each_format
@given(seed=SEEDS)
def test_damage_is_mended_without_harm(sample: Sample, seed: int) -> None:
    """A broken stream makes no seam raise, however it is entered."""
    make, data = sample
    broken = (make, damaged(data, seed))
    if entries(units_of(make(), broken[1]), needs_headers=make().needs_headers):
        play(make().kind, some_pieces(broken, seed))


def test_seams_of_one_kind_follow_upon_those_of_another() -> None:
    """Where a mount changes its format, the new programme is the first of its kind."""
    seam = None
    for kind in (*FormatKind, *FormatKind):
        seam = open_seam(kind, b"", after=seam)
        assert seam.mend(Chunk(b"", ())).data == b""
