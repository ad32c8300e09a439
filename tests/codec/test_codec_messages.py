"""What the server and a codec child say to each other survives the pipe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.codec.messages import (
    FROM_CODEC,
    TO_CODEC,
    Add,
    Begin,
    Bytes,
    Encoded,
    End,
    FromCodec,
    NewTitle,
    Refused,
    Remove,
    Taken,
    Titled,
    ToCodec,
    Unwant,
    Want,
    Works,
    from_codec,
    to_codec,
)
from tinyice.core.quality import FORMATS, Quality
from tinyice.work.frames import Frame, FrameError

numbers = st.integers(0, 2**32 - 1)
seconds = st.floats(min_value=0, max_value=1e12)
qualities = st.builds(Quality, format=st.sampled_from(FORMATS), bitrate=st.integers(0, 500))
children = st.one_of(
    st.just(Works()),
    st.builds(Encoded, numbers, seconds, st.binary()),
    st.builds(Titled, numbers, st.text(), st.text()),
    st.builds(Taken, st.integers(0, 2**60), seconds, numbers),
    st.builds(Refused, numbers, st.text()),
)
parents = st.one_of(
    st.just(End()),
    st.builds(Begin, st.text()),
    st.builds(Bytes, st.binary()),
    st.builds(NewTitle, st.text(), st.text()),
    st.builds(Add, numbers, qualities),
    st.builds(Remove, numbers),
    st.builds(Want, numbers),
    st.builds(Unwant, numbers),
)


@given(children)
def test_from_the_child(message: FromCodec) -> None:
    """Every message of a child arrives as it was sent."""
    assert message.framed().kind in FROM_CODEC
    assert from_codec(message.framed()) == message


@given(parents)
def test_to_the_child(message: ToCodec) -> None:
    """Every message of the server arrives as it was sent."""
    assert message.framed().kind in TO_CODEC
    assert to_codec(message.framed()) == message


@given(st.integers(0, 255), st.binary(max_size=64))
def test_nonsense(kind: int, payload: bytes) -> None:
    """Any payload is a message or a FrameError."""
    for read in (from_codec, to_codec):
        try:
            read(Frame(kind, payload))
        except FrameError:
            continue


@pytest.mark.parametrize(
    ("kind", "payload"),
    [(52, b'[1, {"colour": 3}]'), (52, b"[1]"), (48, b"{}"), (53, b"12"), (48, b"[" * 3000)],
)
def test_wrong_shapes(kind: int, payload: bytes) -> None:
    with pytest.raises(FrameError):
        to_codec(Frame(kind, payload))
