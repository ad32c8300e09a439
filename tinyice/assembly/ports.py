"""Opening the ports: of both families, of systemd, and what to say when it fails."""

import errno
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from twisted.internet.base import ReactorBase
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IProtocolFactory
from twisted.logger import Logger

from tinyice.net.transport import BACKLOG, StreamPort

EVERY_ADDRESS = ("0.0.0.0", "::")
"""Both mean every address of both families."""


class PortTaken(Exception):
    """A port can't be opened; the text says which, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A listening socket that somebody opened for us (``LISTEN_FDS``)."""

    descriptor: int
    name: str


class Opener:
    """Opens ports on one reactor."""

    _log = Logger()

    def __init__(self, reactor: ReactorBase, host: str) -> None:
        self._reactor = reactor
        self._host = host

    def open(
        self,
        port: int,
        factory: IProtocolFactory,
        key: str,
        kind: type[StreamPort] = StreamPort,
    ) -> StreamPort:
        """Listen on ``port``; raises PortTaken. ``key`` names it in the configuration."""
        return self._listen(kind(port, factory, BACKLOG, self._interface(port), self._reactor), key)

    def adopt(
        self, passed: Passed, factory: IProtocolFactory, kind: type[StreamPort] = StreamPort
    ) -> StreamPort:
        """Serve on a socket that is listening already."""
        with socket.socket(fileno=os.dup(passed.descriptor)) as probe:
            # systemd's sockets block, and the second accept would stop the reactor.
            probe.setblocking(False)
            family = probe.family
        port: StreamPort = kind._fromListeningDescriptor(  # type: ignore[no-untyped-call]  # noqa: SLF001
            self._reactor, passed.descriptor, family, factory
        )
        port.startListening()
        return port

    def _interface(self, port: int) -> str:
        """The address to listen on."""
        if self._host not in EVERY_ADDRESS:
            return self._host
        if _has_ipv6():
            return "::"
        self._log.warn("this machine has no IPv6: port {port} is open on IPv4 only", port=port)
        return "0.0.0.0"

    @staticmethod
    def _listen(port: StreamPort, key: str) -> StreamPort:
        try:
            port.startListening()
        except CannotListenError as error:
            raise PortTaken(
                _in_words(error.socketError, error.interface, error.port, key)
            ) from error
        return port


def _in_words(error: OSError, interface: str, number: int, key: str) -> str:
    """What is wrong, and what to do."""
    if error.errno == errno.EADDRNOTAVAIL:
        return f"bind_host: {interface} is no address of this machine; 0.0.0.0 means all it has"
    hint = f"set another {key}, or end the program that has it"
    if error.errno == errno.EACCES:
        hint = f"set another {key}: those below 1024 are for root, or for CAP_NET_BIND_SERVICE"
    return f"{key}: can't listen on {interface} port {number}: {error}; {hint}"


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


def by_name(passed: Sequence[tuple[int, str]]) -> PassedPorts:
    """Which of the passed sockets is for everyone, for Shoutcast encoders, for TLS."""
    sockets = [Passed(descriptor, name) for descriptor, name in passed]
    shoutcast = next((one for one in sockets if "shoutcast" in one.name), None)
    https = next((one for one in sockets if "https" in one.name), None)
    web = next((one for one in sockets if one not in (shoutcast, https)), None)
    return PassedPorts(web, shoutcast, https)
