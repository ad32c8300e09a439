"""Frames: any split gives the same, garbage gives one typed error, nothing grows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.work.frames import HEAD, Frame, FrameError, FrameReader

KINDS = frozenset({1, 2, 7})
MAX_PAYLOAD = 300

frames = st.builds(Frame, st.sampled_from(sorted(KINDS)), st.binary(max_size=MAX_PAYLOAD))


def reader() -> FrameReader:
    return FrameReader(KINDS, max_payload=MAX_PAYLOAD)


@given(st.lists(frames, max_size=8), st.lists(st.integers(1, 50), max_size=50))
def test_any_split(sent: list[Frame], sizes: list[int]) -> None:
    """However the pipe cuts the bytes, the same frames come out."""
    data = b"".join(frame.encoded() for frame in sent)
    taken = reader()
    received = []
    for size in sizes:
        received += taken.feed(data[:size])
        data = data[size:]
    received += taken.feed(data)
    assert received == sent
    assert taken.held_bytes == 0


@given(st.lists(st.binary(max_size=400), max_size=10))
def test_garbage(pieces: list[bytes]) -> None:
    """Any bytes give known, bounded frames or a FrameError, and little is held."""
    taken = reader()
    for piece in pieces:
        try:
            received = taken.feed(piece)
        except FrameError:
            assert taken.held_bytes == 0
            continue
        assert all(f.kind in KINDS and len(f.payload) <= MAX_PAYLOAD for f in received)
        assert taken.held_bytes < HEAD.size + MAX_PAYLOAD


@pytest.mark.parametrize("garbage", [b"\x03\0\0\0\0", HEAD.pack(1, MAX_PAYLOAD + 1)])
def test_broken_for_ever(garbage: bytes) -> None:
    """After a frame that may not be, nothing is taken any more."""
    taken = reader()
    with pytest.raises(FrameError):
        taken.feed(garbage)
    with pytest.raises(FrameError):
        taken.feed(Frame(1).encoded())
