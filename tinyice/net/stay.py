"""What was agreed with a listener whom the gate let in."""

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from tinyice.core.access.gates import ListenerPass, ListenerTicket
from tinyice.net.frozen import FrozenStay, FrozenTicket
from tinyice.wire.basic import Credentials
from tinyice.wire.headers import Headers


class Stay:
    """The time between coming in and being gone, of which whoever granted it is told once."""

    __slots__ = ("_began", "_clock", "_leave", "_limit", "_ticket", "_until_s", "user")

    def __init__(self, granted: ListenerPass, ticket: ListenerTicket, clock: IReactorTime) -> None:
        self.user = granted.user
        self._ticket = ticket
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

    def freeze(self) -> FrozenStay:
        """What was agreed, for another process."""
        now = self._clock.seconds()
        limit, ticket = self._limit, self._ticket
        return FrozenStay(
            user=self.user,
            began=now if self._began is None else self._began,
            until=limit.getTime() if limit is not None and limit.active() else None,
            ticket=FrozenTicket(
                mount=ticket.mount,
                client=ticket.client,
                credentials=_plain(ticket),
                query=ticket.query,
                headers=list(ticket.headers.items()),
                listener=ticket.listener,
            ),
        )

    def go_on(self, state: FrozenStay, time_is_up: Callable[[], None]) -> None:
        """The listener listens since ``began``, as was agreed in another process."""
        self._began = state.began
        if state.until is not None:
            left = max(0.0, state.until - self._clock.seconds())
            self._limit = self._clock.callLater(left, time_is_up)

    def forsake(self) -> None:
        """Another process looks after it."""
        self._leave = None
        self.end()

    def end(self) -> None:
        """The listener is gone, or could not join."""
        leave, self._leave = self._leave, None
        limit, self._limit = self._limit, None
        if limit is not None and limit.active():
            limit.cancel()
        if leave is not None:
            began = self._began
            leave(0.0 if began is None else self._clock.seconds() - began)


def _plain(ticket: ListenerTicket) -> tuple[str, bytes] | None:
    given = ticket.credentials
    return None if given is None else (given.user, given.password)


def thawed_ticket(state: FrozenTicket) -> ListenerTicket:
    """The ticket that was frozen."""
    given = state.credentials
    return ListenerTicket(
        mount=state.mount,
        client=state.client,
        credentials=None if given is None else Credentials(*given),
        query=state.query,
        headers=Headers(state.headers),
        listener=state.listener,
    )
