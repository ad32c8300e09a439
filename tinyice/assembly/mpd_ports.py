"""The ports for MPD clients, each with the server behind it."""

import json
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from twisted.internet import tcp
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred, DeferredList, maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IReactorSocket

from tinyice.assembly.ports import Place
from tinyice.autodj.mpd.serving import Serving, World
from tinyice.autodj.running import RunningAutoDJ
from tinyice.core.codec_events import MpdFailed, MpdOpened
from tinyice.core.events import Event
from tinyice.handover.parts import ArrivingPart, LeavingPart
from tinyice.relays.adopting import adopt, descriptor_of, release, unsent_of


@dataclass(slots=True)
class _Room:
    """One server: where it is to be, where it is, and why it is not there."""

    serving: Serving
    place: Place
    port: tcp.Port | None = None
    fault: str = ""


class MpdPorts:
    """Opens and closes them on ``reactor``."""

    def __init__(
        self, world: World, reactor: ReactorBase, publish: Callable[[Event], None]
    ) -> None:
        self._world = world
        self._reactor = reactor
        self._publish = publish
        self._rooms: dict[str, _Room] = {}
        self._closing: dict[tcp.Port, Deferred[None]] = {}
        self._inherited: dict[Place, int] = {}

    def servings(self) -> Sequence[Serving]:
        """Each server."""
        return [room.serving for room in self._rooms.values()]

    def follow(self, running: Sequence[RunningAutoDJ]) -> None:
        """Let MPD clients drive these, where they are to."""
        wanted = {one.mount: one for one in running if one.config.mpd_enabled}
        for mount, room in tuple(self._rooms.items()):
            if wanted.get(mount) is not room.serving.running:
                del self._rooms[mount]
                room.serving.end()
                self._close(room)
        for mount, one in wanted.items():
            place = Place(one.config.mpd_host, one.config.mpd_port)
            found = self._rooms.get(mount)
            if found is None:
                self._rooms[mount] = _Room(Serving(one, self._world), place)
                continue
            if found.place != place:
                self._close(found)
                found.place, found.fault = place, ""
            found.serving.settle()
        for descriptor in self._open_all():
            os.close(descriptor)

    def try_again(self) -> None:
        """Open what could not be opened."""
        self._open_all()

    def stop(self) -> Deferred[None]:
        """Close everything; fires when that is done."""
        for room in self._rooms.values():
            room.serving.end()
            self._close(room)
        self._rooms = {}
        return DeferredList(list(self._closing.values())).addCallback(lambda _closed: None)

    def leaving(self) -> Sequence[LeavingPart]:
        """Each port, then each connection."""
        found = []
        for mount, room in self._rooms.items():
            if room.port is not None:
                found.append(_leaving_port(room.port, room.place))
            for connected in room.serving.server.connections():
                transport = connected.transport
                descriptor = descriptor_of(transport)
                frozen = connected.freeze(unsent_of(transport))
                if descriptor is None or frozen is None:
                    continue

                def let_go(connected: Any = connected) -> None:  # noqa: ANN401
                    release(connected.transport)
                    connected.forsake()

                said = {"mount": mount, "password": room.serving.password, "talk": frozen}
                found.append(LeavingPart(_packed(said), [descriptor], let_go=let_go))
        return found

    def inherit(self, arriving: Sequence[ArrivingPart]) -> None:
        """Use these ports, where they are wanted."""
        for part in arriving:
            said = json.loads(part.state)
            if "place" in said:
                self._inherited[Place(*said["place"])] = part.descriptors[0]

    def receive(self, arriving: Sequence[ArrivingPart]) -> None:
        """Go on with these connections, where their AutoDJ is, and the password is the same."""
        for part in arriving:
            said = json.loads(part.state)
            if "talk" in said:
                self._receive(said, part.descriptors[0])

    def _receive(self, said: dict[str, Any], descriptor: int) -> None:
        room = self._rooms.get(said["mount"])
        connected = None
        if room is not None and room.serving.password == said["password"]:
            connected = room.serving.server.resume(_peer_of(descriptor), said["talk"])
        if connected is None:
            os.close(descriptor)
        else:
            adopt(cast("IReactorSocket", self._reactor), descriptor, connected)

    def _open_all(self) -> Sequence[int]:
        """Open what is not open; the descriptors that nobody has wanted."""
        inherited, self._inherited = self._inherited, {}
        for mount, room in self._rooms.items():
            if room.port is None:
                self._open(mount, room, inherited.pop(room.place, None))
        return tuple(inherited.values())

    def _open(self, mount: str, room: _Room, inherited: int | None) -> None:
        place = room.place
        if any(_is_at(port, place) for port in self._closing):
            return
        host = f"[{place.host}]" if ":" in place.host else place.host
        words = f"{host}:{place.number}"
        try:
            if inherited is None:
                room.port = self._listen(room)
            else:
                room.port = self._adopt(room, inherited)
        except CannotListenError as error:
            reason = os.strerror(error.socketError.errno or 0)
            if room.fault != reason:
                room.fault = reason
                self._publish(MpdFailed(mount, words, reason))
            return
        room.fault = ""
        if inherited is None:
            self._publish(MpdOpened(mount, words))

    def _listen(self, room: _Room) -> tcp.Port:
        port = tcp.Port(
            room.place.number,
            room.serving.server,
            interface=room.place.host,
            reactor=self._reactor,
        )
        port.startListening()
        return port

    def _adopt(self, room: _Room, descriptor: int) -> tcp.Port:
        family = socket.AF_INET6 if ":" in room.place.host else socket.AF_INET
        port: tcp.Port = tcp.Port._fromListeningDescriptor(  # type: ignore[no-untyped-call]  # noqa: SLF001
            self._reactor, descriptor, family, room.serving.server
        )
        os.close(descriptor)
        port.startListening()
        return port

    def _close(self, room: _Room) -> None:
        port, room.port = room.port, None
        if port is None:
            return
        closed = self._closing[port] = maybeDeferred(port.stopListening)

        def forget(_closed: object) -> None:
            self._closing.pop(port, None)
            self._open_all()

        closed.addBoth(forget)


def _is_at(port: tcp.Port, place: Place) -> bool:
    return bool(port.port == place.number)


def _leaving_port(port: tcp.Port, place: Place) -> LeavingPart:
    def let_go() -> None:
        port._shouldShutdown = False  # noqa: SLF001 - another process listens on the same socket
        port.stopListening()  # type: ignore[no-untyped-call]

    descriptor: int = port.fileno()  # type: ignore[no-untyped-call]
    return LeavingPart(_packed({"place": list(place)}), [descriptor], let_go=let_go)


def _peer_of(descriptor: int) -> IPv4Address | IPv6Address | None:
    with socket.socket(fileno=os.dup(descriptor)) as probe:
        try:
            peer = probe.getpeername()
        except OSError:
            return None
        kind = IPv6Address if probe.family == socket.AF_INET6 else IPv4Address
        return kind("TCP", peer[0], peer[1])


def _packed(said: dict[str, Any]) -> bytes:
    """As text: what clients have said may be no Unicode."""
    return json.dumps(said).encode("ascii")
