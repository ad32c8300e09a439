"""The playlist and the queue of an AutoDJ.

Entries are told by their numbers, which stay with them. Who sends the ``version`` of the
list that they saw is refused with 409 when somebody else has changed it meanwhile.
"""

from typing import Annotated

from msgspec import Meta

from tinyice.core.access.permissions import Action
from tinyice.web.api.autodj_shapes import (
    Added,
    Edited,
    EntryId,
    EntryPage,
    FilePath,
    Part,
    PlaylistName,
    SeenList,
    TrackId,
    Version,
    added,
    dj_of,
    entry_page,
    note_run,
)
from tinyice.web.api.library_query import Search, query_of
from tinyice.web.api.operation import Call, Given, Nothing, Operations
from tinyice.web.api.problems import Unfit
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import About
from tinyice.web.autodj_ports import AutoDj, Picked

AUTODJ_LISTS = Operations("autodjs")

AT_ONCE = 1000

Priority = Annotated[int, Meta(ge=0, le=255, description="0: in their turn.")]
Entries = Annotated[tuple[EntryId, ...], Meta(min_length=1, max_length=AT_ONCE)]


class Tracks(Given, frozen=True, kw_only=True):
    """Files of the library: by their numbers, their paths, a search, a saved playlist."""

    tracks: Annotated[tuple[TrackId, ...], Meta(max_length=AT_ONCE)] = ()
    paths: Annotated[tuple[FilePath, ...], Meta(max_length=AT_ONCE)] = ()
    search: Search | None = None
    saved: PlaylistName | None = None
    version: Version | None = None


class TracksFor(Tracks, frozen=True, kw_only=True):
    """What is put in front of the entry ``before``; without it, at the end."""

    before: EntryId | None = None


class TracksToCome(Tracks, frozen=True, kw_only=True):
    """What is to come next; ``first``: in front of what waits already."""

    first: bool = False


class Chosen(Given, frozen=True, kw_only=True):
    """Some entries; if one of them is not there, nothing is done."""

    entries: Entries
    version: Version | None = None


class MoveTo(Chosen, frozen=True, kw_only=True):
    """Entries that are put in front of the entry ``before``; without it, at the end."""

    before: EntryId | None = None


class Prioritised(Given, frozen=True, kw_only=True):
    """Entries of the playlist that play before those of less priority."""

    entries: Entries
    priority: Priority


@AUTODJ_LISTS.add(
    "GET",
    "/api/autodjs/playlist",
    Action.SEE_AUTODJ,
    query=Part,
    answer=EntryPage,
    refusals=(404, 409),
)
async def see_playlist(services: Services, call: Call[Part, Nothing]) -> EntryPage:
    """What is in the playlist, in order."""
    asked = call.query
    return entry_page(dj_of(services, asked.mount).playlist.page(asked.offset, asked.limit))


@AUTODJ_LISTS.add(
    "POST",
    "/api/autodjs/playlist",
    Action.RUN_AUTODJ,
    query=About,
    body=TracksFor,
    answer=Added,
    refusals=(404, 409),
)
async def add_to_playlist(services: Services, call: Call[About, TracksFor]) -> Added:
    """Put files into the playlist; broken ones are left out."""
    dj, body = dj_of(services, call.query.mount), call.body
    put = await dj.playlist.add(picked(body), before=body.before, version=body.version)
    note_run(services, call, "playlist, added")
    return added(put, _playlist(dj))


@AUTODJ_LISTS.add(
    "PUT",
    "/api/autodjs/playlist",
    Action.RUN_AUTODJ,
    query=About,
    body=Tracks,
    answer=Added,
    refusals=(404, 409),
)
async def replace_playlist(services: Services, call: Call[About, Tracks]) -> Added:
    """Put files, or a saved playlist, in the place of the playlist. What plays, plays on."""
    dj, body = dj_of(services, call.query.mount), call.body
    put = await dj.playlist.replace(picked(body), version=body.version)
    note_run(services, call, f"playlist, loaded {body.saved}" if body.saved else "playlist, set")
    return added(put, _playlist(dj))


@AUTODJ_LISTS.add(
    "DELETE",
    "/api/autodjs/playlist",
    Action.RUN_AUTODJ,
    query=SeenList,
    answer=Edited,
    refusals=(404, 409),
)
async def clear_playlist(services: Services, call: Call[SeenList, Nothing]) -> Edited:
    """Take everything out of the playlist. What plays, plays on."""
    dj = dj_of(services, call.query.mount)
    dj.playlist.clear(version=call.query.version)
    note_run(services, call, "playlist, cleared")
    return Edited(version=_playlist(dj))


@AUTODJ_LISTS.add(
    "POST",
    "/api/autodjs/playlist/remove",
    Action.RUN_AUTODJ,
    query=About,
    body=Chosen,
    answer=Edited,
    refusals=(404, 409),
)
async def remove_from_playlist(services: Services, call: Call[About, Chosen]) -> Edited:
    """Take entries out of the playlist. What plays, plays on."""
    dj = dj_of(services, call.query.mount)
    dj.playlist.remove(call.body.entries, version=call.body.version)
    note_run(services, call, "playlist, removed")
    return Edited(version=_playlist(dj))


@AUTODJ_LISTS.add(
    "POST",
    "/api/autodjs/playlist/move",
    Action.RUN_AUTODJ,
    query=About,
    body=MoveTo,
    answer=Edited,
    refusals=(404, 409),
)
async def move_in_playlist(services: Services, call: Call[About, MoveTo]) -> Edited:
    """Put entries of the playlist elsewhere, in the order in which they are named."""
    dj, body = dj_of(services, call.query.mount), call.body
    dj.playlist.move(body.entries, body.before, version=body.version)
    note_run(services, call, "playlist, moved")
    return Edited(version=_playlist(dj))


@AUTODJ_LISTS.add(
    "POST",
    "/api/autodjs/playlist/shuffle",
    Action.RUN_AUTODJ,
    query=SeenList,
    answer=Edited,
    refusals=(404, 409),
)
async def shuffle_playlist(services: Services, call: Call[SeenList, Nothing]) -> Edited:
    """Bring the playlist into an order of chance, for good."""
    dj = dj_of(services, call.query.mount)
    dj.playlist.shuffle(version=call.query.version)
    note_run(services, call, "playlist, shuffled")
    return Edited(version=_playlist(dj))


@AUTODJ_LISTS.add(
    "POST",
    "/api/autodjs/playlist/prioritise",
    Action.RUN_AUTODJ,
    query=About,
    body=Prioritised,
    answer=Edited,
    refusals=(404, 409),
)
async def prioritise_entries(services: Services, call: Call[About, Prioritised]) -> Edited:
    """Let entries play before those of less priority, wherever they are."""
    dj = dj_of(services, call.query.mount)
    dj.playlist.prioritise(call.body.entries, call.body.priority)
    note_run(services, call, "playlist, prioritised")
    return Edited(version=_playlist(dj))


@AUTODJ_LISTS.add(
    "GET",
    "/api/autodjs/queue",
    Action.SEE_AUTODJ,
    query=Part,
    answer=EntryPage,
    refusals=(404, 409),
)
async def see_queue(services: Services, call: Call[Part, Nothing]) -> EntryPage:
    """What plays before the playlist goes on, in order."""
    asked = call.query
    return entry_page(dj_of(services, asked.mount).queue.page(asked.offset, asked.limit))


@AUTODJ_LISTS.add(
    "POST",
    "/api/autodjs/queue",
    Action.RUN_AUTODJ,
    query=About,
    body=TracksToCome,
    answer=Added,
    refusals=(404, 409),
)
async def add_to_queue(services: Services, call: Call[About, TracksToCome]) -> Added:
    """Let files play next, before the playlist goes on."""
    dj, body = dj_of(services, call.query.mount), call.body
    put = await dj.queue.add(picked(body), first=body.first, version=body.version)
    note_run(services, call, "queue, added")
    return added(put, _queue(dj))


@AUTODJ_LISTS.add(
    "DELETE",
    "/api/autodjs/queue",
    Action.RUN_AUTODJ,
    query=SeenList,
    answer=Edited,
    refusals=(404, 409),
)
async def clear_queue(services: Services, call: Call[SeenList, Nothing]) -> Edited:
    """Let nothing wait in the queue."""
    dj = dj_of(services, call.query.mount)
    dj.queue.clear(version=call.query.version)
    note_run(services, call, "queue, cleared")
    return Edited(version=_queue(dj))


@AUTODJ_LISTS.add(
    "POST",
    "/api/autodjs/queue/remove",
    Action.RUN_AUTODJ,
    query=About,
    body=Chosen,
    answer=Edited,
    refusals=(404, 409),
)
async def remove_from_queue(services: Services, call: Call[About, Chosen]) -> Edited:
    """Take entries out of the queue."""
    dj = dj_of(services, call.query.mount)
    dj.queue.remove(call.body.entries, version=call.body.version)
    note_run(services, call, "queue, removed")
    return Edited(version=_queue(dj))


@AUTODJ_LISTS.add(
    "POST",
    "/api/autodjs/queue/move",
    Action.RUN_AUTODJ,
    query=About,
    body=MoveTo,
    answer=Edited,
    refusals=(404, 409),
)
async def move_in_queue(services: Services, call: Call[About, MoveTo]) -> Edited:
    """Put entries of the queue elsewhere, in the order in which they are named."""
    dj, body = dj_of(services, call.query.mount), call.body
    dj.queue.move(body.entries, body.before, version=body.version)
    note_run(services, call, "queue, moved")
    return Edited(version=_queue(dj))


def picked(said: Tracks) -> Picked:
    """The tracks that a body names; raises Unfit where it names none."""
    if not (said.tracks or said.paths or said.search or said.saved):
        raise Unfit(422, "invalid", "name tracks, paths, a search or a saved playlist", "tracks")
    query = None if said.search is None else query_of(said.search)
    return Picked(said.tracks, said.paths, query, said.saved or "")


def _playlist(dj: AutoDj) -> int:
    return dj.snapshot().playlist_version


def _queue(dj: AutoDj) -> int:
    return dj.snapshot().queue_version
