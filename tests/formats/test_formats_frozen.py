"""A framer that is frozen, and thawed by another process, goes on as if nothing had been."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.feeding import Fed, split_at
from formats.synthetic import SAMPLES, Sample
from formats.test_formats_promise import CUTS, SEEDS, damaged
from tinyice.formats.base import Chunk, Framer
from tinyice.formats.detect import thawed_framer

each_format = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES.keys())


def carried(state: dict[str, Any]) -> dict[str, Any]:
    """The state as it arrives on the other side."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=dict[str, Any])


def chunks_of(framer: Framer, pieces: list[bytes], *, frozen_each: bool) -> list[Chunk]:
    """What comes out, with a hand-over after every piece, or with none."""
    chunks: list[Chunk] = []
    for piece in pieces:
        chunks += framer.feed(piece)
        if frozen_each:
            info = framer.info
            framer = thawed_framer(framer.kind, carried(framer.freeze()))
            assert framer.info == info
    return chunks


@each_format
@given(cuts=CUTS)
def test_a_hand_over_changes_nothing(sample: Sample, cuts: list[int]) -> None:
    """Wherever a stream is cut, and the framer handed over there, the chunks are the same."""
    make, data = sample
    pieces = list(split_at(data, cuts))
    assert chunks_of(make(), pieces, frozen_each=True) == chunks_of(
        make(), pieces, frozen_each=False
    )


@each_format
@given(seed=SEEDS, cuts=CUTS)
def test_a_hand_over_in_the_middle_of_damage_changes_nothing(
    sample: Sample, seed: int, cuts: list[int]
) -> None:
    """The same holds where the stream is broken."""
    make, data = sample
    pieces = list(split_at(damaged(data, seed), cuts))
    assert chunks_of(make(), pieces, frozen_each=True) == chunks_of(
        make(), pieces, frozen_each=False
    )


@each_format
@given(at=st.integers(min_value=0, max_value=1 << 20))
def test_one_hand_over_at_any_byte(sample: Sample, at: int) -> None:
    """One hand-over at one byte: what comes out, joined, is what would have come."""
    make, data = sample
    at %= len(data)
    whole, one = Fed(), make()
    first = one.feed(data[:at])
    other = thawed_framer(one.kind, carried(one.freeze()))
    whole.data = b"".join(chunk.data for chunk in (*first, *other.feed(data[at:])))
    assert data.startswith(whole.data)
    assert len(whole.data) == sum(len(chunk.data) for chunk in make().feed(data))
