"""Packing: the whole station into a cargo, while nothing moves.

Nothing is changed by that. What is to be let go is collected beside it, for
when the successor has taken everything.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tinyice.core.feed import Feed
from tinyice.core.frozen import FrozenListener
from tinyice.core.inputs import Input
from tinyice.core.listener import Listener
from tinyice.core.mount import Mount
from tinyice.handover.belongings import Belongings, Held, HeldOf
from tinyice.handover.cargo import Cargo
from tinyice.handover.frozen import (
    Caller,
    Encoder,
    FrozenFeed,
    FrozenHouse,
    FrozenMount,
    Part,
    Player,
    Pushed,
    Relayed,
)
from tinyice.handover.parts import LeavingPart
from tinyice.handover.passage import Passage, pair
from tinyice.net.door import Door
from tinyice.net.introduction import Introduction
from tinyice.net.listener import ListenerConnection
from tinyice.net.shoutcast import ShoutcastDoor
from tinyice.net.source import SourceConnection
from tinyice.net.tls import TlsServer
from tinyice.net.transport import FrozenConnection, StreamServer, StreamTransport
from tinyice.relays.frozen import Leaving
from tinyice.workers.away import Away


class Unsettled(Exception):
    """Something is on its way that can't be packed; the text says what."""


@dataclass(slots=True)
class Packed:
    """The cargo, and what becomes of everything here once it is taken, or is not.

    ``letting_go`` is to be called in order. ``passages`` are begun then, and kept.
    """

    cargo: Cargo = field(default_factory=Cargo)
    letting_go: list[Callable[[], object]] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    given_up: list[Callable[[], object]] = field(default_factory=list)
    listeners: int = 0
    sources: int = 0


def pack(here: Belongings, held_of: HeldOf, closed: Callable[[Passage], object]) -> Packed:
    """Everything that goes over; ``closed`` is told of each passage that has ended."""
    packing = _Packing(here, held_of, closed)
    try:
        packing.pack()
    except BaseException:
        packing.packed.cargo.close()
        raise
    return packing.packed


class _Packing:
    def __init__(
        self, here: Belongings, held_of: HeldOf, closed: Callable[[Passage], object]
    ) -> None:
        self._here = here
        self._held_of = held_of
        self._closed = closed
        self.packed = Packed()

    def pack(self) -> None:
        here, cargo = self._here, self.packed.cargo
        ports = []
        for one in here.ports.listening():
            number = cargo.take_along(one.frozen.descriptor)
            ports.append(one.frozen.at(number))
            self.packed.letting_go.append(one.port.let_go)
        memories: dict[str, dict[str, Any]] = {
            name: memory.freeze() for name, memory in here.memories.items()
        }
        cargo.put(FrozenHouse(ports, here.mounts.last_listener, memories))
        for mount in here.mounts:
            cargo.put(FrozenMount(mount.path, mount.freeze()))
        for mount in here.mounts:
            for entry in mount.air.inputs:
                self._pack_source(mount, entry)
            for listener in mount.listeners.values():
                self._pack_listener(listener)
        self._pack_others()
        for waiting in tuple(here.front.waiting.deadlines):
            if isinstance(waiting, Door | ShoutcastDoor | Introduction):
                self._pack_door(waiting)
        cargo.seal()

    def _pack_others(self) -> None:
        here, cargo = self._here, self.packed.cargo
        for relay in here.relays.leaving():
            self._pack_relay(relay)
        for push in here.pushes.leaving():
            cargo.put(Pushed(cargo.take_along(push.descriptor), push.frozen))
            self.packed.letting_go.append(push.let_go)
        for owner, parts in here.parts.items():
            for part in parts.leaving():
                self._pack_part(owner, part)

    def _pack_source(self, mount: Mount, entry: Input) -> None:
        source, control = entry.source, entry.source.control
        if not isinstance(control, SourceConnection):
            return
        transport = control.transport_in_use
        way = self._way(transport)
        if way is None:
            return
        frozen = control.freeze(way.frozen)
        if frozen is None:
            return
        on_air = entry is mount.air.on_air
        piece = Encoder(way.take_along(), frozen, entry.freeze(), on_air)
        self.packed.cargo.put(piece)
        self.packed.sources += 1

        def let_go() -> None:
            mount.detach(source)
            control.forsake()
            way.let_go()

        self.packed.letting_go.append(let_go)

    def _pack_relay(self, relay: Leaving) -> None:
        mount = self._here.mounts.find(relay.frozen.mount)
        entry = None if mount is None else mount.air.inputs.of(relay.source)
        if mount is None or entry is None:
            return
        number = self.packed.cargo.take_along(relay.descriptor)
        on_air = entry is mount.air.on_air
        self.packed.cargo.put(Relayed(number, relay.frozen, entry.freeze(), on_air))
        self.packed.sources += 1

        def let_go() -> None:
            mount.detach(relay.source)
            relay.let_go()

        self.packed.letting_go.append(let_go)

    def _pack_part(self, owner: str, part: LeavingPart) -> None:
        cargo = self.packed.cargo
        numbers = [
            *(cargo.take_along(descriptor) for descriptor in part.lent),
            *(cargo.keep(descriptor) for descriptor in part.given),
        ]
        feeding, feed = part.feeding, None
        if feeding is not None:
            source = feeding.source
            mount = self._here.mounts.find(feeding.mount)
            entry = None if mount is None else mount.air.inputs.of(source)
            if mount is not None and entry is not None:
                on_air = entry is mount.air.on_air
                feed = FrozenFeed(mount.path, source.freeze(), entry.freeze(), on_air)
                self.packed.sources += 1
                here_mount = mount
                self.packed.letting_go.append(lambda: here_mount.detach(source))
        cargo.put(Part(owner, part.state, numbers, feed))
        self.packed.letting_go.append(part.let_go)

    def _pack_listener(self, listener: Listener) -> None:
        feed = listener.feed
        if not isinstance(feed, Feed):
            return
        frozen = listener.freeze(feed.metaint)
        outlet = listener.outlet
        if isinstance(outlet, Away):
            held = self._held_of(listener)
            if held is not None and held.offset < feed.ring.tail:
                raise Unsettled("a listener in a worker is being overrun just now: try again")
            if held is not None:
                connection = FrozenConnection("", peer=("", 0))
                player = outlet.connection.freeze(connection, _with(held, frozen))
                number = self.packed.cargo.take_along(held.descriptor)
                self._put_player(Player(number, player), outlet.connection.forsake)
            return
        if not isinstance(outlet, ListenerConnection) or outlet.is_closing:
            return
        way = self._way(outlet.transport)
        if way is not None:
            player = outlet.freeze(way.frozen, frozen)

            def let_go() -> None:
                outlet.forsake()
                way.let_go()

            self._put_player(Player(way.take_along(), player), let_go)

    def _put_player(self, player: Player, let_go: Callable[[], object]) -> None:
        self.packed.cargo.put(player)
        self.packed.letting_go.append(let_go)
        self.packed.listeners += 1

    def _pack_door(self, door: Door | ShoutcastDoor | Introduction) -> None:
        transport = door.transport
        if type(transport) is not StreamServer or transport.disconnecting:
            return
        frozen = door.freeze(transport.freeze())
        if frozen is None:
            return
        self.packed.cargo.put(Caller(self.packed.cargo.take_along(transport.fileno()), frozen))

        def let_go() -> None:
            door.forsake()
            transport.release().close()

        self.packed.letting_go.append(let_go)

    def _way(self, transport: StreamTransport | None) -> "_Way | None":
        """How ``transport`` goes over; None: it does not, and ends here."""
        if type(transport) is StreamServer:
            return _Way(
                transport.freeze(),
                lambda: self.packed.cargo.take_along(transport.fileno()),
                lambda: transport.release().close(),
            )
        return self._through(transport) if isinstance(transport, TlsServer) else None

    def _through(self, transport: TlsServer) -> "_Way":
        """By a passage: the TLS session stays here, and with it what is not sent yet."""
        ours, theirs = pair()
        here = self._here
        passage = Passage(transport, ours, here.reactor, here.clock, self._closed)
        self.packed.given_up.append(ours.close)
        self.packed.passages.append(passage)
        return _Way(
            replace(transport.freeze(), unsent=b""),
            lambda: self.packed.cargo.keep(theirs.detach()),
            passage.begin,
        )


@dataclass(frozen=True, slots=True)
class _Way:
    """A connection as it goes over: what is told of it, its descriptor, its end here."""

    frozen: FrozenConnection
    take_along: Callable[[], int]
    let_go: Callable[[], object]


def _with(held: Held, frozen: FrozenListener) -> FrozenListener:
    """A listener as its worker knows it."""
    return replace(
        frozen,
        offset=held.offset,
        bytes_out=held.bytes_out,
        jumps=held.jumps,
        jumps_in_a_row=held.jumps_in_a_row,
        pending=[held.pending] if held.pending else [],
        phase=None,
        mark=-1,
    )
