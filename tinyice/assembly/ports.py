"""Opening one port: of both families, of systemd, and what to say when it fails."""

import errno
import os
import socket
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from twisted.internet.base import ReactorBase
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IProtocolFactory
from twisted.logger import Logger

from tinyice.config.faults import ConfigFaults, Fault
from tinyice.config.model import Config
from tinyice.net.transport import BACKLOG, StreamPort

EVERY_ADDRESS = ("0.0.0.0", "::")
"""Both mean every address of both families."""


class PortTaken(Exception):
    """A port can't be opened; the fault says which, why, and what to do."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Passed:
    """A listening socket that somebody opened for us (``LISTEN_FDS``)."""

    descriptor: int
    name: str


class Place(NamedTuple):
    """Where a port is."""

    host: str
    number: int


def wanted_ports(config: Config) -> Mapping[str, Place]:
    """Where the configuration wants a port, by the key that gives its number."""
    wanted = {"port": config.port}
    if config.serves_tls:
        wanted["https_port"] = config.https_port
    if config.shoutcast_port_used:
        wanted["shoutcast_port"] = config.shoutcast_port_used
    return {key: Place(config.bind_host, number) for key, number in wanted.items()}


def judge_ports(before: Config, after: Config, passed: Collection[str] = ()) -> None:
    """Try the ports that ``before`` does not have; raises ConfigFaults. May run in a worker.

    Numbers that are ours already are not tried: there only the address is. Nor
    is what was ``passed``.
    """
    here = wanted_ports(before)
    ours = {place.number for place in here.values()}
    faults: dict[Fault, None] = {}
    for key, place in wanted_ports(after).items():
        if key in passed or place == here.get(key):
            continue
        number = 0 if place.number in ours else place.number
        fault = _tried(key, _interface(place.host), number, shared=after.reuse_port)
        if fault is not None:
            faults[fault] = None
    if faults:
        raise ConfigFaults(list(faults))


class Opener:
    """Opens ports on one reactor. ``shared``: other programs of the same user may, too."""

    _log = Logger()

    def __init__(self, reactor: ReactorBase, host: str, *, shared: bool = False) -> None:
        self._reactor = reactor
        self._host = host
        self._shared = shared

    def open(
        self,
        port: int,
        factory: IProtocolFactory,
        key: str,
        kind: type[StreamPort] = StreamPort,
        *,
        beside: Sequence[StreamPort] = (),
    ) -> StreamPort:
        """Listen on ``port``; raises PortTaken. ``key`` names it in the configuration.

        ``beside``: ports of ours that may be at the same place until they are closed.
        """
        interface = _interface(self._host)
        if interface not in EVERY_ADDRESS[1:] and self._host in EVERY_ADDRESS:
            self._log.warn("this machine has no IPv6: port {port} is open on IPv4 only", port=port)
        made = kind(port, factory, BACKLOG, interface, self._reactor)
        made.share(shared=self._shared or bool(beside))
        for other in beside:
            other.share(shared=True)
        try:
            made.startListening()
        except CannotListenError as error:
            fault = _fault(error.socketError, error.interface, error.port, key)
            raise PortTaken(fault) from error
        finally:
            for one in (made, *beside):
                one.share(shared=self._shared)
        return made

    def adopt(
        self, passed: Passed, factory: IProtocolFactory, kind: type[StreamPort] = StreamPort
    ) -> StreamPort:
        """Serve on a socket that is listening already; it stays open when the port is closed."""
        with socket.socket(fileno=os.dup(passed.descriptor)) as probe:
            # systemd's sockets block, and the second accept would stop the reactor.
            probe.setblocking(False)
            family = probe.family
        port: StreamPort = kind._fromListeningDescriptor(  # type: ignore[no-untyped-call]  # noqa: SLF001
            self._reactor, passed.descriptor, family, factory
        )
        port.startListening()
        return port


def _interface(host: str) -> str:
    """The address to listen on."""
    if host not in EVERY_ADDRESS:
        return host
    return "::" if _has_ipv6() else "0.0.0.0"


def _tried(key: str, interface: str, number: int, *, shared: bool) -> Fault | None:
    """What is wrong with listening there."""
    family = socket.AF_INET6 if ":" in interface else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(interface != "::"))
        try:
            probe.bind((interface, number))
        except OSError as error:
            return _fault(error, interface, number, key)
    return None


def _fault(error: OSError, interface: str, number: int, key: str) -> Fault:
    """What is wrong, and what to do."""
    if error.errno == errno.EADDRNOTAVAIL:
        message = f"{interface} is no address of this machine; 0.0.0.0 means all it has"
        return Fault("bind_host", message)
    hint = f"set another {key}, or end the program that has it"
    if error.errno == errno.EACCES:
        hint = f"set another {key}: those below 1024 are for root, or for CAP_NET_BIND_SERVICE"
    return Fault(key, f"can't listen on {interface} port {number}: {error}; {hint}")


def _has_ipv6() -> bool:
    """Whether a socket can be bound to every IPv6 address."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            probe.bind(("::", 0))
    except OSError:
        return False
    return True


def in_words(ports: Sequence[StreamPort]) -> tuple[str, ...]:
    """The ports as people write them."""
    words = []
    for port in ports:
        host = port.getHost()  # type: ignore[no-untyped-call]
        shown = f"[{host.host}]" if ":" in host.host else host.host
        words.append(f"{shown}:{host.port}")
    return tuple(words)


class PassedPorts(NamedTuple):
    """The sockets that were passed, by what they are for."""

    web: Passed | None
    shoutcast: Passed | None
    https: Passed | None

    @property
    def by_key(self) -> Mapping[str, Passed]:
        """The same by the keys of the configuration that give their numbers."""
        keys = ("port", "shoutcast_port", "https_port")
        return {key: one for key, one in zip(keys, self, strict=True) if one is not None}


def by_name(passed: Sequence[tuple[int, str]]) -> PassedPorts:
    """Which of the passed sockets is for everyone, for Shoutcast encoders, for TLS."""
    sockets = [Passed(descriptor, name) for descriptor, name in passed]
    shoutcast = next((one for one in sockets if "shoutcast" in one.name), None)
    https = next((one for one in sockets if "https" in one.name), None)
    web = next((one for one in sockets if one not in (shoutcast, https)), None)
    return PassedPorts(web, shoutcast, https)
