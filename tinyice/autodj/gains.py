"""How much louder or softer a track is played. Pure; decibels.

What the file tells by its tags goes before what was measured. A track of which nothing
is known is played as it is. That peaks stay below the limit is the limiter's affair.
"""

from dataclasses import dataclass
from enum import Enum
from math import log10

from tinyice.core.loudness import Loudness
from tinyice.core.tracks import Track

REPLAYGAIN_LUFS = -18.0
"""As loud ReplayGain makes everything."""

USUAL_LUFS = -16.0
MOST_DB = 12.0
LEAST_DB = -24.0
"""Beyond these a tag is wrong, or what was measured is no music."""


class Levelling(Enum):
    """By what tracks are brought to one loudness."""

    OFF = "off"
    TRACK = "track"
    ALBUM = "album"
    """All tracks of an album alike, where the file knows its album's gain."""


@dataclass(frozen=True, slots=True)
class GainRules:
    """``more_db`` is the operator's own, on top."""

    levelling: Levelling = Levelling.TRACK
    target_lufs: float = USUAL_LUFS
    more_db: float = 0.0


def gain_db(track: Track, measured: Loudness | None, rules: GainRules) -> float:
    """How many decibels are added to ``track``."""
    if rules.levelling is Levelling.OFF:
        return rules.more_db
    told = _told_db(track, rules.levelling)
    if told is not None:
        levelled = told + rules.target_lufs - REPLAYGAIN_LUFS
    elif measured is not None:
        levelled = rules.target_lufs - measured.lufs
    else:
        levelled = 0.0
    return min(MOST_DB, max(LEAST_DB, levelled)) + rules.more_db


def must_be_measured(track: Track, rules: GainRules) -> bool:
    """Whether ``gain_db`` would have use for a measurement."""
    return rules.levelling is not Levelling.OFF and _told_db(track, rules.levelling) is None


def told_loudness(track: Track) -> Loudness | None:
    """How loud ``track`` is by its tags; None: they do not say it."""
    gains = track.gains
    if gains.track_db is None:
        return None
    peak_db = 20 * log10(gains.track_peak) if gains.track_peak else 0.0
    return Loudness(REPLAYGAIN_LUFS - gains.track_db, peak_db, seconds=track.seconds)


def _told_db(track: Track, levelling: Levelling) -> float | None:
    gains = track.gains
    if levelling is Levelling.ALBUM and gains.album_db is not None:
        return gains.album_db
    return gains.track_db if gains.track_db is not None else gains.album_db
