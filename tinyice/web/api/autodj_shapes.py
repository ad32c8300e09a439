"""Pieces that the operations about AutoDJs share."""

from typing import Annotated

from msgspec import Meta, Struct

from tinyice.core.access.permissions import Action
from tinyice.core.autodjs import EntryRow, EntryRows, Put, TrackRow
from tinyice.web.api.changing import note_deed
from tinyice.web.api.operation import Call
from tinyice.web.api.problems import Unfit, unknown
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import About, Limit
from tinyice.web.autodj_ports import AutoDj
from tinyice.web.guard import Caller

MISSING_TOLD = 100
"""Of what is not in the library, so much is told."""

NUMBER_MAX = 2**53 - 1

EntryId = Annotated[
    int, Meta(ge=1, le=NUMBER_MAX, description="The number of an entry, which stays with it.")
]
TrackId = Annotated[int, Meta(ge=1, le=NUMBER_MAX, description="Its number in the library.")]
Version = Annotated[
    int,
    Meta(
        ge=1,
        le=NUMBER_MAX,
        description="The version of the list that was seen; of another one nothing is changed.",
    ),
]
Offset = Annotated[int, Meta(ge=0, le=10_000_000, description="So many are passed over.")]
FilePath = Annotated[
    str,
    Meta(max_length=4096, description="A path in the library.", examples=["Abba/Waterloo.mp3"]),
]
PlaylistName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        description="The name of a saved playlist.",
        examples=["morning"],
    ),
]


class Part(About, frozen=True, kw_only=True):
    """SeenList part of a list of the AutoDJ on a mount."""

    offset: Offset = 0
    limit: Limit = 100


class SeenList(About, frozen=True, kw_only=True):
    """SeenList AutoDJ, and the version of its list that was seen."""

    version: Version | None = None


class LibraryTrack(Struct, frozen=True, kw_only=True):
    """A file of the library. What it does not tell is "" or 0.

    ``fault`` says why it can't be played; it never is. ``bitrate`` in bit/s.
    """

    id: int
    path: str
    title: str
    artist: str
    album: str
    album_artist: str
    genre: str
    number: int
    disc: int
    year: int
    seconds: float
    has_cover: bool
    samplerate: int
    channels: int
    bitrate: int
    size: int
    fault: str


class PlaylistEntry(Struct, frozen=True, kw_only=True):
    """A track in the playlist or the queue.

    ``position`` counts from 0, and is -1 where it has left the list. ``fault``: why it is
    passed over now. ``begins_in``: in how many seconds it is bound to begin. ``too_soon``:
    what it repeats against the rules.
    """

    id: int
    position: int
    queued: bool
    priority: int
    fault: str
    begins_in: float | None
    too_soon: str
    track: LibraryTrack


class EntryPage(Struct, frozen=True, kw_only=True):
    """Some entries of a list; ``total`` and ``seconds`` are those of all of it."""

    items: tuple[PlaylistEntry, ...]
    total: int
    seconds: float
    version: int


class Added(Struct, frozen=True, kw_only=True):
    """What was added: the numbers of the entries, and the ``version`` of the list now.

    ``missing`` are the first of those that are not in the library, ``missing_total`` counts
    all of them; ``left_out``: files that can't be played.
    """

    entries: tuple[int, ...]
    version: int
    missing: tuple[str, ...]
    missing_total: int
    left_out: int
    status: str = "ok"


class Edited(Struct, frozen=True, kw_only=True):
    """It was done; the list has this ``version`` now."""

    version: int
    status: str = "ok"


def dj_of(services: Services, mount: str) -> AutoDj:
    """The AutoDJ that runs on ``mount``; raises Unfit."""
    found = services.autodjs.get(mount)
    if found is not None:
        return found
    if any(one.mount == mount for one in services.config().autodjs):
        raise Unfit(409, "autodj-off", f"the AutoDJ on {mount} is switched off", "mount")
    raise unknown("AutoDJ on", mount, "mount")


def note_run(services: Services, call: Call[About, Struct], deed: str) -> None:
    """Tell of something that was done with an AutoDJ."""
    note_driven(services, call.caller, call.query.mount, deed)


def note_driven(services: Services, caller: Caller, mount: str, deed: str) -> None:
    """Tell of something that ``caller`` did with the AutoDJ on ``mount``."""
    subject = f"AutoDJ: {deed}"
    note_deed(services, caller, action=Action.RUN_AUTODJ, subject=subject, mount=mount)


def added(put: Put, version: int) -> Added:
    """The document of what was added."""
    return Added(
        entries=put.entries,
        version=version,
        missing=put.missing[:MISSING_TOLD],
        missing_total=len(put.missing),
        left_out=put.left_out,
    )


def entry_page(rows: EntryRows) -> EntryPage:
    """The document of a part of a list."""
    return EntryPage(
        items=tuple(map(entry_of, rows.rows)),
        total=rows.total,
        seconds=round(rows.seconds, 3),
        version=rows.version,
    )


def entry_of(row: EntryRow) -> PlaylistEntry:
    """The document of an entry."""
    return PlaylistEntry(
        id=row.id,
        position=row.position,
        queued=row.is_queued,
        priority=row.priority,
        fault=row.fault,
        begins_in=None if row.begins_in is None else round(row.begins_in, 1),
        too_soon=row.too_soon,
        track=track_of(row.track),
    )


def track_of(row: TrackRow) -> LibraryTrack:
    """The document of a file."""
    return LibraryTrack(**{name: getattr(row, name) for name in LibraryTrack.__struct_fields__})
