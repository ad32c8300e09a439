"""Filters held against tracks, and as far as a library can apply them itself. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from math import inf

from tinyice.autodj.mpd.songs import TAGS, tag_name, value_of
from tinyice.core.tracks import Condition, Match, Tag, Track, TrackQuery
from tinyice.wire.mpd import Ack, MpdFault
from tinyice.wire.mpd_filter import Every, Filter, Not, Operator, Trait

Matches = Callable[[Track, int], bool]
"""Whether a track is meant; the number is its priority in a queue."""

SEARCHED = {
    "artist": Tag.ARTIST,
    "album": Tag.ALBUM,
    "title": Tag.TITLE,
    "genre": Tag.GENRE,
}
"""The tags by which a library can search, as a filter calls them."""

CONDITIONS_MAX = 20
"""A library is asked to look at no more than these."""

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def matcher(wanted: Filter) -> Matches:
    """What says which tracks are meant; raises ``MpdFault`` for tags that are none."""
    if isinstance(wanted, Not):
        inner = matcher(wanted.of)
        return lambda track, priority: not inner(track, priority)
    if isinstance(wanted, Every):
        parts = [matcher(part) for part in wanted.of]
        return lambda track, priority: all(part(track, priority) for part in parts)
    return _tested(wanted)


def coarse(wanted: Filter) -> TrackQuery:
    """A query that leaves out nothing that is meant; what it finds too much is sorted out."""
    conditions: list[Condition] = []
    folder = ""
    for test in _certain(wanted):
        tag = SEARCHED.get(test.tag)
        if test.operator is Operator.WITHIN:
            folder = folder or test.value.strip("/")
        elif tag is not None and test.value and _is_plain(test.value):
            exact = test.operator is Operator.IS and not test.folded
            conditions.append(Condition(tag, test.value, Match.IS if exact else Match.HOLDS))
    return TrackQuery(tuple(conditions[:CONDITIONS_MAX]), folder)


def is_exact(wanted: Filter) -> bool:
    """Whether the coarse query finds nothing too much."""
    return len(coarse(wanted).conditions) < CONDITIONS_MAX and _is_searched(wanted)


def _is_searched(wanted: Filter) -> bool:
    if isinstance(wanted, Every):
        return all(_is_searched(part) for part in wanted.of)
    return (
        isinstance(wanted, Trait)
        and wanted.tag in SEARCHED
        and wanted.operator is Operator.IS
        and not wanted.folded
        and wanted.value != ""
        and _is_plain(wanted.value)
    )


def _is_plain(value: str) -> bool:
    """Whether all ways to fold the case of letters agree on it."""
    return value.isascii() and value.isprintable()


def _certain(wanted: Filter) -> Iterator[Trait]:
    """What must be so in any case."""
    if isinstance(wanted, Trait):
        yield wanted
    elif isinstance(wanted, Every):
        for part in wanted.of:
            yield from _certain(part)


def _tested(test: Trait) -> Matches:
    if test.operator is Operator.WITHIN:
        folder = test.value.strip("/")
        return lambda track, _priority: not folder or track.path.startswith(folder + "/")
    if test.operator is Operator.SINCE:
        since = _moment(test.value) * 1e9
        return lambda track, _priority: track.mtime_ns >= since
    if test.tag == "prio":
        least = int(test.value) if test.operator is Operator.AT_LEAST else inf
        return lambda _track, priority: priority >= least
    if test.tag == "audioformat":
        return _audio(test.value)
    values, compare = _values(test.tag), _comparison(test)
    return lambda track, _priority: any(compare(value) for value in values(track))


def _values(tag: str) -> Callable[[Track], list[str]]:
    if tag == "file":
        return lambda track: [track.path]
    if tag == "any":
        return lambda track: [value for each in TAGS if (value := value_of(track, each))] or [""]
    name = tag_name(tag)
    return lambda track: [value_of(track, name)]


def _comparison(test: Trait) -> Callable[[str], bool]:
    fold = _folded if test.folded else str
    wanted = fold(test.value)
    if test.operator is Operator.HOLDS:
        return lambda value: wanted in fold(value)
    if test.operator is Operator.BEGINS:
        return lambda value: fold(value).startswith(wanted)
    return lambda value: fold(value) == wanted


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text.casefold())


def _moment(text: str) -> float:
    if text.isascii() and text.isdigit() and len(text) <= 12:
        return float(text)
    if _STAMP.fullmatch(text):
        try:
            return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
        except ValueError:
            pass
    raise MpdFault(Ack.ARG, "Failed to parse time stamp")


def _audio(mask: str) -> Matches:
    parts = mask.lower().split(":")
    if len(parts) != 3:
        raise MpdFault(Ack.ARG, "Invalid audio format")
    rate, bits, channels = parts

    def fits(track: Track, _priority: int) -> bool:
        return (
            rate in {"*", str(track.samplerate)}
            and bits in {"*", "f"}
            and channels in {"*", str(track.channels)}
        )

    return fits
