"""How one track follows another. Values, no audio here."""

from dataclasses import dataclass
from enum import Enum

LONGEST_S = 15.0
"""No two tracks sound together for longer."""


class Joint(Enum):
    """What is done where one track ends and the next begins."""

    GAPLESS = "gapless"
    """The first sample of the one behind the last of the other, untouched."""

    CROSSFADE = "crossfade"
    """Both sound together for a while."""

    CUT = "cut"
    """One behind the other; the edges are rounded, so that nothing clicks."""


class Curve(Enum):
    """How the level goes in a crossfade."""

    SINE = "sine"
    """As loud in the middle as before and after: right for different pieces."""

    LINEAR = "linear"
    """Straight lines: right for what sounds alike."""

    LOGARITHMIC = "logarithmic"
    """The one is gone early, the other there late: a dip in the middle."""


@dataclass(frozen=True, slots=True)
class Join:
    """How a track is entered from the one before; ``seconds`` of a crossfade."""

    joint: Joint = Joint.CUT
    seconds: float = 0.0
    curve: Curve = Curve.SINE


CUT = Join()
GAPLESS = Join(Joint.GAPLESS)
