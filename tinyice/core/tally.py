"""Counts what happens to listeners: a sink of the hub."""

from tinyice.core.events import DropReason, Event, ListenerJoined, ListenerLeft
from tinyice.core.snapshots import AudienceSnapshot
from tinyice.formats.frozen import State


class Tally:
    """Joins, and why listeners went. It counts and does nothing else."""

    def __init__(self) -> None:
        self._joins = 0
        self._drops = dict.fromkeys(DropReason, 0)

    def __call__(self, event: Event) -> None:
        """Count ``event``, if it is about a listener."""
        if isinstance(event, ListenerJoined):
            self._joins += 1
        elif isinstance(event, ListenerLeft):
            self._drops[event.reason] += 1

    def freeze(self) -> State:
        """The counts, for another process; see ``formats/frozen.py``."""
        drops = {reason.value: count for reason, count in self._drops.items()}
        return {"joins": self._joins, "drops": drops}

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._joins = state["joins"]
        for reason in DropReason:
            self._drops[reason] = state["drops"].get(reason.value, 0)

    def snapshot(self) -> AudienceSnapshot:
        """What it came to so far; every reason is there."""
        return AudienceSnapshot(self._joins, dict(self._drops))
