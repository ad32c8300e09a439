"""Commands about the library: browse folders, find and count songs, list what tags there are."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from tinyice.autodj.mpd.finding import every, found, read_search
from tinyice.autodj.mpd.matching import SEARCHED, coarse, is_exact, matcher
from tinyice.autodj.mpd.needs import Permission, Subsystem
from tinyice.autodj.mpd.songs import TAGS, song, stamp, tag_name, value_of, written
from tinyice.autodj.mpd.talk import Command, Table, Talk
from tinyice.core.tracks import PAGE_MAX, Tag, Track, TrackQuery
from tinyice.wire.mpd import Ack, MpdFault, Range, options, span
from tinyice.wire.mpd_filter import Filter, Operator, Trait, read_filter


def clean(uri: str) -> str:
    """A path of the library; raises ``MpdFault`` for an address of something else."""
    if "://" in uri:
        raise MpdFault(Ack.NO_EXIST, "Unsupported URI scheme")
    return uri.strip("/")


async def known(talk: Talk, paths: Sequence[str]) -> list[Track | None]:
    """The tracks of these paths; None in the place of one that there is not, or that is broken."""
    tracks = await talk.station.library.tracks(paths)
    return [None if track is None or track.fault else track for track in tracks]


async def one(talk: Talk, uri: str) -> Track:
    """The track of a path; raises ``MpdFault``."""
    (track,) = await known(talk, [clean(uri)])
    if track is None:
        raise MpdFault(Ack.NO_EXIST, "No such song")
    return track


async def tracks_at(talk: Talk, uri: str) -> Sequence[Track]:
    """The track of a path, or all that are in that folder; raises ``MpdFault``."""
    path = clean(uri)
    (track,) = await known(talk, [path])
    if track is not None:
        return [track]
    tracks = [track async for track in every(talk.station.library, TrackQuery(folder=path))]
    if not tracks and path:
        raise MpdFault(Ack.NO_EXIST, "No such directory")
    return tracks


async def _folders(talk: Talk, path: str) -> list[str] | None:
    """The folders right in this one, by their names; None: there is no such folder."""
    library, names = talk.station.library, list[str]()
    query = TrackQuery(folder=path, broken=None, limit=PAGE_MAX)
    while True:
        page = await library.folders(replace(query, offset=len(names)))
        names += [named.name for named in page.names]
        if not page.names or len(names) >= page.total:
            break
    return names if names or await _is_folder(talk, path) else None


async def _is_folder(talk: Talk, path: str) -> bool:
    query = TrackQuery(folder=path, broken=None, limit=1)
    return not path or (await talk.station.library.find(query)).total > 0


async def _found(talk: Talk, args: Sequence[str], *, folded: bool) -> None:
    search = read_search(args, folded=folded)
    for track in await found(talk.station.library, search):
        talk.answer.add(song(track, talk.visitor.tags))


async def _find(talk: Talk, args: Sequence[str]) -> None:
    await _found(talk, args, folded=False)


async def _search(talk: Talk, args: Sequence[str]) -> None:
    await _found(talk, args, folded=True)


async def _count(talk: Talk, args: Sequence[str], *, folded: bool = False) -> None:
    rest, more = options(args, "group")
    group = tag_name(more["group"][0]) if "group" in more else ""
    if not rest and not group:
        raise MpdFault(Ack.ARG, "Filter expected")
    wanted = read_filter(rest, folded=folded)
    fits, sums = matcher(wanted), dict[str, tuple[int, float]]()
    async for track in every(talk.station.library, coarse(wanted)):
        if fits(track, 0):
            value = value_of(track, group) if group else ""
            songs, playtime = sums.get(value, (0, 0.0))
            sums[value] = songs + 1, playtime + track.seconds
    if not group:
        sums.setdefault("", (0, 0.0))
    for value, (songs, playtime) in sorted(sums.items()):
        if group:
            talk.answer.pair(written(group), value)
        talk.answer.pair("songs", songs)
        talk.answer.pair("playtime", round(playtime))


async def _searchcount(talk: Talk, args: Sequence[str]) -> None:
    await _count(talk, args, folded=True)


async def _list(talk: Talk, args: Sequence[str]) -> None:
    if args[0].lower() in {"file", "filename"}:
        await _list_files(talk, args[1:])
        return
    tag = tag_name(args[0])
    rest, more = options(args[1:], "window", repeated="group")
    groups = [tag_name(word) for word in reversed(more.get("group", []))]
    if len({tag, *groups}) <= len(groups):
        raise MpdFault(Ack.ARG, "Conflicting group")
    window = span(more["window"][0]) if "window" in more else Range(0, None)
    wanted = _listed(tag, rest)
    searched = SEARCHED.get(tag)
    # Of titles there are as many as tracks: one look at each is less than page after page.
    if not groups and searched not in (None, Tag.TITLE) and is_exact(wanted):
        rows = await _values(talk, searched, coarse(wanted))
    else:
        rows = await _rows(talk, [*groups, tag], wanted)
    _tell_rows(talk, [*groups, tag], rows, window)


async def _values(talk: Talk, tag: Tag, query: TrackQuery) -> list[tuple[str, ...]]:
    """The values of one tag, as the library can say without a look at each track."""
    library, names, tracks = talk.station.library, list[str](), 0
    while True:
        page = await library.names(tag, replace(query, offset=len(names), limit=PAGE_MAX))
        names += [named.name for named in page.names]
        tracks += sum(named.tracks for named in page.names)
        if not page.names or len(names) >= page.total:
            break
    if tracks < (await library.find(replace(query, limit=1))).total:
        names.append("")
    return sorted({(name,) for name in names})


async def _rows(talk: Talk, tags: Sequence[str], wanted: Filter) -> list[tuple[str, ...]]:
    """What values these tags have together, in order."""
    fits, rows = matcher(wanted), set[tuple[str, ...]]()
    async for track in every(talk.station.library, coarse(wanted)):
        if fits(track, 0):
            rows.add(tuple(value_of(track, tag) for tag in tags))
    return sorted(rows)


def _listed(tag: str, args: Sequence[str]) -> Filter:
    """The filter of ``list``; very old clients give an artist alone."""
    if len(args) != 1 or args[0].startswith("("):
        return read_filter(args, folded=False)
    if tag != "album":
        raise MpdFault(Ack.ARG, 'should be "Album" for 3 arguments')
    return Trait("artist", Operator.IS, args[0])


def _tell_rows(
    talk: Talk, tags: Sequence[str], rows: Sequence[tuple[str, ...]], window: Range
) -> None:
    """Each row, but of each group only once what it is called."""
    before: tuple[str, ...] = ()
    groups = -1
    for row in rows:
        same = 0
        while same < len(before) and before[same] == row[same]:
            same += 1
        groups += same == 0
        before = row
        if groups < window.start or (window.end is not None and groups >= window.end):
            continue
        for tag, value in list(zip(tags, row, strict=True))[same:]:
            talk.answer.pair(written(tag), value)


async def _list_files(talk: Talk, args: Sequence[str]) -> None:
    wanted = read_filter(args, folded=False)
    fits = matcher(wanted)
    async for track in every(talk.station.library, coarse(wanted)):
        if fits(track, 0):
            talk.answer.pair("file", track.path)


async def _lsinfo(talk: Talk, args: Sequence[str]) -> None:
    path = clean(args[0]) if args else ""
    folders = await _folders(talk, path)
    if folders is None:
        talk.answer.add(song(await _or_no_folder(talk, path), talk.visitor.tags))
        return
    for name in folders:
        talk.answer.pair("directory", f"{path}/{name}" if path else name)
    async for track in every(talk.station.library, TrackQuery(folder=path, only_here=True)):
        talk.answer.add(song(track, talk.visitor.tags))
    if not path:
        for stored in await talk.station.playlists.names():
            talk.answer.pair("playlist", stored.name)
            talk.answer.pair("Last-Modified", stamp(stored.changed_at))


async def _or_no_folder(talk: Talk, path: str) -> Track:
    (track,) = await known(talk, [path])
    if track is None:
        raise MpdFault(Ack.NO_EXIST, "No such directory")
    return track


async def _listed_all(talk: Talk, args: Sequence[str], tell: Callable[[Track], None]) -> None:
    path = clean(args[0]) if args else ""
    if not await _is_folder(talk, path):
        tell(await _or_no_folder(talk, path))
        return
    told = {path}
    if path:
        talk.answer.pair("directory", path)
    async for track in every(talk.station.library, TrackQuery(folder=path)):
        for folder in _ways(track.folder):
            if folder not in told and len(folder) > len(path):
                told.add(folder)
                talk.answer.pair("directory", folder)
        tell(track)


def _ways(folder: str) -> list[str]:
    """``folder`` and those above it, the highest one first."""
    parts = folder.split("/") if folder else []
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


async def _listall(talk: Talk, args: Sequence[str]) -> None:
    await _listed_all(talk, args, lambda track: talk.answer.pair("file", track.path))


async def _listallinfo(talk: Talk, args: Sequence[str]) -> None:
    tags = talk.visitor.tags
    await _listed_all(talk, args, lambda track: talk.answer.add(song(track, tags)))


async def _listfiles(talk: Talk, args: Sequence[str]) -> None:
    path = clean(args[0]) if args else ""
    folders = await _folders(talk, path)
    if folders is None:
        raise MpdFault(Ack.NO_EXIST, "No such directory")
    for name in folders:
        talk.answer.pair("directory", name)
    here = TrackQuery(folder=path, only_here=True, broken=None)
    async for track in every(talk.station.library, here):
        talk.answer.pair("file", track.path.rpartition("/")[2])
        talk.answer.pair("size", track.size)
        talk.answer.pair("Last-Modified", stamp(track.mtime_ns / 1e9))


async def _readcomments(talk: Talk, args: Sequence[str]) -> None:
    track = await one(talk, args[0])
    for tag, name in TAGS.items():
        value = value_of(track, tag)
        if value:
            talk.answer.pair(name, value)


def _update(talk: Talk, args: Sequence[str], *, again: bool = False) -> None:
    job = talk.station.library.scan(clean(args[0]) if args else "", again=again)
    talk.answer.pair("updating_db", job)
    talk.tell(Subsystem.UPDATE)


def _rescan(talk: Talk, args: Sequence[str]) -> None:
    _update(talk, args, again=True)


def _listmounts(talk: Talk, _args: Sequence[str]) -> None:
    talk.answer.pair("mount", "")
    talk.answer.pair("storage", "library")


def _listneighbors(_talk: Talk, _args: Sequence[str]) -> None:
    """Nothing but the library is looked at: there are none."""


COMMANDS: Table = {
    "find": Command(_find, Permission.READ, 1, None),
    "search": Command(_search, Permission.READ, 1, None),
    "count": Command(_count, Permission.READ, 1, None),
    "searchcount": Command(_searchcount, Permission.READ, 1, None),
    "list": Command(_list, Permission.READ, 1, None),
    "lsinfo": Command(_lsinfo, Permission.READ, 0, 1),
    "listall": Command(_listall, Permission.READ, 0, 1),
    "listallinfo": Command(_listallinfo, Permission.READ, 0, 1),
    "listfiles": Command(_listfiles, Permission.READ, 0, 1),
    "readcomments": Command(_readcomments, Permission.READ, 1, 1),
    "update": Command(_update, Permission.CONTROL, 0, 1),
    "rescan": Command(_rescan, Permission.CONTROL, 0, 1),
    "listmounts": Command(_listmounts, Permission.READ),
    "listneighbors": Command(_listneighbors, Permission.READ),
}
