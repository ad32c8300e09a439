"""What of a station goes over to another process, and through which parts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.interfaces import IReactorFDSet, IReactorTime

from tinyice.core.listener import Listener
from tinyice.core.mount import Mount
from tinyice.core.mounts import Mounts
from tinyice.core.source import Source
from tinyice.formats.frozen import State
from tinyice.handover.frozen import FrozenPort
from tinyice.handover.parts import Travelling
from tinyice.net.front import Front
from tinyice.net.ports import DoorFactory, ShoutcastFactory
from tinyice.net.transport import StreamPort
from tinyice.relays.frozen import FrozenRelay, Leaving
from tinyice.relays.push_frozen import FrozenPush, LeavingPush


class Memory(Protocol):
    """A part that remembers things."""

    def freeze(self) -> State:
        """What it remembers, as plain values."""

    def thaw(self, state: State) -> None:
        """Remember what another has remembered."""


@dataclass(frozen=True, slots=True)
class Listening:
    """An open port, as it goes over; the descriptor in ``frozen`` is its own."""

    frozen: FrozenPort
    port: StreamPort


class Ports(Protocol):
    """The open ports."""

    def listening(self) -> Sequence[Listening]:
        """All that accept connections."""

    def inherit(self, ports: Sequence[FrozenPort]) -> None:
        """Open what the configuration wants, with these sockets where they fit."""

    def port_of(self, key: str) -> StreamPort:
        """The port of that key; any other where there is none."""

    def behind(self, key: str) -> DoorFactory | ShoutcastFactory:
        """Who builds what stands behind plain connections of that port."""


@dataclass(frozen=True, slots=True)
class Arriving:
    """A relay that goes on here: its state, its descriptor, and the way onto its mount."""

    frozen: FrozenRelay
    descriptor: int
    begin: Callable[[Source], Mount]


class Relays(Protocol):
    """Streams of other servers."""

    def leaving(self) -> Sequence[Leaving]:
        """Those that can go over."""

    def take_over(self, arriving: Sequence[Arriving]) -> None:
        """Let those go on, and begin the others; descriptors that nobody wants are closed."""


class Pushes(Protocol):
    """Streams to other servers."""

    def leaving(self) -> Sequence[LeavingPush]:
        """Those that can go over."""

    def take_over(self, arriving: Sequence[tuple[FrozenPush, int]]) -> None:
        """Let those go on, with their descriptors; what nobody wants is closed."""


@dataclass(frozen=True, slots=True)
class Belongings:
    """The parts. ``memories`` and ``parts`` are named as they are in the cargo.

    Of ``parts`` each may need those in front of it.
    """

    mounts: Mounts
    front: Front
    ports: Ports
    relays: Relays
    pushes: Pushes
    memories: Mapping[str, Memory]
    parts: Mapping[str, Travelling]
    reactor: IReactorFDSet
    clock: IReactorTime


@dataclass(frozen=True, slots=True)
class Held:
    """A listener that a worker has served, where it stands, and its connection."""

    listener: Listener
    descriptor: int
    offset: int
    bytes_out: int
    jumps: int
    jumps_in_a_row: int
    pending: bytes


HeldOf = Callable[[Listener], Held | None]
"""What is known of a listener who is away; None: it is about to end there."""
