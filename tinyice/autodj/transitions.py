"""How one track is to follow another. Pure.

Rules of this file:

- tracks that follow each other on their album are not touched;
- nothing is faded in or out of a jingle or of speech;
- a track that is shorter than two fades is not faded, nor what is next to it.
"""

from dataclasses import dataclass
from enum import Enum, auto

from tinyice.autodj.names import album_key
from tinyice.codec.joins import CUT, GAPLESS, LONGEST_S, Curve, Join, Joint
from tinyice.core.tracks import Track

USUAL_FADE_S = 3.0
BY_HAND_S = 0.5
"""So long is the fade where somebody skips or seeks."""

_JINGLES = frozenset(("jingle", "jingles", "station id", "sweeper", "sweepers", "liner", "liners"))
_SPEECH = frozenset(
    (
        *("speech", "spoken", "spoken word", "spoken & audio", "podcast", "podcasts", "talk"),
        *("audiobook", "audiobooks", "audio book", "interview", "interviews", "news"),
        *("hörspiel", "hörbuch", "radio drama"),
    )
)


class Manner(Enum):
    """What a track is, as far as fades mind."""

    MUSIC = auto()
    JINGLE = auto()
    SPEECH = auto()


@dataclass(frozen=True, slots=True)
class Fades:
    """How tracks are to follow each other; a ``seconds`` of 0 is no crossfade.

    ``speech`` and ``jingles`` are more words, in small letters, for what is no music.
    """

    seconds: float = USUAL_FADE_S
    curve: Curve = Curve.SINE
    gapless_albums: bool = True
    speech: frozenset[str] = frozenset()
    jingles: frozenset[str] = frozenset()


def manner_of(track: Track, fades: Fades | None = None) -> Manner:
    """What ``track`` is, by its genre, or by the name of a folder that it is in."""
    jingles, speech = _JINGLES, _SPEECH
    if fades is not None:
        jingles, speech = jingles | fades.jingles, speech | fades.speech
    words = {track.genre.strip().casefold()}
    words |= {part.strip().casefold() for part in track.folder.split("/")}
    if words & jingles:
        return Manner.JINGLE
    return Manner.SPEECH if words & speech else Manner.MUSIC


def join_between(before: Track, after: Track, fades: Fades) -> Join:
    """How ``after`` follows ``before`` when that has come to its end."""
    if fades.gapless_albums and are_consecutive(before, after):
        return GAPLESS
    if any(manner_of(track, fades) is not Manner.MUSIC for track in (before, after)):
        return CUT
    seconds = min(fades.seconds, LONGEST_S)
    is_short = any(0 < track.seconds < 2 * seconds for track in (before, after))
    if seconds <= 0 or is_short:
        return CUT
    return Join(Joint.CROSSFADE, seconds, fades.curve)


def join_by_hand() -> Join:
    """How it is where somebody skips or seeks: short, and without a click."""
    return Join(Joint.CROSSFADE, BY_HAND_S, Curve.SINE)


def are_consecutive(before: Track, after: Track) -> bool:
    """Whether ``after`` is the next track of the same album."""
    if not _are_of_one_album(before, after) or not before.number:
        return False
    if before.disc == after.disc:
        return after.number == before.number + 1
    return after.disc == before.disc + 1 and after.number == 1


def _are_of_one_album(before: Track, after: Track) -> bool:
    key = album_key(before.album, before.album_artist)
    if not key or key != album_key(after.album, after.album_artist):
        return False
    # Many albums are called the same, and not all tell whose they are.
    is_told = bool(before.album_artist)
    return is_told or before.artist == after.artist or before.folder == after.folder
