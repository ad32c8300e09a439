"""The ways into the station: its ports, what stands behind them, and how both change.

Rules of this file:

- a port that is to be elsewhere is opened there first, and then closed here; who
  has connected by then stays, on the port that is closed;
- what can't be opened leaves the port of before as it is, and is said;
- a socket that systemd has opened is served as long as it is wanted: where it is,
  its unit says, and not the configuration.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.interfaces import IProtocolFactory
from twisted.logger import Logger

from tinyice.assembly.https import Https, https_of
from tinyice.assembly.ports import Opener, Passed, Place, PortTaken, in_words, wanted_ports
from tinyice.config.model import Config
from tinyice.handover.belongings import Listening
from tinyice.handover.frozen import FrozenPort
from tinyice.net.front import Front
from tinyice.net.ports import DoorFactory, Reception, ShoutcastFactory
from tinyice.net.tls import TlsPort
from tinyice.net.transport import StreamPort
from tinyice.net.webchannel import WebChannel

_KINDS: Mapping[str, type[StreamPort]] = {"https_port": TlsPort}


@dataclass(frozen=True, slots=True)
class _Opened:
    """A port that is open. ``place``: where the configuration wants it; None: it was passed."""

    place: Place | None
    port: StreamPort


class Entrances:
    """The open ports, by the keys of the configuration that give their numbers."""

    _log = Logger(namespace="tinyice")

    def __init__(
        self, config: Config, front: Front, web: Callable[[], WebChannel], reactor: ReactorBase
    ) -> None:
        self.reception = Reception(front)
        self.doors = DoorFactory(front, self.reception, web, secure=False)
        self._secure_doors = DoorFactory(front, self.reception, web, secure=True)
        self.https: Https = https_of(config, self._secure_doors)
        self._shoutcast_doors = ShoutcastFactory(front, self.reception, self.doors.door)
        self._reactor = reactor
        self._at_start = config
        self._passed: Mapping[str, Passed] = {}
        self._is_open = False
        self._opened: dict[str, _Opened] = {}
        self._refused: dict[str, Place] = {}
        """Where a port could not be opened, and it was said."""
        self._inherited: dict[str, FrozenPort] = {}
        self._closed: list[StreamPort] = []
        """Ports with connections still on them."""
        self._introduce(config)

    @property
    def connections(self) -> int:
        """How many there are, on ports that are closed by now too."""
        return sum(port.connections for port in self._all())

    @property
    def passed_keys(self) -> frozenset[str]:
        """The ports that were not opened by us."""
        return frozenset(self._passed)

    def number_of(self, key: str) -> int | None:
        """The number of an open port."""
        opened = self._opened.get(key)
        return None if opened is None else opened.port.getHost().port  # type: ignore[no-untyped-call]

    def in_words(self) -> tuple[str, ...]:
        """The open ports as people write them."""
        return in_words([opened.port for opened in self._opened.values()])

    @property
    def status(self) -> str:
        """The same as one line for the service manager."""
        return f"listening on {', '.join(self.in_words())}"

    def open(self, config: Config, passed: Mapping[str, Passed]) -> None:
        """Open everything at the start; raises PortTaken or CertificateFault.

        Encoders of the old kind are welcome, but the station does not depend on them.
        """
        self._passed, self._is_open = passed, True
        if config.serves_tls:
            self.https.certificates.load()
        elif "https_port" in passed:
            name = passed["https_port"].name
            self._log.warn("the passed socket {name} waits for use_https", name=name)
        for key, place in self._wanted(config).items():
            try:
                self._open(key, place, config)
            except PortTaken as taken:
                if key != "shoutcast_port":
                    raise
                self._refused[key] = place
                self._log.warn(
                    "starting without Shoutcast encoders: {fault} (0: off)", fault=str(taken)
                )

    def listening(self) -> list[Listening]:
        """The open ports, for another process."""
        return [
            Listening(
                FrozenPort(
                    key,
                    opened.port.fileno(),  # type: ignore[no-untyped-call]
                    host="" if opened.place is None else opened.place.host,
                    number=0 if opened.place is None else opened.place.number,
                    passed_as="" if opened.place is not None else self._passed[key].name,
                ),
                opened.port,
            )
            for key, opened in self._opened.items()
        ]

    def inherit(self, ports: Sequence[FrozenPort]) -> None:
        """Open everything, with the sockets of a predecessor where the configuration wants them."""
        self._inherited = {one.key: one for one in ports}
        passed = {one.key: Passed(one.descriptor, one.passed_as) for one in ports if one.passed_as}
        self.open(self._at_start, passed)
        for left in self._inherited.values():
            if not left.passed_as:
                os.close(left.descriptor)
        self._inherited = {}

    def forsake(self) -> None:
        """Another process listens from now on; who is here stays."""
        self._closed += [opened.port for opened in self._opened.values()]
        self._opened = {}

    def port_of(self, key: str) -> StreamPort:
        """The port of that key; any other where there is none."""
        opened = self._opened.get(key) or next(iter(self._opened.values()))
        return opened.port

    def behind(self, key: str) -> DoorFactory | ShoutcastFactory:
        """Who builds what stands behind plain connections of that port."""
        return self._shoutcast_doors if key == "shoutcast_port" else self.doors

    def follow(self, before: Config, after: Config) -> None:
        """Open and close what the configuration in force wants otherwise."""
        for port in self._all():
            port.accept_waiting()
        self._introduce(after)
        has_certificate = self.https.follow(before, after)
        if not self._is_open:
            return
        wanted = self._wanted(after)
        if not has_certificate and "https_port" not in self._opened:
            wanted.pop("https_port", None)
        for key, place in wanted.items():
            self._move(key, place, after)
        for key in self._opened.keys() - wanted.keys():
            self._close(self._opened.pop(key))
        for opened in self._opened.values():
            if opened.place is not None:
                opened.port.share(shared=after.reuse_port)

    def reload_certificates(self) -> None:
        """Read the files of the certificate again, if it is shown."""
        if "https_port" in self._opened:
            self.https.reload()

    def sweep(self) -> None:
        """Once a second: say who was turned away."""
        self.reception.sweep()
        self.https.factory.sweep()
        self._closed = [port for port in self._closed if port.connections]

    async def close(self) -> None:
        """Let nobody in any more; who is in stays."""
        self._is_open = False
        opened, self._opened = self._opened, {}
        ports = [one.port for one in opened.values()]
        self._closed += ports
        await DeferredList([port.stopListening() for port in ports])  # type: ignore[no-untyped-call]

    def when_empty(self) -> Deferred[object]:
        """Fires when everybody is gone; to be asked after ``close``."""
        empty = [port.when_empty() for port in self._closed]
        return DeferredList(empty, consumeErrors=True)  # type: ignore[return-value]

    def _all(self) -> list[StreamPort]:
        return [*(opened.port for opened in self._opened.values()), *self._closed]

    def _wanted(self, config: Config) -> dict[str, Place]:
        wanted = dict(wanted_ports(config))
        if "shoutcast_port" in self._passed:
            wanted.setdefault("shoutcast_port", Place("", 0))
        elif "port" in self._passed:
            wanted.pop("shoutcast_port", None)
        return wanted

    def _introduce(self, config: Config) -> None:
        """Who connects says who it is, where a proxy is in front."""
        introduced = config.proxy_protocol
        self.doors.proxied = config.port in introduced
        self._secure_doors.proxied = config.https_port in introduced
        self._shoutcast_doors.proxied = config.shoutcast_port_used in introduced

    def _open(self, key: str, place: Place, config: Config) -> None:
        opener = Opener(self._reactor, place.host, shared=config.reuse_port)
        factory, kind = self._behind(key), _KINDS.get(key, StreamPort)
        passed = self._passed.get(key)
        if passed is not None:
            adopted = opener.adopt(passed, factory, kind)
            adopted.key = key
            self._opened[key] = _Opened(None, adopted)
            return
        known = self._inherited.get(key)
        if known is not None and Place(known.host, known.number) == place:
            port = opener.adopt(Passed(known.descriptor, key), factory, kind)
        else:
            port = opener.open(place.number, factory, key, kind, beside=self._with(place.number))
        port.key = key
        self._opened[key] = _Opened(place, port)
        self._refused.pop(key, None)

    def _move(self, key: str, place: Place, config: Config) -> None:
        """Let the port be at ``place``; what can't be had is tried again later, and said once."""
        opened = self._opened.get(key)
        if opened is not None and opened.place in (None, place):
            return
        try:
            self._open(key, place, config)
        except PortTaken as taken:
            if self._refused.get(key) != place:
                self._refused[key] = place
                self._log.error("{fault}; what was open stays open", fault=str(taken))
        else:
            self._close(opened)

    def _with(self, number: int) -> list[StreamPort]:
        """Ports of our own that have this number, those that are being closed included."""
        own = [one.port for one in self._opened.values() if one.place is not None]
        return [
            port
            for port in (*own, *self._closed)
            if port.connected and port.getHost().port == number  # type: ignore[no-untyped-call]
        ]

    def _behind(self, key: str) -> IProtocolFactory:
        if key == "https_port":
            return self.https.factory
        return self._shoutcast_doors if key == "shoutcast_port" else self.doors

    def _close(self, opened: _Opened | None) -> None:
        if opened is not None:
            opened.port.stopListening()  # type: ignore[no-untyped-call]
            self._closed.append(opened.port)
