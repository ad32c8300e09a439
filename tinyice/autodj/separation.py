"""How long artists, titles and albums stay away from each other, and what has played. Pure.

Times are seconds of the wall clock, so that a restart forgets nothing.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum

from tinyice.autodj.names import album_key, artist_keys, title_key
from tinyice.core.tracks import Track

PLAYS_KEPT = 5000
"""Older plays are forgotten, whatever the rules say."""


class Rule(Enum):
    """What is kept apart; the values are words for people. In the order of giving way."""

    ALBUM = "album"
    ARTIST = "artist"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Apart:
    """Not again within so many minutes, nor within so many songs; 0: no such limit."""

    minutes: float = 0.0
    songs: int = 0

    def forbids(self, since_s: float, songs_between: int) -> bool:
        """Whether it is too soon, ``since_s`` after it began and with so many songs between."""
        return since_s < self.minutes * 60 or songs_between < self.songs


@dataclass(frozen=True, slots=True)
class Separation:
    """What is to be kept apart."""

    title: Apart = Apart(minutes=120)
    artist: Apart = Apart(minutes=30, songs=3)
    album: Apart = Apart()

    def of(self, rule: Rule) -> Apart:
        """The limits of one rule."""
        match rule:
            case Rule.TITLE:
                return self.title
            case Rule.ARTIST:
                return self.artist
            case Rule.ALBUM:
                return self.album


@dataclass(frozen=True, slots=True)
class Likeness:
    """By what a track is known again, for each rule."""

    title: str
    artists: frozenset[str]
    album: str

    def keys(self, rule: Rule) -> frozenset[str]:
        """The keys that it shares with what it is to be kept apart from."""
        match rule:
            case Rule.ARTIST:
                return self.artists
            case Rule.TITLE:
                return frozenset({self.title} - {""})
            case Rule.ALBUM:
                return frozenset({self.album} - {""})


def likeness(track: Track) -> Likeness:
    """By what ``track`` is known again; one without a title by its file's name."""
    return Likeness(
        title_key(track.title or track.name),
        artist_keys(track.artist, track.title),
        album_key(track.album, track.album_artist or track.artist),
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """When something played last, and as which in the row of all plays."""

    at: float
    ordinal: int


class Recent:
    """What has played, or is bound to: newest last. At most ``limit`` plays are known."""

    def __init__(self, limit: int = PLAYS_KEPT) -> None:
        self._limit = limit
        self._plays: deque[tuple[Seen, Likeness, str]] = deque()
        self._last: dict[tuple[Rule | None, str], Seen] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._plays)

    @property
    def plays(self) -> int:
        """How many there were in all: the next one has this ordinal."""
        return self._count

    def note(self, track: Track, at: float) -> None:
        """``track`` begins at ``at``; what is planned counts as played."""
        seen, like = Seen(at, self._count), likeness(track)
        self._count += 1
        self._plays.append((seen, like, track.path))
        self._last[None, track.path] = seen
        for rule in Rule:
            for key in like.keys(rule):
                self._last[rule, key] = seen
        if len(self._plays) > self._limit:
            self._forget()

    def path_seen(self, path: str) -> Seen | None:
        """When this very file played last."""
        return self._last.get((None, path))

    def seen(self, rule: Rule, like: Likeness) -> Seen | None:
        """When something last played that ``rule`` keeps apart from ``like``."""
        found = (self._last.get((rule, key)) for key in like.keys(rule))
        return max((each for each in found if each), key=lambda each: each.ordinal, default=None)

    def breaks(self, rule: Rule, like: Likeness, separation: Separation, now: float) -> bool:
        """Whether ``rule`` would be broken if something like it began at ``now``."""
        seen = self.seen(rule, like)
        if seen is None:
            return False
        # A clock that was set back must not lock anything away.
        since_s = max(0.0, now - seen.at) if seen.at <= now + 60 else float("inf")
        return separation.of(rule).forbids(since_s, self._count - 1 - seen.ordinal)

    def _forget(self) -> None:
        seen, like, path = self._plays.popleft()
        keys: list[tuple[Rule | None, str]] = [(None, path)]
        keys += [(rule, key) for rule in Rule for key in like.keys(rule)]
        for key in keys:
            if self._last.get(key) == seen:
                del self._last[key]
