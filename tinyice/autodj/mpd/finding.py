"""The tracks of a library that a filter means, in an order, and a part of them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from tinyice.autodj.mpd.matching import coarse, matcher
from tinyice.autodj.mpd.needs import Library
from tinyice.autodj.mpd.songs import NUMBERS, tag_name, value_of
from tinyice.core.tracks import PAGE_MAX, Order, Track, TrackQuery
from tinyice.wire.mpd import Ack, MpdFault, Place, Range, options, place, span
from tinyice.wire.mpd_filter import Filter, read_filter

EVERYTHING = Range(0, None)


@dataclass(frozen=True, slots=True)
class Search:
    """What a command looks for. ``sort``: a tag, with "-" in front of it the other way round."""

    wanted: Filter
    sort: str = ""
    window: Range = EVERYTHING
    position: Place | None = None


def read_search(args: Sequence[str], *, folded: bool, positioned: bool = False) -> Search:
    """A filter, and behind it ``sort``, ``window`` and, where it may be, ``position``."""
    known = ("sort", "window", "position") if positioned else ("sort", "window")
    rest, found = options(args, *known)
    if not rest:
        raise MpdFault(Ack.ARG, "Filter expected")
    return Search(
        read_filter(rest, folded=folded),
        found["sort"][0] if "sort" in found else "",
        span(found["window"][0]) if "window" in found else EVERYTHING,
        place(found["position"][0]) if "position" in found else None,
    )


async def every(library: Library, query: TrackQuery) -> AsyncIterator[Track]:
    """All tracks of a query in the order of their paths, page by page."""
    part = replace(query, order=Order.PATH, limit=PAGE_MAX, is_counted=False)
    while True:
        page = await library.find(part)
        for track in page.tracks:
            yield track
        if len(page.tracks) >= page.total:
            return
        # The next page is found by an index, however many there were before.
        part = replace(part, after=page.tracks[-1].path)


async def found(library: Library, search: Search) -> list[Track]:
    """What a search finds; raises ``MpdFault``."""
    fits = matcher(search.wanted)
    end = search.window.end
    tracks: list[Track] = []
    async for track in every(library, coarse(search.wanted)):
        if fits(track, 0):
            tracks.append(track)
            if not search.sort and end is not None and len(tracks) >= end:
                break
    return cut(tracks, search)


def cut(tracks: list[Track], search: Search) -> list[Track]:
    """``tracks`` in the order and to the part that a search is for."""
    if search.sort:
        in_order(tracks, search.sort)
    return tracks[search.window.start : search.window.end]


def in_order(tracks: list[Track], sort: str) -> None:
    """Bring ``tracks`` into the order of a tag; raises ``MpdFault``."""
    name = sort.removeprefix("-").lower()
    backwards = sort.startswith("-")
    if name == "last-modified":
        tracks.sort(key=lambda track: track.mtime_ns, reverse=backwards)
        return
    tag = tag_name(name)
    if tag in NUMBERS:
        tracks.sort(key=lambda track: int(value_of(track, tag) or 0), reverse=backwards)
    else:
        tracks.sort(key=lambda track: value_of(track, tag).casefold(), reverse=backwards)
