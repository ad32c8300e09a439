"""Commands about playlists that are saved under names."""

from collections.abc import Sequence

from tinyice.autodj.mpd.database import known, tracks_at
from tinyice.autodj.mpd.finding import found, read_search
from tinyice.autodj.mpd.needs import Permission, PlaylistUnknown, Subsystem
from tinyice.autodj.mpd.queue import insert
from tinyice.autodj.mpd.songs import song, stamp
from tinyice.autodj.mpd.talk import Command, Table, Talk
from tinyice.autodj.playlist import ENTRIES_MAX
from tinyice.core.tracks import Track
from tinyice.wire.mpd import Ack, MpdFault, Range, pair, place, span, whole


async def _listplaylists(talk: Talk, _args: Sequence[str]) -> None:
    for stored in await talk.station.playlists.names():
        talk.answer.pair("playlist", stored.name)
        talk.answer.pair("Last-Modified", stamp(stored.changed_at))


async def _paths(talk: Talk, args: Sequence[str]) -> Sequence[str]:
    """What is in a playlist, or in a range of it."""
    paths = await talk.station.playlists.read(args[0])
    wanted = span(args[1]) if len(args) > 1 else Range(0, None)
    return paths[wanted.start : wanted.end]


async def _listplaylist(talk: Talk, args: Sequence[str]) -> None:
    for path in await _paths(talk, args):
        talk.answer.pair("file", path)


async def _listplaylistinfo(talk: Talk, args: Sequence[str]) -> None:
    paths = await _paths(talk, args)
    tracks = await known(talk, paths)
    for path, track in zip(paths, tracks, strict=True):
        lines = pair("file", path) if track is None else song(track, talk.visitor.tags)
        talk.answer.add(lines)


async def _playlistlength(talk: Talk, args: Sequence[str]) -> None:
    paths = await _paths(talk, args)
    tracks = await known(talk, paths)
    talk.answer.pair("songs", len(paths))
    talk.answer.pair("playtime", round(sum(track.seconds for track in tracks if track)))


async def _load(talk: Talk, args: Sequence[str]) -> None:
    where = place(args[2]) if len(args) > 2 else None
    paths = await _paths(talk, args[:2])
    tracks = [track for track in await known(talk, paths) if track is not None]
    if paths and not tracks:
        raise MpdFault(Ack.PLAYLIST_LOAD, "Nothing in this playlist is in the library")
    gain_db = await talk.station.playlists.gain(args[0])
    insert(talk, tracks, where, gain_db=gain_db)


async def _save(talk: Talk, args: Sequence[str]) -> None:
    mode = args[1] if len(args) > 1 else "create"
    if mode not in {"create", "append", "replace"}:
        raise MpdFault(Ack.ARG, "Unrecognized save mode, expected create, append or replace")
    playlists = talk.station.playlists
    is_there = args[0] in {stored.name for stored in await playlists.names()}
    if is_there and mode == "create":
        raise MpdFault(Ack.EXIST, "Playlist already exists")
    if not is_there and mode != "create":
        raise PlaylistUnknown(args[0])
    before = await playlists.read(args[0]) if mode == "append" else ()
    queue = [entry.track.path for entry in talk.station.player.playlist]
    await _write(talk, args[0], [*before, *queue])


async def _rm(talk: Talk, args: Sequence[str]) -> None:
    await talk.station.playlists.remove(args[0])
    talk.tell(Subsystem.STORED_PLAYLIST)


async def _rename(talk: Talk, args: Sequence[str]) -> None:
    playlists = talk.station.playlists
    if args[1] in {stored.name for stored in await playlists.names()}:
        raise MpdFault(Ack.EXIST, "Playlist already exists")
    await playlists.rename(args[0], args[1])
    talk.tell(Subsystem.STORED_PLAYLIST)


async def _playlistclear(talk: Talk, args: Sequence[str]) -> None:
    await _write(talk, args[0], ())


async def _playlistadd(talk: Talk, args: Sequence[str]) -> None:
    where = whole(args[2]) if len(args) > 2 else None
    await _put_in(talk, args[0], await tracks_at(talk, args[1]), where)


async def _searchaddpl(talk: Talk, args: Sequence[str]) -> None:
    search = read_search(args[1:], folded=True, positioned=True)
    if search.position is not None and search.position.relative:
        raise MpdFault(Ack.ARG, "A position in a stored playlist is a number")
    where = None if search.position is None else search.position.position
    await _put_in(talk, args[0], await found(talk.station.library, search), where)


async def _put_in(talk: Talk, name: str, tracks: Sequence[Track], where: int | None) -> None:
    """Put tracks into a playlist, which is made where there is none."""
    playlists = talk.station.playlists
    try:
        paths = list(await playlists.read(name))
    except PlaylistUnknown:
        paths = []
    at = len(paths) if where is None else where
    if at > len(paths):
        raise MpdFault(Ack.ARG, "Bad position")
    paths[at:at] = [track.path for track in tracks]
    await _write(talk, name, paths)


async def _playlistdelete(talk: Talk, args: Sequence[str]) -> None:
    paths = list(await talk.station.playlists.read(args[0]))
    wanted = span(args[1])
    if wanted.start >= len(paths) and wanted.end is not None:
        raise MpdFault(Ack.ARG, "Bad song index")
    del paths[wanted.start : wanted.end]
    await _write(talk, args[0], paths)


async def _playlistmove(talk: Talk, args: Sequence[str]) -> None:
    paths = list(await talk.station.playlists.read(args[0]))
    wanted, to = span(args[1]), whole(args[2])
    start, end = wanted.within(len(paths))
    if start == len(paths) or to > len(paths) - (end - start):
        raise MpdFault(Ack.ARG, "Bad song index")
    moved = paths[start:end]
    del paths[start:end]
    paths[to:to] = moved
    await _write(talk, args[0], paths)


async def _write(talk: Talk, name: str, paths: Sequence[str]) -> None:
    if len(paths) > ENTRIES_MAX:
        raise MpdFault(Ack.PLAYLIST_MAX, "Playlist is too large")
    await talk.station.playlists.write(name, paths)
    talk.tell(Subsystem.STORED_PLAYLIST)


COMMANDS: Table = {
    "listplaylists": Command(_listplaylists, Permission.READ),
    "listplaylist": Command(_listplaylist, Permission.READ, 1, 2),
    "listplaylistinfo": Command(_listplaylistinfo, Permission.READ, 1, 2),
    "playlistlength": Command(_playlistlength, Permission.READ, 1, 1),
    "load": Command(_load, Permission.ADD, 1, 3),
    "save": Command(_save, Permission.CONTROL, 1, 2),
    "rm": Command(_rm, Permission.CONTROL, 1, 1),
    "rename": Command(_rename, Permission.CONTROL, 2, 2),
    "playlistclear": Command(_playlistclear, Permission.CONTROL, 1, 1),
    "playlistadd": Command(_playlistadd, Permission.CONTROL, 2, 3),
    "playlistdelete": Command(_playlistdelete, Permission.CONTROL, 2, 2),
    "playlistmove": Command(_playlistmove, Permission.CONTROL, 3, 3),
    "searchaddpl": Command(_searchaddpl, Permission.CONTROL, 2, None),
}
