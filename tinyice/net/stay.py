"""What was agreed with a listener whom the gate let in."""

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from tinyice.core.access.gates import ListenerPass


class Stay:
    """The time between coming in and being gone, of which whoever granted it is told once."""

    __slots__ = ("_began", "_clock", "_leave", "_limit", "_until_s", "user")

    def __init__(self, granted: ListenerPass, clock: IReactorTime) -> None:
        self.user = granted.user
        self._until_s = granted.until_s
        self._leave = granted.leave
        self._clock = clock
        self._began: float | None = None
        self._limit: IDelayedCall | None = None

    def begin(self, time_is_up: Callable[[], None]) -> None:
        """The listener listens; ``time_is_up`` is called when it may no longer."""
        self._began = self._clock.seconds()
        if self._until_s is not None:
            self._limit = self._clock.callLater(max(0.0, self._until_s), time_is_up)

    def end(self) -> None:
        """The listener is gone, or could not join."""
        leave, self._leave = self._leave, None
        limit, self._limit = self._limit, None
        if limit is not None and limit.active():
            limit.cancel()
        if leave is not None:
            began = self._began
            leave(0.0 if began is None else self._clock.seconds() - began)
