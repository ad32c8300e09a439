"""When a mount changes what is on air, among inputs that are told apart by rank.

Rules of this file:

- down at once: what is on air and good no more gives way to the best that is good;
- up only when the better input has been good without interruption for its *wait*,
  so that nothing is on air for a moment only;
- who is lost again soon after it came back waits twice as long the next time: an
  input that comes and goes every few seconds makes one switch, not one each time;
- nothing here knows mounts, bytes or time: each call is told what it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tinyice.formats.frozen import State

FLAPPING_S = 60.0
"""Who is lost within this time of its return flaps."""

WAIT_MIN_S = 10.0
WAIT_MAX_S = 60.0
"""Between these is the wait of an input that flaps."""


@dataclass(slots=True)
class _Record:
    """What is remembered of one input, over all its sessions."""

    good_since: float | None = None
    returned_at: float | None = None
    wait_s: float = 0.0
    """How long it must be good; 0: as long as every other."""


class Switching:
    """Decides what is on air. Inputs are named by their slots."""

    __slots__ = ("_records",)

    def __init__(self) -> None:
        self._records: dict[str, _Record] = {}

    def good(self, slot: str, now: float) -> None:
        """The input brings what can be played."""
        record = self._records.setdefault(slot, _Record())
        if record.good_since is None:
            record.good_since = now

    def lost(self, slot: str, now: float, *, return_after_s: float) -> None:
        """The input has ended, or brings nothing."""
        record = self._records.setdefault(slot, _Record())
        record.good_since = None
        returned, record.returned_at = record.returned_at, None
        if returned is None:
            return
        if now - returned < FLAPPING_S:
            wait = max(record.wait_s, return_after_s) * 2
            record.wait_s = min(max(wait, WAIT_MIN_S), max(WAIT_MAX_S, return_after_s))
        else:
            record.wait_s = 0.0

    def returned(self, slot: str, now: float) -> None:
        """The input is on air, in place of a lesser one."""
        record = self._records.setdefault(slot, _Record())
        record.returned_at = now

    def choose(
        self, good: Sequence[str], on_air: str | None, now: float, *, return_after_s: float
    ) -> str | None:
        """What is to be on air of those that are good, best first; None: nothing is good."""
        if on_air is None or on_air not in good:
            return good[0] if good else None
        for slot in good[: good.index(on_air)]:
            if self.waits_s(slot, now, return_after_s=return_after_s) <= 0:
                return slot
        return on_air

    def waits_s(self, slot: str, now: float, *, return_after_s: float) -> float:
        """For how long the input must go on to be good, before it may return."""
        record = self._records.get(slot)
        needed = self.needs_s(slot, return_after_s=return_after_s)
        if record is None or record.good_since is None:
            return needed
        return max(0.0, needed - (now - record.good_since))

    def needs_s(self, slot: str, *, return_after_s: float) -> float:
        """For how long the input must be good without interruption, before it may return."""
        record = self._records.get(slot)
        return return_after_s if record is None else max(return_after_s, record.wait_s)

    def forget(self, slots: Sequence[str]) -> None:
        """Remember nothing of any other than these."""
        self._records = {slot: one for slot, one in self._records.items() if slot in slots}

    def freeze(self) -> State:
        """What is remembered; see ``formats/frozen.py``."""
        return {
            slot: [one.good_since, one.returned_at, one.wait_s]
            for slot, one in self._records.items()
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._records = {slot: _Record(*one) for slot, one in state.items()}
