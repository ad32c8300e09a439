"""What plays next, before the playlist goes on: a queue with priorities."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tinyice.autodj.entries import Entry, EntryIds, EntryUnknown, TooManyEntries
from tinyice.autodj.frozen import FrozenQueue
from tinyice.core.tracks import Track

WAITING_MAX = 500
ASKED = -1
"""The priority of what a program has named: it waits behind what people want."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    entry: Entry
    priority: int


class UpNext:
    """Entries that wait: higher priority first, and of the same one who came first.

    Each change makes ``version`` one larger.
    """

    def __init__(self, ids: EntryIds, limit: int = WAITING_MAX) -> None:
        self._ids = ids
        self._limit = limit
        self._waiting: list[_Waiting] = []
        self.version = 1

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Entry]:
        return (waiting.entry for waiting in self._waiting)

    def add(
        self, track: Track, priority: int = 0, *, first: bool = False, gain_db: float = 0.0
    ) -> int:
        """Let ``track`` wait, behind those of its priority or ``first`` of them; its number."""
        if len(self) >= self._limit:
            raise TooManyEntries(self._limit)
        entry = Entry(self._ids.take(), track, gain_db)
        self._put(_Waiting(entry, priority), first=first)
        return entry.id

    def remove(self, entry: int) -> None:
        """Let it wait no more; raises ``EntryUnknown``."""
        del self._waiting[self._position(entry)]
        self.version += 1

    def move(self, entry: int, to: int) -> None:
        """Let it wait at this position; it takes the priority that is right there."""
        position = self._position(entry)
        if not 0 <= to < len(self):
            raise EntryUnknown(to)
        if position == to:
            return
        moved = self._waiting.pop(position)
        # Whoever is in front of it now must not be less urgent, whoever is behind not more.
        highest = self._waiting[to - 1].priority if to else None
        lowest = self._waiting[to].priority if to < len(self._waiting) else None
        priority = moved.priority
        if highest is not None:
            priority = min(priority, highest)
        if lowest is not None:
            priority = max(priority, lowest)
        self._waiting.insert(to, _Waiting(moved.entry, priority))
        self.version += 1

    def gather(self, entries: Iterable[int], before: int | None) -> None:
        """Let these wait in front of the entry ``before``, in this order; None: at the end.

        They take the priorities that are right there. Raises ``EntryUnknown`` for any that
        is not.
        """
        moved = {number: self._waiting[self._position(number)] for number in entries}
        where = len(self) if before is None else self._position(before)
        ahead, behind = (
            [each for each in part if each.entry.id not in moved]
            for part in (self._waiting[:where], self._waiting[where:])
        )
        placed: list[_Waiting] = []
        highest = ahead[-1].priority if ahead else None
        for each in moved.values():
            priority = each.priority if highest is None else min(each.priority, highest)
            highest = max(priority, behind[0].priority) if behind else priority
            placed.append(_Waiting(each.entry, highest))
        whole = [*ahead, *placed, *behind]
        if whole != self._waiting:
            self._waiting = whole
            self.version += 1

    def next(self) -> Entry | None:
        """Who is next; it goes on waiting."""
        return self._waiting[0].entry if self._waiting else None

    @property
    def is_asked(self) -> bool:
        """Whether only a program wants to hear who is next."""
        return bool(self._waiting) and self._waiting[0].priority <= ASKED

    def take(self) -> Entry | None:
        """Who is next, and waits no more."""
        if not self._waiting:
            return None
        self.version += 1
        return self._waiting.pop(0).entry

    def clear(self) -> None:
        """Let nobody wait."""
        if self._waiting:
            self._waiting.clear()
            self.version += 1

    def all(self) -> Sequence[tuple[Entry, int]]:
        """Who waits, and with which priority."""
        return tuple((waiting.entry, waiting.priority) for waiting in self._waiting)

    def freeze(self) -> FrozenQueue:
        """All of it."""
        return FrozenQueue(tuple(self.all()), self.version)

    def thaw(self, frozen: FrozenQueue) -> None:
        """Be what was frozen."""
        self._waiting = [_Waiting(entry, priority) for entry, priority in frozen.waiting]
        self.version = frozen.version

    def _put(self, new: _Waiting, *, first: bool) -> None:
        position = 0
        for waiting in self._waiting:
            if waiting.priority < new.priority or (first and waiting.priority == new.priority):
                break
            position += 1
        self._waiting.insert(position, new)
        self.version += 1

    def _position(self, entry: int) -> int:
        for position, waiting in enumerate(self._waiting):
            if waiting.entry.id == entry:
                return position
        raise EntryUnknown(entry)
