"""Commands about the queue: what is in it, what has changed, and every way to change it."""

from collections.abc import Sequence

from tinyice.autodj.entries import Entry
from tinyice.autodj.mpd.database import one, tracks_at
from tinyice.autodj.mpd.finding import found, in_order, read_search
from tinyice.autodj.mpd.matching import matcher
from tinyice.autodj.mpd.needs import Permission
from tinyice.autodj.mpd.songs import queued
from tinyice.autodj.mpd.talk import Command, Table, Talk
from tinyice.core.tracks import Track
from tinyice.wire.mpd import Ack, MpdFault, Place, Range, place, span, whole

PRIORITY_MAX = 255
AT_ONCE = 500
"""After so many entries others get their turn."""


async def tell_entries(talk: Talk, entries: Sequence[tuple[int, Entry]]) -> None:
    """Say which entries these are."""
    player, tags = talk.station.player, talk.visitor.tags
    for start in range(0, len(entries), AT_ONCE):
        if start:
            await talk.breathe()
        for position, entry in entries[start : start + AT_ONCE]:
            talk.answer.add(queued(entry, position, player.priority(entry.id), tags))


def insert(
    talk: Talk, tracks: Sequence[Track], where: Place | None, *, gain_db: float = 0.0
) -> Sequence[int]:
    """Put tracks into the queue, all with this gain; raises as ``Playlist.add``."""
    position = None if where is None else talk.position_of(where)
    gains = [gain_db] * len(tracks)
    return talk.station.player.edit(lambda playlist: playlist.add(tracks, position, gains))


def _part(talk: Talk, args: Sequence[str], index: int) -> list[tuple[int, Entry]]:
    """The entries of a range that may be there."""
    playlist = talk.station.player.playlist
    wanted = span(args[index]) if len(args) > index else Range(0, None)
    start, end = wanted.within(len(playlist))
    if start == len(playlist) and wanted == Range(start, start + 1):
        raise MpdFault(Ack.ARG, "Bad song index")
    return list(enumerate(playlist.page(start, end), start))


async def _playlistinfo(talk: Talk, args: Sequence[str]) -> None:
    await tell_entries(talk, _part(talk, args, 0))


async def _playlistid(talk: Talk, args: Sequence[str]) -> None:
    playlist = talk.station.player.playlist
    if not args or args[0] == "-1":
        await tell_entries(talk, list(enumerate(playlist)))
        return
    position = playlist.position(whole(args[0]))
    await tell_entries(talk, [(position, playlist.at(position))])


def _playlist(talk: Talk, _args: Sequence[str]) -> None:
    for position, entry in enumerate(talk.station.player.playlist):
        talk.answer.pair(f"{position}:file", entry.track.path)


def _changes(talk: Talk, args: Sequence[str]) -> list[tuple[int, Entry]]:
    playlist = talk.station.player.playlist
    version = whole(args[0], 2**32 - 1)
    wanted = span(args[1]) if len(args) > 1 else Range(0, None)
    end = len(playlist) if wanted.end is None else wanted.end
    changed = playlist.changes_since(version)
    return [(at, entry) for at, entry in changed if wanted.start <= at < end]


async def _plchanges(talk: Talk, args: Sequence[str]) -> None:
    await tell_entries(talk, _changes(talk, args))


def _plchangesposid(talk: Talk, args: Sequence[str]) -> None:
    for position, entry in _changes(talk, args):
        talk.answer.pair("cpos", position)
        talk.answer.pair("Id", entry.id)


async def _searched(talk: Talk, args: Sequence[str], *, folded: bool) -> None:
    search = read_search(args, folded=folded)
    fits, player = matcher(search.wanted), talk.station.player
    entries: list[tuple[int, Entry]] = []
    for position, entry in enumerate(tuple(player.playlist)):
        if position and position % AT_ONCE == 0:
            await talk.breathe()
        if fits(entry.track, player.priority(entry.id)):
            entries.append((position, entry))
    if search.sort.removeprefix("-").lower() == "prio":
        backwards = search.sort.startswith("-")
        entries.sort(key=lambda each: player.priority(each[1].id), reverse=backwards)
    elif search.sort:
        tracks = [entry.track for _, entry in entries]
        in_order(tracks, search.sort)
        rank: dict[int, int] = {}
        for at, track in enumerate(tracks):
            rank.setdefault(id(track), at)
        entries.sort(key=lambda each: rank[id(each[1].track)])
    await tell_entries(talk, entries[search.window.start : search.window.end])


async def _playlistfind(talk: Talk, args: Sequence[str]) -> None:
    await _searched(talk, args, folded=False)


async def _playlistsearch(talk: Talk, args: Sequence[str]) -> None:
    await _searched(talk, args, folded=True)


async def _add(talk: Talk, args: Sequence[str]) -> None:
    where = place(args[1]) if len(args) > 1 else None
    insert(talk, await tracks_at(talk, args[0]), where)


async def _addid(talk: Talk, args: Sequence[str]) -> None:
    where = place(args[1]) if len(args) > 1 else None
    (entry,) = insert(talk, [await one(talk, args[0])], where)
    talk.answer.pair("Id", entry)


async def _found_added(talk: Talk, args: Sequence[str], *, folded: bool) -> None:
    search = read_search(args, folded=folded, positioned=True)
    insert(talk, await found(talk.station.library, search), search.position)


async def _findadd(talk: Talk, args: Sequence[str]) -> None:
    await _found_added(talk, args, folded=False)


async def _searchadd(talk: Talk, args: Sequence[str]) -> None:
    await _found_added(talk, args, folded=True)


def _clear(talk: Talk, _args: Sequence[str]) -> None:
    talk.station.player.edit(lambda playlist: playlist.clear())


def _delete(talk: Talk, args: Sequence[str]) -> None:
    entries = [entry.id for _, entry in _part(talk, args, 0)]
    talk.station.player.edit(lambda playlist: playlist.remove(entries))


def _deleteid(talk: Talk, args: Sequence[str]) -> None:
    entry = whole(args[0])
    talk.station.player.edit(lambda playlist: playlist.remove([entry]))


def _move(talk: Talk, args: Sequence[str]) -> None:
    player, wanted = talk.station.player, span(args[0])
    start, end = wanted.within(len(player.playlist))
    if wanted.end is not None and wanted.end > len(player.playlist):
        raise MpdFault(Ack.ARG, "Bad song index")
    if start < end:
        _moved(talk, start, end, place(args[1]))


def _moveid(talk: Talk, args: Sequence[str]) -> None:
    position = talk.station.player.playlist.position(whole(args[0]))
    _moved(talk, position, position + 1, place(args[1]))


def _moved(talk: Talk, start: int, end: int, to: Place) -> None:
    player, count = talk.station.player, end - start
    position = to.position
    if to.relative:
        current = talk.current_position()
        if current is not None and start <= current < end:
            raise MpdFault(Ack.ARG, "Cannot move current song relative to itself")
        position = talk.position_of(to)
        position -= count if start < position else 0
    if not 0 <= position <= len(player.playlist) - count:
        raise MpdFault(Ack.ARG, "Bad song index")
    player.edit(lambda playlist: playlist.move(start, end, position))


def _swap(talk: Talk, args: Sequence[str]) -> None:
    first, second = (whole(text) for text in args)
    talk.at(first), talk.at(second)
    talk.station.player.edit(lambda playlist: playlist.swap(first, second))


def _swapid(talk: Talk, args: Sequence[str]) -> None:
    playlist = talk.station.player.playlist
    first, second = (playlist.position(whole(text)) for text in args)
    talk.station.player.edit(lambda playlist: playlist.swap(first, second))


def _shuffle(talk: Talk, args: Sequence[str]) -> None:
    player = talk.station.player
    wanted = span(args[0]) if args else Range(0, None)
    start, end = wanted.within(len(player.playlist))
    player.edit(lambda playlist: playlist.shuffle(talk.station.random, start, end))


def _prio(talk: Talk, args: Sequence[str]) -> None:
    priority = whole(args[0], PRIORITY_MAX)
    entries = [entry.id for index in range(1, len(args)) for _, entry in _part(talk, args, index)]
    talk.station.player.prioritise(entries, priority)


def _prioid(talk: Talk, args: Sequence[str]) -> None:
    priority = whole(args[0], PRIORITY_MAX)
    playlist = talk.station.player.playlist
    entries = [playlist.entry(whole(text)).id for text in args[1:]]
    talk.station.player.prioritise(entries, priority)


COMMANDS: Table = {
    "playlist": Command(_playlist, Permission.READ),
    "playlistinfo": Command(_playlistinfo, Permission.READ, 0, 1),
    "playlistid": Command(_playlistid, Permission.READ, 0, 1),
    "playlistfind": Command(_playlistfind, Permission.READ, 1, None),
    "playlistsearch": Command(_playlistsearch, Permission.READ, 1, None),
    "plchanges": Command(_plchanges, Permission.READ, 1, 2),
    "plchangesposid": Command(_plchangesposid, Permission.READ, 1, 2),
    "add": Command(_add, Permission.ADD, 1, 2),
    "addid": Command(_addid, Permission.ADD, 1, 2),
    "findadd": Command(_findadd, Permission.ADD, 1, None),
    "searchadd": Command(_searchadd, Permission.ADD, 1, None),
    "clear": Command(_clear, Permission.PLAYER),
    "delete": Command(_delete, Permission.PLAYER, 1, 1),
    "deleteid": Command(_deleteid, Permission.PLAYER, 1, 1),
    "move": Command(_move, Permission.PLAYER, 2, 2),
    "moveid": Command(_moveid, Permission.PLAYER, 2, 2),
    "swap": Command(_swap, Permission.PLAYER, 2, 2),
    "swapid": Command(_swapid, Permission.PLAYER, 2, 2),
    "shuffle": Command(_shuffle, Permission.PLAYER, 0, 1),
    "prio": Command(_prio, Permission.PLAYER, 2, None),
    "prioid": Command(_prioid, Permission.PLAYER, 2, None),
}
