"""What parents and codecs say survives the pipe; nonsense is one typed error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.codec.protocol import (
    CHILD_KINDS,
    PARENT_KINDS,
    Audio,
    Credit,
    Fault,
    FromChild,
    FromParent,
    NewTags,
    Ready,
    Stop,
    from_child,
    from_parent,
)
from tinyice.work.frames import Frame, FrameError

seconds = st.floats(min_value=0, max_value=1e12)
numbers = st.integers(0, 10**6)
children = st.one_of(
    st.builds(Audio, st.binary(), seconds),
    st.builds(NewTags, st.text(), st.text()),
    st.builds(Ready, st.text(), numbers, numbers, numbers),
    st.builds(Fault, st.text()),
)
parents = st.one_of(st.builds(Credit, seconds), st.just(Stop()))


@given(children)
def test_from_child(message: FromChild) -> None:
    """Every message of a child arrives as it was sent."""
    assert message.framed().kind in CHILD_KINDS
    assert from_child(message.framed()) == message


@given(parents)
def test_from_parent(message: FromParent) -> None:
    """Every message of a parent arrives as it was sent."""
    assert message.framed().kind in PARENT_KINDS
    assert from_parent(message.framed()) == message


@given(st.integers(0, 255), st.binary(max_size=64))
def test_nonsense(kind: int, payload: bytes) -> None:
    """Any payload is a message or a FrameError."""
    for read in (from_child, from_parent):
        try:
            read(Frame(kind, payload))
        except FrameError:
            continue


@pytest.mark.parametrize(
    "frame",
    [
        Frame(1, b"short"),
        Frame(1, b"\x7f\xf8\0\0\0\0\0\0"),
        Frame(2, b"[" * 100_000),
        Frame(2, b'["artist"]'),
        Frame(2, b'{"artist": "a"}'),
        Frame(3, b'["audio/mpeg", "128", 1, 2]'),
    ],
)
def test_wrong_shapes(frame: Frame) -> None:
    """Times that are none, and JSON of the wrong shape, are refused."""
    with pytest.raises(FrameError):
        from_child(frame)


def test_half_characters() -> None:
    """Tags can always be encoded, whatever JSON spelled."""
    tags = from_child(Frame(2, b'["\\ud800", "x"]'))
    assert tags == NewTags("?", "x")
