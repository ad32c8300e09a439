"""How tracks follow each other, and how loud they are made."""

from dataclasses import replace

import pytest

from tinyice.autodj.gains import (
    LEAST_DB,
    MOST_DB,
    GainRules,
    Levelling,
    gain_db,
    must_be_measured,
    told_loudness,
)
from tinyice.autodj.transitions import Fades, Manner, join_between, manner_of
from tinyice.codec.joins import CUT, GAPLESS, LONGEST_S, Curve, Join, Joint
from tinyice.core.loudness import Loudness
from tinyice.core.tracks import Gains, Track

ONE = Track("a/1.mp3", artist="A", album="Both", album_artist="A", number=1, disc=1, seconds=200)
TWO = replace(ONE, path="a/2.mp3", number=2)
OTHER = Track("b/x.mp3", artist="B", album="Else", number=4, seconds=180)
FADES = Fades(4.0, Curve.LINEAR)
FADE = Join(Joint.CROSSFADE, 4.0, Curve.LINEAR)


@pytest.mark.parametrize(
    ("before", "after", "join"),
    [
        (ONE, TWO, GAPLESS),
        (TWO, ONE, FADE),
        (ONE, replace(TWO, number=3), FADE),
        (ONE, replace(TWO, album="Another"), FADE),
        (ONE, replace(TWO, album_artist="B"), FADE),
        (replace(ONE, number=12), replace(TWO, number=1, disc=2), GAPLESS),
        (replace(ONE, number=0), replace(TWO, number=1), FADE),
        (replace(ONE, album=""), replace(TWO, album=""), FADE),
        (ONE, OTHER, FADE),
        (replace(ONE, seconds=7.9), OTHER, CUT),
        (ONE, replace(OTHER, seconds=7.9), CUT),
        (ONE, replace(OTHER, seconds=0.0), FADE),
        (replace(ONE, genre="Jingle"), OTHER, CUT),
        (ONE, replace(OTHER, genre="Podcast"), CUT),
        (ONE, replace(OTHER, path="Jingles/one.mp3"), CUT),
        (replace(ONE, genre="Audiobook"), replace(TWO, genre="Audiobook"), GAPLESS),
    ],
)
def test_what_follows_what(before: Track, after: Track, join: Join) -> None:
    """Albums are not touched, jingles and speech not faded, short tracks neither."""
    assert join_between(before, after, FADES) == join


def test_albums_that_do_not_tell_whose_they_are() -> None:
    """The same artist or the same folder makes it one album."""
    one = Track("x/1.mp3", artist="A", album="Greatest Hits", number=1, seconds=100)
    two = Track("x/2.mp3", artist="B", album="Greatest Hits", number=2, seconds=100)
    assert join_between(one, two, FADES) == GAPLESS
    assert join_between(one, replace(two, path="y/2.mp3"), FADES) == FADE


def test_fades_can_be_switched_off_and_are_bounded() -> None:
    """No seconds is no fade, and nobody fades for a minute."""
    assert join_between(ONE, OTHER, Fades(0.0)) == CUT
    assert join_between(ONE, OTHER, Fades(60.0)).seconds == LONGEST_S
    assert join_between(ONE, TWO, replace(FADES, gapless_albums=False)) == FADE


def test_manners() -> None:
    """By genre, or by folder."""
    assert manner_of(Track("Sweepers/a.mp3")) is Manner.JINGLE
    assert manner_of(Track("x.mp3", genre="Spoken & Audio")) is Manner.SPEECH
    assert manner_of(ONE) is Manner.MUSIC


TAGGED = replace(ONE, gains=Gains(track_db=-6.0, album_db=-4.0))
MEASURED = Loudness(-20.0, -3.0)


@pytest.mark.parametrize(
    ("track", "measured", "rules", "db"),
    [
        (ONE, None, GainRules(), 0.0),
        (ONE, MEASURED, GainRules(), 4.0),
        (ONE, MEASURED, GainRules(target_lufs=-14.0), 6.0),
        (TAGGED, MEASURED, GainRules(), -4.0),
        (TAGGED, None, GainRules(Levelling.ALBUM), -2.0),
        (TAGGED, MEASURED, GainRules(Levelling.OFF, more_db=2.0), 2.0),
        (ONE, Loudness(-70.0, -40.0), GainRules(), MOST_DB),
        (replace(ONE, gains=Gains(track_db=-60.0)), None, GainRules(), LEAST_DB),
        (ONE, MEASURED, GainRules(more_db=-3.0), 1.0),
        (replace(ONE, gains=Gains(album_db=-5.0)), None, GainRules(), -3.0),
    ],
)
def test_gains(track: Track, measured: Loudness | None, rules: GainRules, db: float) -> None:
    """Tags go before what was measured, and all end at the target."""
    assert gain_db(track, measured, rules) == pytest.approx(db)


def test_what_is_measured() -> None:
    """Only what is not told."""
    assert must_be_measured(ONE, GainRules())
    assert not must_be_measured(TAGGED, GainRules())
    assert not must_be_measured(ONE, GainRules(Levelling.OFF))


def test_what_the_tags_say_is_a_loudness() -> None:
    """ReplayGain is how far a track is from -18 LUFS."""
    track = replace(ONE, gains=Gains(track_db=-6.5, track_peak=0.5))
    told = told_loudness(track)
    assert told is not None
    assert (told.lufs, round(told.peak_db, 2)) == (-11.5, -6.02)
    assert told_loudness(ONE) is None
