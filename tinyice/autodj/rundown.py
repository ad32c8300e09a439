"""What comes next: the queue, then entries that were given a priority, then the playlist."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field

from tinyice.autodj.entries import Entry, EntryUnknown
from tinyice.autodj.failures import Failures
from tinyice.autodj.frozen import FrozenLists
from tinyice.autodj.playlist import Playlist
from tinyice.autodj.separation import Recent
from tinyice.autodj.succession import Standing, Succession
from tinyice.autodj.upnext import UpNext

PRIORITY_MAX = 255


@dataclass(frozen=True, slots=True)
class Choice:
    """The entry that is to play; ``is_queued``: it waits in the queue.

    ``why`` it was chosen, for people; "" where there is nothing to say.
    """

    entry: Entry
    is_queued: bool = False
    is_back: bool = False
    why: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Lists:
    """What a player goes through."""

    playlist: Playlist
    up_next: UpNext
    succession: Succession
    recent: Recent
    failures: Failures


class Rundown:
    """Decides among ``lists``, and tells them what was played."""

    def __init__(self, lists: Lists) -> None:
        self.lists = lists
        self._priorities: dict[int, int] = {}

    def next(self, current: Entry | None, *, by_hand: bool = False) -> Choice | None:
        """What comes next; None: nothing, and ``standing`` says why."""
        queued = self._queued()
        if queued is not None and not self.lists.up_next.is_asked:
            return Choice(queued, is_queued=True, why="It was next in the queue.")
        urgent = self._urgent(current)
        if urgent is not None:
            return Choice(urgent, why="It was given priority.")
        if queued is not None:
            return Choice(queued, is_queued=True, why="The song_command has named it.")
        step = self.lists.succession.next(by_hand=by_hand)
        return None if step is None else Choice(step.entry, why=step.why)

    def again(self) -> Choice | None:
        """What to begin with after the end of the playlist; None: this is not the end."""
        step = None if self._queued() is not None else self.lists.succession.again()
        return None if step is None else Choice(step.entry, why=step.why)

    def previous(self) -> Choice | None:
        """What was before."""
        entry = self.lists.succession.previous()
        return None if entry is None else Choice(entry, is_back=True)

    def standing(self) -> Standing:
        """Why there is something next, or nothing."""
        return Standing.READY if self._queued() is not None else self.lists.succession.standing()

    def begin(self, choice: Choice, now: float) -> None:
        """It plays from now on."""
        lists, entry = self.lists, choice.entry
        if choice.is_queued:
            self._unqueue(entry.id)
        elif entry.id in lists.playlist:
            lists.succession.begin(entry.id, back=choice.is_back)
        self._priorities.pop(entry.id, None)
        lists.recent.note(entry.track, now)
        lists.failures.forget(entry.track.path)

    def end(self, choice: Choice) -> None:
        """It has played."""
        if not choice.is_queued:
            self.lists.succession.end(choice.entry.id)

    def fail(self, choice: Choice, reason: str) -> None:
        """It can't be played."""
        self.lists.failures.note(choice.entry.track, reason)
        if choice.is_queued:
            self._unqueue(choice.entry.id)

    def wait_s(self) -> float:
        """After how many seconds it is worth while to look again."""
        return self.lists.failures.wait_s(entry.track for entry in self.lists.playlist)

    def prioritise(self, entries: Collection[int], priority: int) -> None:
        """Play these entries of the playlist before those of less priority."""
        for entry in entries:
            self.lists.playlist.position(entry)
        for entry in entries:
            self._priorities.pop(entry, None)
            if priority > 0:
                self._priorities[entry] = min(priority, PRIORITY_MAX)

    def priority(self, entry: int) -> int:
        """The priority that this entry has."""
        return self._priorities.get(entry, 0)

    def clear(self) -> None:
        """Nothing is in the lists."""
        self.lists.playlist.clear()
        self.lists.up_next.clear()
        self.lists.failures.clear()
        self._priorities.clear()

    def freeze(self) -> FrozenLists:
        """The lists, and the priorities."""
        lists = self.lists
        return FrozenLists(
            lists.playlist.next_id,
            lists.playlist.freeze(),
            lists.up_next.freeze(),
            lists.succession.freeze(),
            tuple(self._priorities.items()),
            lists.failures.freeze(),
        )

    def thaw(self, frozen: FrozenLists) -> None:
        """Go on from there."""
        lists = self.lists
        lists.playlist.thaw(frozen.playlist, frozen.next_id)
        lists.up_next.thaw(frozen.queue)
        lists.succession.thaw(frozen.succession)
        lists.failures.thaw(frozen.failures)
        self._priorities = dict(frozen.priorities)

    def _unqueue(self, entry: int) -> None:
        # Somebody may have taken it out meanwhile.
        with suppress(EntryUnknown):
            self.lists.up_next.remove(entry)

    def _queued(self) -> Entry | None:
        """Who waits first and can be played; who can't waits no more."""
        lists = self.lists
        while (entry := lists.up_next.next()) is not None and lists.failures.reason(entry.track):
            lists.up_next.take()
        return entry

    def _urgent(self, current: Entry | None) -> Entry | None:
        if not self._priorities:
            return None
        lists = self.lists
        found = [entry for entry in self._priorities if entry in lists.playlist]
        self._priorities = {entry: self._priorities[entry] for entry in found}
        good = [
            entry
            for entry in found
            if (current is None or entry != current.id)
            and not lists.failures.reason(lists.playlist.entry(entry).track)
        ]
        if not good:
            return None
        best = max(
            good, key=lambda entry: (self._priorities[entry], -lists.playlist.position(entry))
        )
        return lists.playlist.entry(best)
