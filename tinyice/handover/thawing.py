"""Unpacking: a cargo becomes the station of this process, which does not move yet."""

import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from twisted.internet.protocol import Protocol

from tinyice.core.mount import Mount
from tinyice.core.pace import Pace
from tinyice.core.source import Source
from tinyice.handover.belongings import Arriving, Belongings
from tinyice.handover.cargo import Delivery
from tinyice.handover.frozen import (
    Caller,
    Encoder,
    FrozenHouse,
    FrozenMount,
    Part,
    Player,
    Pushed,
    Relayed,
)
from tinyice.handover.parts import ArrivingPart, Returning
from tinyice.net.door import Door
from tinyice.net.frozen import Dialogue, FrozenDoor
from tinyice.net.introduction import Introduction
from tinyice.net.listener import ListenerConnection
from tinyice.net.ports import ShoutcastFactory
from tinyice.net.shoutcast import ShoutcastDoor
from tinyice.net.source import SourceConnection
from tinyice.net.stay import Stay, thawed_ticket
from tinyice.net.transport import FrozenConnection, StreamServer
from tinyice.relays.push_frozen import FrozenPush
from tinyice.wire.body import thawed_body
from tinyice.wire.icy_inline import InlineMetadata

RETURN_S = 30.0
"""How long listeners wait for a relay over TLS, a fallback or a programme of this process."""


@dataclass(slots=True)
class Arrived:
    """How much has come."""

    listeners: int = 0
    sources: int = 0
    previous: str = ""


def unpack(delivery: Delivery, here: Belongings) -> Arrived:
    """Make everything of it; raises Spoilt, PortTaken, or an error of the system."""
    unpacking = _Unpacking(delivery, here)
    for piece in delivery.pieces():
        match piece:
            case FrozenHouse():
                unpacking.house(piece)
            case FrozenMount():
                here.mounts.provide(piece.path).thaw(piece.state)
            case Encoder():
                unpacking.encoder(piece)
            case Relayed():
                unpacking.relayed(piece)
            case Pushed():
                unpacking.pushed(piece)
            case Player():
                unpacking.player(piece)
            case Caller():
                unpacking.caller(piece)
            case Part():
                unpacking.part(piece)
    unpacking.take_over()
    here.mounts.expect(RETURN_S)
    return unpacking.arrived


class _Unpacking:
    def __init__(self, delivery: Delivery, here: Belongings) -> None:
        self._delivery = delivery
        self._here = here
        self.arrived = Arrived()
        self.relays: list[Arriving] = []
        self.pushes: list[tuple[FrozenPush, int]] = []
        self.parts: dict[str, list[ArrivingPart]] = {}

    def take_over(self) -> None:
        here = self._here
        here.relays.take_over(self.relays)
        here.pushes.take_over(self.pushes)
        for owner, parts in here.parts.items():
            parts.take_over(self.parts.get(owner, ()))

    def house(self, piece: FrozenHouse) -> None:
        here, delivery = self._here, self._delivery
        for name, memory in here.memories.items():
            if name in piece.memories:
                memory.thaw(piece.memories[name])
        here.mounts.last_listener = piece.last_listener
        here.ports.inherit([one.at(delivery.descriptor(one.descriptor)) for one in piece.ports])

    def encoder(self, piece: Encoder) -> None:
        front, frozen = self._here.front, piece.encoder
        inline = None
        if frozen.inline is not None:
            inline = InlineMetadata(1)
            inline.thaw(frozen.inline)
        control = SourceConnection(front, frozen.exchange, thawed_body(frozen.body), inline)
        source = Source.thawed(frozen.source, control, Pace(front.limits.source_lead_s))
        mount = self._here.mounts.continue_with(
            frozen.mount, source, piece.input, on_air=piece.on_air
        )
        connection = self._connected(piece.descriptor, frozen.connection)
        control.go_on(frozen, connection, mount, source)
        self.arrived.sources += 1

    def relayed(self, piece: Relayed) -> None:
        def begin(source: Source) -> Mount:
            return self._here.mounts.continue_with(
                piece.relay.mount, source, piece.input, on_air=piece.on_air
            )

        descriptor = self._delivery.descriptor(piece.descriptor)
        self.relays.append(Arriving(piece.relay, descriptor, begin))
        self.arrived.sources += 1

    def pushed(self, piece: Pushed) -> None:
        self.pushes.append((piece.push, self._delivery.descriptor(piece.descriptor)))

    def part(self, piece: Part) -> None:
        feed, returning = piece.feed, None
        if feed is not None:
            found = feed

            def begin(source: Source) -> Mount:
                return self._here.mounts.continue_with(
                    found.mount, source, found.input, on_air=found.on_air
                )

            returning = Returning(feed.source, begin)
            self.arrived.sources += 1
        descriptors = [self._delivery.descriptor(number) for number in piece.descriptors]
        arriving = ArrivingPart(piece.state, descriptors, returning)
        self.parts.setdefault(piece.owner, []).append(arriving)

    def player(self, piece: Player) -> None:
        front, frozen = self._here.front, piece.player
        mount = self._here.mounts.provide(frozen.mount)
        connection = self._connected(piece.descriptor, frozen.connection)
        player = ListenerConnection(
            front, mount, frozen.exchange, connection, number=frozen.listener.id
        )
        stay = None
        if frozen.stay is not None:
            ticket = thawed_ticket(frozen.stay.ticket)
            stay = Stay(front.listener_gate.readmit(ticket, frozen.stay.user), ticket, front.clock)
        player.go_on(frozen, mount, stay)
        self.arrived.listeners += 1

    def caller(self, piece: Caller) -> None:
        connection = self._connected(piece.descriptor, piece.door.connection)
        door = self._door(piece.door)
        connection.protocol = door
        door.makeConnection(connection)  # type: ignore[no-untyped-call]
        # What it says may be answered: after everybody else is here.
        self._here.clock.callLater(0, door.go_on, piece.door)

    def _door(self, frozen: FrozenDoor) -> Door | ShoutcastDoor | Introduction:
        factory = self._here.ports.behind(frozen.connection.port)
        if frozen.dialogue is Dialogue.INTRODUCTION:
            return factory.introduction()
        if isinstance(factory, ShoutcastFactory) and frozen.dialogue is Dialogue.SHOUTCAST:
            return factory.dialogue()
        return factory.door()

    def _connected(self, number: int, frozen: FrozenConnection) -> StreamServer:
        end = socket.socket(fileno=self._delivery.descriptor(number))
        end.setblocking(False)
        peer = frozen.peer
        if not peer[0]:
            with suppress(OSError):
                # Of a passage this is nothing.
                peer = end.getpeername() or peer
        connection = StreamServer(
            end,
            Protocol(),
            cast("tuple[object, ...]", tuple(peer)),
            self._here.ports.port_of(frozen.port),
            0,
            self._here.reactor,
        )
        connection.thaw(frozen)
        return connection
