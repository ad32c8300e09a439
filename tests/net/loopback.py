"""Real sockets on loopback, turned by hand: a reactor of the test's own."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from twisted.internet.epollreactor import EPollReactor
from twisted.internet.interfaces import IProtocolFactory

from tinyice.net.transport import BACKLOG, StreamPort

WITHIN_S = 10.0


class Loopback:
    """A reactor that runs as long as a test waits for something, and a port on it."""

    def __init__(self) -> None:
        self.reactor = EPollReactor()
        self.ports: list[StreamPort] = []
        self.sockets: list[socket.socket] = []

    def listen(self, factory: IProtocolFactory, interface: str = "127.0.0.1") -> StreamPort:
        port = StreamPort(0, factory, BACKLOG, interface, self.reactor)
        port.startListening()
        self.ports.append(port)
        return port

    def connect(
        self, port: StreamPort, host: str = "127.0.0.1", *, receive_buffer: int = 0
    ) -> socket.socket:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        made = socket.socket(family, socket.SOCK_STREAM)
        if receive_buffer:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        made.settimeout(WITHIN_S)
        made.connect((host, port.getHost().port))
        made.setblocking(False)
        self.sockets.append(made)
        return made

    def turn(self, times: int = 1) -> None:
        """Let the reactor do what is to be done."""
        for _ in range(times):
            self.reactor.iterate(0.001)

    def until(self, condition: Callable[[], Any]) -> None:
        """Turn until ``condition`` holds; it must, soon."""
        end = self.reactor.seconds() + WITHIN_S
        while not condition():
            assert self.reactor.seconds() < end, "it never came true"
            self.reactor.iterate(0.005)

    def receive(self, from_: socket.socket, size: int) -> bytes:
        """The next ``size`` bytes, or all until the end."""
        got = bytearray()

        def enough() -> bool:
            try:
                piece = from_.recv(max(1, size - len(got)))
            except BlockingIOError:
                return False
            got.extend(piece)
            return not piece or len(got) >= size

        self.until(enough)
        return bytes(got)

    def close(self) -> None:
        for one in self.sockets:
            one.close()
        for port in self.ports:
            if port.connected:
                port.stopListening()
        self.turn(5)
        for reader in self.reactor.removeAll():
            reader.connectionLost(None) if hasattr(reader, "protocol") else None
        for call in self.reactor.getDelayedCalls():
            call.cancel()
        for internal in self.reactor._internalReaders:
            internal.connectionLost(None)
        self.reactor._poller.close()


@contextmanager
def loopback() -> Iterator[Loopback]:
    made = Loopback()
    try:
        yield made
    finally:
        made.close()
