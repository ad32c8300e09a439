"""The playlist of an AutoDJ: entries in an order that is made by hand.

Rules of this file:

- each change makes the version one larger, a call that changes nothing does not;
- what was refused has changed nothing;
- an entry is marked with the version in which it came to its place, or another track
  came into it: so it is known what a client of an older version has not seen;
- the bookmark stands between two entries and follows the one in front of it; when that
  one is taken out, it stays where it was among the others.
"""

from collections.abc import Iterable, Iterator, Sequence
from random import Random

from tinyice.autodj.entries import Entry, EntryIds, EntryUnknown, TooManyEntries
from tinyice.autodj.frozen import FrozenPlaylist
from tinyice.core.tracks import Track

ENTRIES_MAX = 16_384
VERSION_MAX = 2**31 - 1
"""Clients keep versions in 32 bits; behind it the count begins again."""


class Playlist:
    """A list of at most ``limit`` entries; positions count from 0."""

    def __init__(self, ids: EntryIds, limit: int = ENTRIES_MAX) -> None:
        self._ids = ids
        self._limit = limit
        self._entries: list[Entry] = []
        self._marks: list[int] = []
        self._positions: dict[int, int] = {}
        self.version = 1
        self.bookmark = 0
        """The position behind the entry that is played: where it goes on."""

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __contains__(self, entry: int) -> bool:
        """Whether there is an entry of this number."""
        return entry in self._positions

    def at(self, position: int) -> Entry:
        """The entry there; raises ``EntryUnknown``."""
        if not 0 <= position < len(self):
            raise EntryUnknown(position)
        return self._entries[position]

    def entry(self, entry: int) -> Entry:
        """The entry of this number; raises ``EntryUnknown``."""
        return self._entries[self.position(entry)]

    def position(self, entry: int) -> int:
        """Where the entry of this number is; raises ``EntryUnknown``."""
        position = self._positions.get(entry)
        if position is None:
            raise EntryUnknown(entry)
        return position

    def page(self, start: int, end: int) -> Sequence[Entry]:
        """The entries of these positions, as far as there are any."""
        return tuple(self._entries[max(0, start) : max(0, end)])

    def changes_since(self, version: int) -> Sequence[tuple[int, Entry]]:
        """What is elsewhere or new since ``version``, with its position.

        Who cuts its list to the length of this one and puts these in their places has
        this one. For a version that never was it is everything.
        """
        everything = enumerate(self._entries)
        if not 0 < version <= self.version:
            return tuple(everything)
        return tuple(
            (position, entry)
            for (position, entry), mark in zip(everything, self._marks, strict=True)
            if mark > version
        )

    def add(
        self, tracks: Iterable[Track], position: int | None = None, gains: Sequence[float] = ()
    ) -> Sequence[int]:
        """Put ``tracks`` in front of what is at ``position``, or at the end; their numbers.

        ``gains``: the ``gain_db`` of each; (): that of all is 0. Raises ``EntryUnknown`` for a
        place that there is not, ``TooManyEntries``.
        """
        added = list(tracks)
        where = len(self) if position is None else position
        if not 0 <= where <= len(self):
            raise EntryUnknown(where)
        if len(self) + len(added) > self._limit:
            raise TooManyEntries(self._limit)
        if not added:
            return ()
        pairs = zip(added, gains or [0.0] * len(added), strict=True)
        entries = [Entry(self._ids.take(), track, gain_db) for track, gain_db in pairs]
        self._entries[where:where] = entries
        self._marks[where:where] = [0] * len(entries)
        if where < self.bookmark:
            self.bookmark += len(entries)
        self._changed(where, len(self))
        return tuple(entry.id for entry in entries)

    def replace(self, tracks: Iterable[Track], gains: Sequence[float] = ()) -> Sequence[int]:
        """Put ``tracks`` in the place of everything, with ``gains`` as ``add`` has them."""
        added = list(tracks)
        if len(added) > self._limit:
            raise TooManyEntries(self._limit)
        self.clear()
        return self.add(added, gains=gains)

    def update(self, entry: int, track: Track, gain_db: float | None = None) -> None:
        """Another description of the same entry: its file has changed; None: its gain has not."""
        position = self.position(entry)
        before = self._entries[position]
        after = Entry(entry, track, before.gain_db if gain_db is None else gain_db)
        if after != before:
            self._entries[position] = after
            self._changed(position, position + 1)

    def remove(self, entries: Iterable[int]) -> None:
        """Take the entries of these numbers out; raises ``EntryUnknown`` for any that is not."""
        positions = sorted({self.position(entry) for entry in entries})
        if not positions:
            return
        self.bookmark -= sum(position < self.bookmark for position in positions)
        for position in reversed(positions):
            del self._positions[self._entries[position].id]
            del self._entries[position]
            del self._marks[position]
        self._changed(positions[0], len(self))

    def cut(self, start: int, end: int) -> None:
        """Take out what is from ``start`` up to ``end``; raises ``EntryUnknown``."""
        if not 0 <= start <= end <= len(self):
            raise EntryUnknown(start if not 0 <= start <= len(self) else end)
        self.remove([entry.id for entry in self._entries[start:end]])

    def move(self, start: int, end: int, to: int) -> None:
        """Move what is from ``start`` up to ``end``, so that it begins at ``to`` afterwards."""
        for position in (start, end - 1):
            self.at(position)
        count = end - start
        if count <= 0 or not 0 <= to <= len(self) - count:
            raise EntryUnknown(to)
        if to == start:
            return
        first, last = min(start, to), max(start, to) + count
        part = self._entries[first:last]
        moved = part[start - first : end - first]
        del part[start - first : end - first]
        part[to - first : to - first] = moved
        self._reorder(first, part)

    def gather(self, entries: Iterable[int], before: int | None) -> None:
        """Put these entries in front of the entry ``before``, in this order; None: at the end.

        Raises ``EntryUnknown`` for any that is not.
        """
        moved = {number: self.entry(number) for number in entries}
        where = len(self) if before is None else self.position(before)
        ahead, behind = (
            [entry for entry in part if entry.id not in moved]
            for part in (self._entries[:where], self._entries[where:])
        )
        whole = [*ahead, *moved.values(), *behind]
        pairs = enumerate(zip(whole, self._entries, strict=True))
        other = [position for position, (new, old) in pairs if new is not old]
        if other:
            first, last = other[0], other[-1] + 1
            self._reorder(first, whole[first:last])

    def swap(self, first: int, second: int) -> None:
        """Let two entries change places, told by their positions."""
        self.at(first), self.at(second)
        if first == second:
            return
        start, end = min(first, second), max(first, second)
        part = self._entries[start : end + 1]
        part[0], part[-1] = part[-1], part[0]
        self._reorder(start, part)

    def shuffle(self, random: Random, start: int = 0, end: int | None = None) -> None:
        """Bring what is from ``start`` up to ``end`` into an order of chance."""
        last = len(self) if end is None else min(end, len(self))
        if not 0 <= start <= last:
            raise EntryUnknown(start)
        part = self._entries[start:last]
        if len(part) > 1:
            random.shuffle(part)
            self._reorder(start, part)

    def clear(self) -> None:
        """Take out everything."""
        if self._entries:
            self._entries.clear()
            self._marks.clear()
            self._positions.clear()
            self.bookmark = 0
            self._changed(0, 0)

    def freeze(self) -> FrozenPlaylist:
        """All of it."""
        return FrozenPlaylist(tuple(self._entries), tuple(self._marks), self.version, self.bookmark)

    @property
    def next_id(self) -> int:
        """The number that the next entry gets, here or in another list of the AutoDJ."""
        return self._ids.next

    def thaw(self, frozen: FrozenPlaylist, next_id: int) -> None:
        """Be what was frozen; of one in which nothing was yet."""
        self._ids.next = next_id
        self._entries, self._marks = list(frozen.entries), list(frozen.marks)
        self._positions = {entry.id: at for at, entry in enumerate(self._entries)}
        self.version, self.bookmark = frozen.version, frozen.bookmark

    def _reorder(self, start: int, entries: Sequence[Entry]) -> None:
        """Put ``entries`` in the places from ``start`` on."""
        followed = self._entries[self.bookmark - 1].id if self.bookmark else None
        self._entries[start : start + len(entries)] = entries
        self._changed(start, start + len(entries))
        if followed is not None:
            self.bookmark = self._positions[followed] + 1

    def _changed(self, start: int, end: int) -> None:
        """What is from ``start`` up to ``end`` is not what was there."""
        if self.version >= VERSION_MAX:
            self.version = 0
            self._marks = [0] * len(self)
            start, end = 0, len(self)
        self.version += 1
        self._mark(start, end)

    def _mark(self, start: int, end: int) -> None:
        for position in range(start, end):
            self._marks[position] = self.version
            self._positions[self._entries[position].id] = position
