"""Whether what is written to a mount goes to anybody."""

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from tinyice.core.mount import Mount

LINGER_S = 10.0
"""So long encoding goes on after the last listener."""


@runtime_checkable
class Sleepy(Protocol):
    """A tap that need not have anything all the time."""

    @property
    def is_wanted(self) -> bool:
        """Whether it needs something now."""


def is_wanted(mount: "Mount") -> bool:
    """Whether somebody listens to ``mount``, waits for it, records it, or taps it."""
    if mount.listeners or mount.awaiting or mount.settings.dump_file:
        return True
    return any(not isinstance(tap, Sleepy) or tap.is_wanted for tap in mount.air.taps)


class Audience:
    """Whether anybody heard it within the last ``LINGER_S``."""

    def __init__(self) -> None:
        self.is_there = True
        self._heard_at = 0.0

    def begin(self, now: float) -> None:
        """It is heard from now on, perhaps by somebody."""
        self.is_there, self._heard_at = True, now

    def freeze(self) -> list[float]:
        """Whether somebody is there, and when that was so last."""
        return [float(self.is_there), self._heard_at]

    def thaw(self, state: list[float]) -> None:
        """Go on from there."""
        self.is_there, self._heard_at = bool(state[0]), state[1]

    def look(self, now: float, *, is_wanted: bool) -> bool:
        """See how it is now; whether that is another answer than before."""
        was_there = self.is_there
        if is_wanted:
            self.is_there, self._heard_at = True, now
        elif now - self._heard_at >= LINGER_S:
            self.is_there = False
        return self.is_there != was_there
