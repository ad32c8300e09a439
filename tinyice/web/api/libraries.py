"""The music of an AutoDJ: looked through, counted, and read again."""

from msgspec import Struct

from tinyice.core.access.permissions import Action
from tinyice.core.autodjs import NameRows
from tinyice.web.api.autodj_shapes import FilePath, LibraryTrack, dj_of, note_run, track_of
from tinyice.web.api.library_query import LibraryNames, LibrarySearch, part_of, tag_of
from tinyice.web.api.operation import Call, Nothing, Operations
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import About, moment

LIBRARIES = Operations("autodjs")


class Unread(Struct, frozen=True, kw_only=True):
    """A folder that could not be looked into, and why."""

    folder: str
    reason: str


class LibraryNow(Struct, frozen=True, kw_only=True):
    """What is in a library; ``broken`` are among ``tracks``.

    ``scanning``: the number of the scan that is under way, and has ``found`` so many files;
    0: none is. ``fault``: why the last one failed.
    """

    tracks: int
    broken: int
    seconds: float
    artists: int
    albums: int
    scanning: int
    found: int
    scanned_at: str | None
    fault: str
    unread: tuple[Unread, ...]


class LibraryTracks(Struct, frozen=True, kw_only=True):
    """Some files; ``total`` counts all that fit."""

    items: tuple[LibraryTrack, ...]
    total: int


class LibraryName(Struct, frozen=True, kw_only=True):
    """A folder, with the ``path`` that it is asked for by; or a value of a tag."""

    name: str
    path: str
    tracks: int
    seconds: float


class LibraryNamePage(Struct, frozen=True, kw_only=True):
    """Some of them; ``total`` counts all."""

    items: tuple[LibraryName, ...]
    total: int


class Scan(About, frozen=True, kw_only=True):
    """Where to look for changes. ``again``: read also files that did not change."""

    folder: FilePath = ""
    again: bool = False


class ScanBegun(Struct, frozen=True, kw_only=True):
    """The number of the scan; it is over when ``scanning`` is another one."""

    scan: int
    status: str = "ok"


@LIBRARIES.add(
    "GET",
    "/api/autodjs/library",
    Action.SEE_AUTODJ,
    query=About,
    answer=LibraryNow,
    refusals=(404, 409),
)
async def library_now(services: Services, call: Call[About, Nothing]) -> LibraryNow:
    """How much there is, and how up to date that is."""
    facts = await dj_of(services, call.query.mount).library.facts()
    at = services.moment_of(facts.scanned_at) if facts.scanned_at else None
    return LibraryNow(
        tracks=facts.tracks,
        broken=facts.broken,
        seconds=round(facts.seconds, 3),
        artists=facts.artists,
        albums=facts.albums,
        scanning=facts.scanning,
        found=facts.found,
        scanned_at=moment(at),
        fault=facts.fault,
        unread=tuple(Unread(folder=folder, reason=reason) for folder, reason in facts.unread),
    )


@LIBRARIES.add(
    "GET",
    "/api/autodjs/library/tracks",
    Action.SEE_AUTODJ,
    query=LibrarySearch,
    answer=LibraryTracks,
    refusals=(404, 409),
)
async def library_tracks(services: Services, call: Call[LibrarySearch, Nothing]) -> LibraryTracks:
    """Files of the library; with ``broken`` those that can't be played, each with the reason."""
    found = await dj_of(services, call.query.mount).library.tracks(part_of(call.query))
    return LibraryTracks(items=tuple(map(track_of, found.rows)), total=found.total)


@LIBRARIES.add(
    "GET",
    "/api/autodjs/library/folders",
    Action.SEE_AUTODJ,
    query=LibrarySearch,
    answer=LibraryNamePage,
    refusals=(404, 409),
)
async def library_folders(
    services: Services, call: Call[LibrarySearch, Nothing]
) -> LibraryNamePage:
    """The folders right in a folder, with what fits below them."""
    found = await dj_of(services, call.query.mount).library.folders(part_of(call.query))
    return _names(found)


@LIBRARIES.add(
    "GET",
    "/api/autodjs/library/names",
    Action.SEE_AUTODJ,
    query=LibraryNames,
    answer=LibraryNamePage,
    refusals=(404, 409),
)
async def library_names(services: Services, call: Call[LibraryNames, Nothing]) -> LibraryNamePage:
    """The values that a tag has in the files that fit: all artists, for example."""
    library = dj_of(services, call.query.mount).library
    return _names(await library.names(tag_of(call.query.tag), part_of(call.query)))


@LIBRARIES.add(
    "POST",
    "/api/autodjs/library/scan",
    Action.RUN_AUTODJ,
    query=Scan,
    answer=ScanBegun,
    refusals=(404, 409),
)
async def scan_library(services: Services, call: Call[Scan, Nothing]) -> ScanBegun:
    """Look for changes in the folder of music, or in a folder of it."""
    asked = call.query
    number = dj_of(services, asked.mount).library.scan(asked.folder, again=asked.again)
    note_run(services, call, "library, scan")
    return ScanBegun(scan=number)


def _names(found: NameRows) -> LibraryNamePage:
    return LibraryNamePage(
        items=tuple(
            LibraryName(
                name=row.name, path=row.path, tracks=row.tracks, seconds=round(row.seconds, 3)
            )
            for row in found.rows
        ),
        total=found.total,
    )
