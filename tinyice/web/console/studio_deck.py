"""The deck of the Studio: what plays, as it stands when the page is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tinyice.core.autodjs import AutoDJSnapshot
from tinyice.core.snapshots import MountSnapshot
from tinyice.web.console.figures import elapsed
from tinyice.web.live.studio import StudioMix, StudioNext, StudioNow, StudioPlay, parts_of
from tinyice.web.live.studio_words import CURVES, GAINS, UNKNOWN, left

Options = Sequence[tuple[str, str]]

CURVE_OPTIONS: Options = tuple(CURVES.items())
GAIN_OPTIONS: Options = tuple((kind.value, words) for kind, words in GAINS.items())


@dataclass(frozen=True, slots=True)
class DeckShown:
    """The parts that browsers are told of later, and times as they were at that moment.

    ``share`` of the track has played; ``into``: when the next one begins.
    """

    now: StudioNow
    play: StudioPlay
    next: StudioNext
    mix: StudioMix
    elapsed: str
    left: str
    into: str
    share: float
    curves: Options = CURVE_OPTIONS
    gains: Options = GAIN_OPTIONS


def shown_deck(dj: AutoDJSnapshot, mount: MountSnapshot | None, at: datetime) -> DeckShown:
    """The deck of ``dj``, which has ``mount`` or waits for it."""
    now, play, following, mix, _lists = parts_of(dj, mount, at)
    passed = dj.elapsed_s if now.entry else 0.0
    return DeckShown(
        now,
        play,
        following,
        mix,
        elapsed=elapsed(passed),
        left=left(passed, now.seconds),
        into=elapsed(now.seconds - passed - following.join_s) if now.seconds else UNKNOWN,
        share=min(1.0, passed / now.seconds) if now.seconds else 0.0,
    )
