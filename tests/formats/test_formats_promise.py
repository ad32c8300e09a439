"""What every framer promises, whatever it is fed."""

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from formats.feeding import feed_all, pieces_of, split_at
from formats.synthetic import SAMPLES, Sample
from tinyice.formats.base import MAX_HELD_BYTES
from tinyice.formats.raw import RawFramer

CUTS = st.lists(st.integers(min_value=0, max_value=1 << 20), max_size=40)
SEEDS = st.integers(min_value=0, max_value=1 << 32)

each_format = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES.keys())


def damaged(data: bytes, seed: int) -> bytes:
    """The stream with some bytes flipped, lost, doubled or put in."""
    dice = random.Random(seed)
    out = bytearray(data)
    for _ in range(dice.randrange(1, 12)):
        at = dice.randrange(len(out))
        length = dice.randrange(1, 200)
        match dice.randrange(4):
            case 0:
                out[at] ^= 1 << dice.randrange(8)
            case 1:
                del out[at : at + length]
            case 2:
                out[at:at] = out[at : at + length]
            case _:
                out[at:at] = dice.choice((b"OggS\0\0", b"\xff\xfb\x90", b"\x1fC\xb6u")) * 3
    return bytes(out)


@each_format
@given(cuts=CUTS)
@example(cuts=list(range(40_000)))
def test_splits_do_not_matter(sample: Sample, cuts: list[int]) -> None:
    """However the network cuts a stream, the bytes and the sync points are the same."""
    make, data = sample
    whole = feed_all(make(), [data])
    split = feed_all(make(), split_at(data, cuts))
    assert split.data == whole.data == data[: len(whole.data)]
    assert split.joins == whole.joins
    assert split.headers == whole.headers
    assert split.tags == whole.tags
    assert split.seconds == pytest.approx(whole.seconds)


@each_format
@given(seed=SEEDS, cuts=CUTS)
def test_damage_does_no_harm(sample: Sample, seed: int, cuts: list[int]) -> None:
    """A damaged stream passes unaltered, and is judged by its bytes, not by their splits."""
    make, data = sample
    broken = damaged(data, seed)
    whole = feed_all(make(), [broken])
    split = feed_all(make(), split_at(broken, cuts))
    assert split.data == whole.data == broken[: len(whole.data)]
    assert split.joins == whole.joins
    assert split.most_held <= MAX_HELD_BYTES


@each_format
@given(data=st.binary(max_size=3000), cuts=CUTS)
def test_any_bytes_pass(sample: Sample, data: bytes, cuts: list[int]) -> None:
    """No bytes make a framer raise, alter or hold more than its limit."""
    make, sound = sample
    for stream in (data, sound[: len(sound) // 2] + data):
        fed = feed_all(make(), split_at(stream, cuts))
        assert stream.startswith(fed.data)
        assert fed.most_held <= MAX_HELD_BYTES


@each_format
@pytest.mark.parametrize("fill", [b"\0", b"\xff", b"OggS\0\0" + b"\xff" * 21, b"\xff\xfb\x90\x64"])
def test_floods_are_not_held(sample: Sample, fill: bytes) -> None:
    """A megabyte of the worst filling is never held back beyond the limit."""
    make, sound = sample
    flood = (fill * (1024 * 1024 // len(fill) + 1))[: 1024 * 1024]
    for start in (b"", sound):
        fed = feed_all(make(), pieces_of(start + flood, 4096))
        assert fed.most_held <= MAX_HELD_BYTES
        assert (start + flood).startswith(fed.data)


@given(pieces=st.lists(st.binary(max_size=50), max_size=20))
def test_raw_passes_each_feed(pieces: list[bytes]) -> None:
    """What has no units may be joined at the start of each feed."""
    fed = feed_all(RawFramer(), pieces)
    assert fed.data == b"".join(pieces)
    starts = [sum(map(len, pieces[:at])) for at, piece in enumerate(pieces) if piece]
    assert fed.offsets == starts
    assert fed.seconds == 0
