"""What is ahead: when entries are bound to begin, and which of them come too soon. Pure.

What chance decides is not known before. Of tracks that fade into each other the length
of the fade is taken off; what an album plays without a gap is some seconds later then.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from tinyice.autodj.entries import Entry
from tinyice.autodj.playing import PlayerSnapshot, PlayState
from tinyice.autodj.rundown import Lists
from tinyice.autodj.separation import Recent, Rule, Separation, likeness
from tinyice.autodj.transitions import are_consecutive
from tinyice.core.tracks import Track

JUDGED = 60
"""So many of the next entries are held against the rules."""

_RULES = (Rule.TITLE, Rule.ARTIST, Rule.ALBUM)


@dataclass(frozen=True, slots=True)
class Foresight:
    """``begins_in``: in how many seconds each entry is bound to begin, by its number.

    ``too_soon`` says of some of them, for people, what they repeat.
    """

    begins_in: Mapping[int, float] = field(default_factory=dict)
    too_soon: Mapping[int, str] = field(default_factory=dict)


def foresee(lists: Lists, playing: PlayerSnapshot, *, fade_s: float, now: float) -> Foresight:
    """What is ahead of a player that does as ``playing`` says; ``now`` in seconds since 1970."""
    if playing.state is not PlayState.PLAY or not playing.is_heard or playing.entry is None:
        return Foresight()
    first = _sounds(playing.entry, fade_s) - playing.elapsed_s
    if playing.entry.track.seconds <= 0:
        return Foresight()
    ahead = list(_in_order(lists, playing))
    begins_in = _begins(ahead, max(0.0, first), fade_s)
    judged = ((each, now + begins_in[each.id]) for each in ahead if each.id in begins_in)
    separation = lists.succession.separation
    playing_now = playing.entry.track
    too_soon = _too_soon(islice(judged, JUDGED), playing_now, lists.recent, separation)
    return Foresight(begins_in, too_soon)


def _in_order(lists: Lists, playing: PlayerSnapshot) -> Iterator[Entry]:
    """The queue, and then what the playlist has, as far as that is known."""
    playlist, modes, upcoming = lists.playlist, lists.succession.modes, playing.upcoming
    yield from (entry for entry in lists.up_next if not lists.failures.reason(entry.track))
    is_drawn = upcoming is not None and upcoming.id in playlist
    if modes.single or (modes.random and not is_drawn):
        return
    start = playlist.bookmark
    if upcoming is not None and is_drawn:
        start = playlist.position(upcoming.id)
    for entry in playlist.page(start, start + 1 if modes.random else len(playlist)):
        if not lists.failures.reason(entry.track):
            yield entry


def _begins(entries: Iterable[Entry], first: float, fade_s: float) -> dict[int, float]:
    found: dict[int, float] = {}
    at = first
    for entry in entries:
        found.setdefault(entry.id, at)
        if entry.track.seconds <= 0:
            break
        at += _sounds(entry, fade_s)
    return found


def _sounds(entry: Entry, fade_s: float) -> float:
    """How long it is heard before another one is."""
    seconds = entry.track.seconds
    return seconds - fade_s if seconds >= 2 * fade_s else seconds


def _too_soon(
    ahead: Iterable[tuple[Entry, float]], before: Track, recent: Recent, separation: Separation
) -> dict[int, str]:
    """What those that begin then would repeat; what is ahead counts as played when it is.

    ``before``: what plays.
    """
    found: dict[int, str] = {}
    planned: dict[tuple[Rule, str], tuple[float, int]] = {}
    for place, (entry, at) in enumerate(ahead):
        like = likeness(entry.track)
        # an album that is played through is meant so
        is_album = are_consecutive(before, entry.track)
        before = entry.track
        for rule in (Rule.TITLE,) if is_album else _RULES:
            last = [planned[rule, key] for key in like.keys(rule) if (rule, key) in planned]
            seen = recent.seen(rule, like)
            if seen is not None and seen.at <= at:
                last.append((seen.at, seen.ordinal - recent.plays))
            if last and entry.id not in found:
                since, ordinal = max(last)
                between = place - ordinal - 1
                if separation.of(rule).forbids(at - since, between):
                    found[entry.id] = _words(entry, rule, at - since, separation)
        planned |= {(rule, key): (at, place) for rule in _RULES for key in like.keys(rule)}
    return found


def _words(entry: Entry, rule: Rule, since_s: float, separation: Separation) -> str:
    track, limit = entry.track, separation.of(rule)
    what = {
        Rule.TITLE: "plays again",
        Rule.ARTIST: f"repeats {track.artist}" if track.artist else "repeats its artist",
        Rule.ALBUM: f"repeats the album {track.album}" if track.album else "repeats its album",
    }[rule]
    if since_s < limit.minutes * 60:
        since = f"{since_s // 60:.0f} min" if since_s >= 60 else f"{since_s:.0f} s"
        return f"{what} after {since}; the rule asks for {limit.minutes:g} min"
    return f"{what} too soon; the rule asks for {limit.songs} others between"
