"""Entries: tracks at a place in a playlist or a queue, with numbers that stay."""

from dataclasses import dataclass

from tinyice.core.errors import Conflict, NotThere
from tinyice.core.tracks import Track


class EntryUnknown(NotThere):
    """There is no entry of this number, or at this place."""

    def __init__(self, entry: int) -> None:
        super().__init__(f"there is no entry {entry}")
        self.entry = entry


class TooManyEntries(Conflict):
    """The list takes no more."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"there is room for {limit:,} entries: take fewer, like those of a folder")
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Entry:
    """A track in a list. ``id`` belongs to this entry alone, wherever it is moved.

    ``gain_db``: what is added to the track's own gain, from the saved playlist it came from.
    """

    id: int
    track: Track
    gain_db: float = 0.0


class EntryIds:
    """Numbers for entries, each given once; lists of one AutoDJ share them."""

    def __init__(self, first: int = 1) -> None:
        self.next = first
        """The next one; who takes it calls ``take``."""

    def take(self) -> int:
        """The next one."""
        taken, self.next = self.next, self.next + 1
        return taken
