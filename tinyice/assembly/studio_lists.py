"""The playlist and the queue of an AutoDJ as pages see and edit them."""

from collections.abc import Callable, Collection, Sequence
from random import SystemRandom
from typing import TypeVar

from tinyice.assembly.studio_rows import Found, check_version, entry_row, found
from tinyice.autodj.entries import EntryUnknown, TooManyEntries
from tinyice.autodj.playlist import Playlist
from tinyice.autodj.running import RunningAutoDJ
from tinyice.autodj.upnext import WAITING_MAX, UpNext
from tinyice.core.autodjs import EntryRows, Put
from tinyice.web.autodj_ports import Picked

T = TypeVar("T")


class StudioPlaylist:
    """The playlist. What plays goes on to its end, even where it is taken out."""

    def __init__(self, running: RunningAutoDJ) -> None:
        self._running = running
        self._name = running.config.last_playlist
        self._root = running.opened.settings.root

    @property
    def name(self) -> str:
        """The saved playlist that was loaded last; in another folder it begins anew."""
        root = self._running.opened.settings.root
        if root != self._root:
            self._root, self._name = root, self._running.config.last_playlist
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        self._root, self._name = self._running.opened.settings.root, name

    def page(self, offset: int, limit: int) -> EntryRows:
        """The entries from ``offset`` on."""
        player = self._running.player
        playlist, ahead = player.playlist, player.foresee()
        start = max(0, offset)
        entries = playlist.page(start, start + limit)
        return EntryRows(
            tuple(
                entry_row(entry, player, position, ahead=ahead)
                for position, entry in enumerate(entries, start)
            ),
            total=len(playlist),
            seconds=sum(entry.track.seconds for entry in playlist),
            version=playlist.version,
        )

    async def add(
        self, picked: Picked, *, before: int | None = None, version: int | None = None
    ) -> Put:
        """Put tracks in front of the entry ``before``; None: at the end."""
        what = await found(self._running, picked)

        def change(playlist: Playlist) -> Sequence[int]:
            position = None if before is None else playlist.position(before)
            return playlist.add(what.tracks, position, what.gains)

        return _put(self._edit(change, version), what)

    async def replace(self, picked: Picked, *, version: int | None = None) -> Put:
        """Put tracks in the place of everything."""
        what = await found(self._running, picked)

        def change(playlist: Playlist) -> Sequence[int]:
            return playlist.replace(what.tracks, what.gains)

        put = _put(self._edit(change, version), what)
        self.name = picked.saved
        return put

    def remove(self, entries: Collection[int], *, version: int | None = None) -> None:
        """Take entries out; if any is not there, nothing is done."""
        self._edit(lambda playlist: playlist.remove(entries), version)

    def move(
        self, entries: Sequence[int], before: int | None, *, version: int | None = None
    ) -> None:
        """Put entries in front of the entry ``before``, in this order; None: at the end."""
        self._edit(lambda playlist: playlist.gather(entries, before), version)

    def clear(self, *, version: int | None = None) -> None:
        """Take out everything."""
        self._edit(lambda playlist: playlist.clear(), version)
        self.name = ""

    def shuffle(self, *, version: int | None = None) -> None:
        """Bring everything into an order of chance, for good."""
        self._edit(lambda playlist: playlist.shuffle(SystemRandom()), version)

    def prioritise(self, entries: Collection[int], priority: int) -> None:
        """Play these before those of less priority (0 to 255; 0: in their turn)."""
        self._running.player.prioritise(entries, priority)

    def _edit(self, change: Callable[[Playlist], T], version: int | None) -> T:
        def checked(playlist: Playlist) -> T:
            check_version(version, playlist.version)
            return change(playlist)

        return self._running.player.edit(checked, follows=False)


class StudioQueue:
    """What plays before the playlist goes on."""

    def __init__(self, running: RunningAutoDJ) -> None:
        self._running = running

    def page(self, offset: int, limit: int) -> EntryRows:
        """The entries from ``offset`` on."""
        player = self._running.player
        waiting, ahead = list(player.up_next), player.foresee()
        start = max(0, offset)
        return EntryRows(
            tuple(
                entry_row(entry, player, position, is_queued=True, ahead=ahead)
                for position, entry in enumerate(waiting[start : start + limit], start)
            ),
            total=len(waiting),
            seconds=sum(entry.track.seconds for entry in waiting),
            version=player.up_next.version,
        )

    async def add(self, picked: Picked, *, first: bool = False, version: int | None = None) -> Put:
        """Let tracks wait: behind the others, or in front of them."""
        what = await found(self._running, picked)

        def change(queue: UpNext) -> Sequence[int]:
            if len(queue) + len(what.tracks) > WAITING_MAX:
                raise TooManyEntries(WAITING_MAX)
            # who comes first of all pushes those back that came before it
            pairs = list(zip(what.tracks, what.gains, strict=True))[:: -1 if first else 1]
            ids = [queue.add(track, first=first, gain_db=gain_db) for track, gain_db in pairs]
            return ids[::-1] if first else ids

        return _put(self._edit(change, version), what)

    def remove(self, entries: Collection[int], *, version: int | None = None) -> None:
        """Let entries wait no more; if any is not there, nothing is done."""

        def change(queue: UpNext) -> None:
            known = {entry.id for entry in queue}
            wanted = dict.fromkeys(entries)
            for entry in wanted:
                if entry not in known:
                    raise EntryUnknown(entry)
            for entry in wanted:
                queue.remove(entry)

        self._edit(change, version)

    def move(
        self, entries: Sequence[int], before: int | None, *, version: int | None = None
    ) -> None:
        """Put entries in front of the entry ``before``, in this order; None: at the end."""
        self._edit(lambda queue: queue.gather(entries, before), version)

    def clear(self, *, version: int | None = None) -> None:
        """Let nothing wait."""
        self._edit(lambda queue: queue.clear(), version)

    def _edit(self, change: Callable[[UpNext], T], version: int | None) -> T:
        def checked(queue: UpNext) -> T:
            check_version(version, queue.version)
            return change(queue)

        return self._running.player.queue(checked)


def _put(entries: Sequence[int], what: Found) -> Put:
    return Put(tuple(entries), what.missing, what.left_out)
