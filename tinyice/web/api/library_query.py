"""How operations say which files of a library are wanted."""

from typing import Annotated, Literal

from msgspec import Meta

from tinyice.core.tracks import Condition, Match, Order, Tag, TrackQuery
from tinyice.web.api.autodj_shapes import FilePath, Offset
from tinyice.web.api.operation import Given
from tinyice.web.api.shapes import Limit, Path

OrderWord = Literal["path", "title", "artist", "album", "newest"]
TagWord = Literal["title", "artist", "album", "album_artist", "genre", "year"]
Wanted = Annotated[str, Meta(max_length=200)]
Anything = Annotated[
    str, Meta(max_length=200, description="Words that are in any tag, or in the path.")
]

_HELD = {"q": Tag.ANY, "title": Tag.TITLE, "artist": Tag.ARTIST, "album": Tag.ALBUM}
_ALSO_HELD = {"album_artist": Tag.ALBUM_ARTIST, "genre": Tag.GENRE}
_ORDERS = {order.name.lower(): order for order in Order}


class Search(Given, frozen=True, kw_only=True):
    """Files that fit all of it; empty words fit all. Letters may be large or small.

    ``folder``: only what is below it; ``here``: only what is right in it.
    """

    q: Anything = ""
    title: Wanted = ""
    artist: Wanted = ""
    album: Wanted = ""
    album_artist: Wanted = ""
    genre: Wanted = ""
    year: Annotated[int, Meta(ge=0, le=9999, description="0: any.")] = 0
    folder: FilePath = ""
    here: bool = False
    order: OrderWord = "path"


class LibrarySearch(Search, frozen=True, kw_only=True):
    """Which part of what fits. ``broken``: files that can't be played, and no others."""

    mount: Path
    broken: bool = False
    offset: Offset = 0
    limit: Limit = 100


class LibraryNames(LibrarySearch, frozen=True, kw_only=True):
    """Which values of which tag."""

    tag: TagWord


def query_of(said: Search) -> TrackQuery:
    """What the library is asked for all files that fit."""
    held = {**_HELD, **_ALSO_HELD}
    found = [Condition(tag, text) for key, tag in held.items() if (text := getattr(said, key))]
    if said.year:
        found.append(Condition(Tag.YEAR, str(said.year), Match.IS))
    return TrackQuery(
        tuple(found), folder=said.folder, only_here=said.here, order=_ORDERS[said.order]
    )


def part_of(said: LibrarySearch) -> TrackQuery:
    """What the library is asked for a part of them."""
    whole = query_of(said)
    return TrackQuery(
        whole.conditions,
        folder=whole.folder,
        only_here=whole.only_here,
        broken=said.broken,
        order=whole.order,
        offset=said.offset,
        limit=said.limit,
    )


def tag_of(word: str) -> Tag:
    """The tag that is called so."""
    return Tag[word.upper()]
