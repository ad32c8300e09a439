"""What the server and a playout say to each other survives the pipe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.codec.joins import Curve, Join, Joint
from tinyice.codec.playout_messages import (
    FROM_PLAYOUT,
    TO_PLAYOUT,
    Allow,
    Began,
    Failed,
    FromPlayout,
    GoOn,
    Hold,
    Load,
    Over,
    Position,
    Ready,
    Rest,
    Rested,
    Setup,
    Silent,
    Sound,
    ToPlayout,
    Unload,
    Volume,
    from_playout,
    to_playout,
)
from tinyice.core.quality import Quality
from tinyice.work.frames import Frame, FrameError

JOIN = Join(Joint.CROSSFADE, 2.5, Curve.LINEAR)


@pytest.mark.parametrize(
    "message",
    [
        Sound(0.5, b"abc"),
        Ready(),
        Began(3, 44100),
        Over(3, 88200, 1),
        Failed(4, "no audio — ü"),
        Position(3, 1.25),
        Silent(17),
        Rested(),
    ],
)
def test_from_a_playout(message: FromPlayout) -> None:
    """There and back."""
    assert from_playout(message.framed()) == message


@pytest.mark.parametrize(
    "message",
    [
        Setup(Quality("opus", 96, 48000, 2)),
        Setup(Quality(), ("/music", "/a\udcff")),
        Load(1, "/a/\udcff.mp3", "Ä", "T", JOIN, -3.5, 1.0, 9.0, at_once=True),
        Unload(),
        Hold(),
        GoOn(),
        Volume(0.5),
        Allow(12.25),
        Rest(),
    ],
)
def test_to_a_playout(message: ToPlayout) -> None:
    """There and back; bytes of paths that are no text, too."""
    assert to_playout(message.framed()) == message


@given(st.sampled_from(sorted(FROM_PLAYOUT | TO_PLAYOUT)), st.binary(max_size=60))
def test_garbage_is_refused(kind: int, payload: bytes) -> None:
    """Whatever comes, it is a message or a fault."""
    for read in (from_playout, to_playout):
        try:
            read(Frame(kind, payload))
        except FrameError:
            continue
