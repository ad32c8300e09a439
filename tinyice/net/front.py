"""What every connection of the streaming ports shares."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from sys import intern
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from tinyice.core.access.gatekeeper import Gatekeeper
from tinyice.core.access.gates import ListenerGate, NothingDelegated, OpenToAll, SourceGate
from tinyice.core.bans import Bans
from tinyice.core.clients import Client
from tinyice.core.events import Event, RequestFinished
from tinyice.core.mounts import Mounts
from tinyice.core.networks import Networks
from tinyice.net.peer import Clients
from tinyice.net.room import BOUNDLESS, Room
from tinyice.wire.head import RequestHead


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how large a request may be. Seconds and bytes."""

    header_timeout_s: float
    body_timeout_s: float
    idle_timeout_s: float
    head_bytes: int
    head_lines: int
    body_bytes: int
    pending: int
    source_lead_s: float


class Deadline(Protocol):
    """A connection that may not stay as it is for ever."""

    def out_of_time(self) -> None:
        """The deadline has come."""


@dataclass(slots=True)
class Waiting:
    """Connections that owe us something, and until when (monotonic seconds).

    The newcomers among them have not completed their first request.
    """

    deadlines: dict[Deadline, float] = field(default_factory=dict)
    newcomers: set[Deadline] = field(default_factory=set)

    def expect(self, waiting: Deadline, until: float, *, newcomer: bool) -> None:
        """``waiting`` has time until then."""
        self.deadlines[waiting] = until
        (self.newcomers.add if newcomer else self.newcomers.discard)(waiting)

    def remove(self, waiting: Deadline) -> None:
        """``waiting`` owes nothing any more."""
        self.deadlines.pop(waiting, None)
        self.newcomers.discard(waiting)

    def sweep(self, now: float) -> None:
        """Tell those who are out of time."""
        for waiting in [one for one, until in self.deadlines.items() if until <= now]:
            if self.deadlines.get(waiting, now + 1) <= now:
                self.remove(waiting)
                waiting.out_of_time()

    def end(self) -> None:
        """Everyone is out of time."""
        for waiting in tuple(self.deadlines):
            self.remove(waiting)
            waiting.out_of_time()


_ASK_NOBODY = OpenToAll()
_DELEGATE_NOTHING = NothingDelegated()


def _report_to_nobody(_address: str, _path: str) -> None:
    """Forget it."""


def _no_larger(_head: RequestHead) -> int:
    return 0


def _no_mount() -> str:
    return ""


def _no_way(_path: str) -> str:
    return ""


@dataclass(slots=True)
class Front:
    """The collaborators of doors, sources and listeners.

    ``limits`` are exchanged for others when the configuration changes.
    ``unknown_path`` is told of each request for a page that there is not, with
    the client's address and the path. ``larger_body`` says how large the body
    of a request may be, where it may be larger than others. ``shoutcast_mount`` is where
    sources go that name no mount. ``via`` gives the way that the stream of a mount took.
    ``is_leaving``: another process serves by now, and what is asked of this one is to be
    asked there.
    """

    mounts: Mounts
    gatekeeper: Gatekeeper
    limits: Limits
    bans: Bans
    clock: IReactorTime
    now: Callable[[], datetime]
    publish: Callable[[Event], None]
    waiting: Waiting = field(default_factory=Waiting)
    room: Room = BOUNDLESS
    clients: Clients = field(default_factory=lambda: Clients(Networks()))
    listener_gate: ListenerGate = _ASK_NOBODY
    source_gate: SourceGate = _DELEGATE_NOTHING
    unknown_path: Callable[[str, str], None] = _report_to_nobody
    larger_body: Callable[[RequestHead], int] = _no_larger
    shoutcast_mount: Callable[[], str] = _no_mount
    via: Callable[[str], str] = _no_way
    is_leaving: bool = False

    @property
    def date(self) -> str:
        """The value of a ``Date`` header."""
        return format_datetime(self.now(), usegmt=True)

    def body_bytes(self, head: RequestHead) -> int:
        """How large the body of this request may be."""
        return max(self.limits.body_bytes, self.larger_body(head))

    def wait_for(self, waiting: Deadline, seconds: float, *, newcomer: bool = False) -> None:
        """``waiting`` has so many seconds from now on."""
        self.waiting.expect(waiting, self.clock.seconds() + seconds, newcomer=newcomer)

    def done_waiting(self, waiting: Deadline) -> None:
        """``waiting`` owes nothing any more."""
        self.waiting.remove(waiting)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request, for the access log."""

    client: Client
    method: str
    target: str
    protocol: str
    began: float
    user: str = ""

    def finished(self, status: int, bytes_out: int, now: float) -> RequestFinished:
        """The request is over."""
        return RequestFinished(
            client=self.client,
            user=self.user,
            method=self.method,
            target=self.target,
            protocol=self.protocol,
            status=status,
            bytes_out=bytes_out,
            seconds=now - self.began,
        )


def exchange_of(head: RequestHead, client: Client, began: float) -> Exchange:
    """``head`` as the access log will name it.

    Thousands of listeners ask for the same thing in the same words: they share them.
    """
    target = head.target.decode("latin-1")
    return Exchange(client, intern(head.method), intern(target), intern(head.protocol), began)
