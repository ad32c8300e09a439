"""The library of an AutoDJ, and playlists under names, as pages see them."""

from collections.abc import Sequence
from functools import partial

from tinyice.assembly.studio_rows import as_text, asked, path_of, track_row
from tinyice.autodj.deck import shown_title
from tinyice.autodj.running import RunningAutoDJ
from tinyice.autodj.saved import check_name
from tinyice.core.artwork import Artwork
from tinyice.core.autodjs import (
    LibraryFacts,
    NameRow,
    NameRows,
    Put,
    SavedPlaylist,
    TrackRows,
)
from tinyice.core.errors import Conflict
from tinyice.core.spelled import spelled
from tinyice.core.tracks import Tag, Track, TrackQuery
from tinyice.core.waveform import Waveform
from tinyice.wire.listed import Listed
from tinyice.wire.playlist_reading import read_gain, read_playlist
from tinyice.wire.playlist_writing import write_playlist
from tinyice.work.jobs import Work


class StudioLibrary:
    """The files that there are."""

    def __init__(self, running: RunningAutoDJ) -> None:
        self._running = running

    async def tracks(self, query: TrackQuery) -> TrackRows:
        """One page of files."""
        page = await self._running.library.find(asked(query))
        return TrackRows(tuple(map(track_row, page.tracks)), page.total)

    async def folders(self, query: TrackQuery) -> NameRows:
        """The folders right in that of ``query``, with what is wanted below them."""
        page = await self._running.library.folders(asked(query))
        above = f"{query.folder}/" if query.folder else ""
        rows = (
            NameRow(spelled(one.name), above + spelled(one.name), one.tracks, one.seconds)
            for one in page.names
        )
        return NameRows(tuple(rows), page.total)

    async def names(self, tag: Tag, query: TrackQuery) -> NameRows:
        """What values a tag has in the tracks that are wanted; not for ``ANY`` and ``PATH``."""
        page = await self._running.library.names(tag, asked(query))
        rows = (
            NameRow(as_text(one.name), as_text(one.name), one.tracks, one.seconds)
            for one in page.names
        )
        return NameRows(tuple(rows), page.total)

    async def cover(self, track: int) -> Artwork | None:
        """The picture of a track of that number; None: there is none."""
        for found in await self._running.library.of_ids([track]):
            return await self._running.library.artwork(found.path)
        return None

    async def waveform(self, track: int) -> Waveform | None:
        """What a track of that number looks like; None: it can't be known."""
        for found in await self._running.library.of_ids([track]):
            return await self._running.player.waveform(found)
        return None

    async def facts(self) -> LibraryFacts:
        """How much there is, and how up to date that is."""
        library = self._running.library
        count, last = await library.count(), library.last
        return LibraryFacts(
            tracks=count.tracks,
            broken=count.broken,
            seconds=count.seconds,
            artists=count.artists,
            albums=count.albums,
            scanning=library.scanning,
            found=library.found,
            scanned_at=library.scanned_at,
            fault=as_text(last.fault),
            unread=tuple((spelled(folder), as_text(why)) for folder, why in last.unread),
        )

    def scan(self, folder: str = "", *, again: bool = False) -> int:
        """Look for changes; ``again``: read also what did not change. The scan's number."""
        return self._running.library.scan(path_of(folder) if folder else "", again=again)


class StudioSaved:
    """Playlists under names; ``work`` reads and writes the files of others."""

    def __init__(self, running: RunningAutoDJ, work: Work) -> None:
        self._running = running
        self._saved = running.saved
        self._work = work

    async def names(self) -> Sequence[SavedPlaylist]:
        """Which there are, by name."""
        return [
            SavedPlaylist(one.name, one.changed_at, one.is_station, one.gain_db)
            for one in await self._saved.names()
        ]

    async def save(self, name: str, *, replace: bool = True) -> int:
        """Save what is in the playlist; how many entries."""
        await self._check(name, may_replace=replace)
        entries = list(self._running.player.playlist)
        await self._saved.keep(name, [_listed(entry.track) for entry in entries])
        return len(entries)

    async def take(self, name: str, data: bytes, kind: str, *, replace: bool) -> Put:
        """Save a playlist file, M3U, PLS or XSPF (``kind`` "": find out)."""
        await self._check(name, may_replace=replace)
        charset = self._running.config.tag_charset
        listed = await self._work.perform(read_playlist, data, kind, charset)
        tracks, kept = await self._known(listed)
        await self._saved.keep(name, kept, read_gain(data))
        pairs = zip(listed, tracks, strict=True)
        missing = [spelled(each.place) for each, track in pairs if track is None]
        known = [track for track in tracks if track is not None]
        broken = sum(bool(track.fault) for track in known)
        return Put(tuple(track.id for track in known), tuple(missing), broken)

    async def give(self, name: str, kind: str) -> bytes:
        """One as a file: m3u, m3u8, pls or xspf."""
        _, kept = await self._known(await self._saved.listed(name))
        gain_db = await self._saved.gain(name)
        return await self._work.perform(partial(write_playlist, kept, kind, gain_db=gain_db))

    async def set_gain(self, name: str, gain_db: float) -> None:
        """Let entries that come from one get this gain, to a tenth of a dB."""
        _, kept = await self._known(await self._saved.listed(name))
        await self._saved.keep(name, kept, gain_db)

    async def rename(self, name: str, to: str) -> None:
        """Give one another name, which must be free."""
        await self._saved.rename(name, to)

    async def remove(self, name: str) -> None:
        """Delete one."""
        await self._saved.remove(name)

    async def _known(
        self, listed: Sequence[Listed]
    ) -> tuple[Sequence[Track | None], Sequence[Listed]]:
        """What is in the library, and all of it with the paths that it has there."""
        tracks = await self._running.library.listed(listed)
        pairs = zip(listed, tracks, strict=True)
        return tracks, [each if track is None else _listed(track, each) for each, track in pairs]

    async def _check(self, name: str, *, may_replace: bool) -> None:
        check_name(name)
        found = [one for one in await self._saved.names() if one.name == name]
        if not may_replace and found and not found[0].is_station:
            raise Conflict(f"there is a playlist {name} already")


def _listed(track: Track, told: Listed | None = None) -> Listed:
    """``track`` as a playlist file lists it, with the title that it was ``told`` with."""
    by = f"{as_text(track.artist)} - " if track.artist else ""
    title = told.title if told is not None and told.title else f"{by}{shown_title(track)}"
    return Listed(track.path, title, track.seconds or -1.0)
