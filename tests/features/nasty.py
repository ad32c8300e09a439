"""Upstreams on real sockets that do what they are told, good or bad."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from features.sounding import BYTES_A_SECOND, sound
from programs.station import HOST, free_port_pair

Script = Callable[[socket.socket, "Upstream"], None]

OK = b"HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n"
TICK_S = 0.05


class Upstream:
    """Listens on a port; ``script`` has each connection once its request has come."""

    def __init__(self, script: Script, *, port: int = 0, host: str = HOST) -> None:
        self.script = script
        self.requests: list[bytes] = []
        self.stopping = threading.Event()
        # none that the system gives to clients: who dials such a port once it is closed
        # may be given that very port, and be connected to itself
        self.port = port or free_port_pair()
        self._listening = socket.create_server((host, self.port))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._connections: list[socket.socket] = []
        self._threads[0].start()

    @property
    def open_connections(self) -> int:
        """How many scripts are at work."""
        return sum(thread.is_alive() for thread in self._threads[1:])

    def url(self, path: str = "/live") -> str:
        return f"http://{HOST}:{self.port}{path}"

    def close(self) -> None:
        self.stopping.set()
        self._threads[0].join(5)
        self._listening.close()
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        for thread in self._threads[1:]:
            thread.join(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _accept(self) -> None:
        self._listening.settimeout(TICK_S)
        while not self.stopping.is_set():
            try:
                connection, _ = self._listening.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self._connections.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            connection.settimeout(10)
            request = b""
            while b"\r\n\r\n" not in request:
                piece = connection.recv(65536)
                if not piece:
                    return
                request += piece
            self.requests.append(request)
            self.script(connection, self)


def hangs(_connection: socket.socket, upstream: Upstream) -> None:
    """Accepts, and answers nothing."""
    upstream.stopping.wait(60)


def says_nothing_more(connection: socket.socket, upstream: Upstream) -> None:
    """200, and then nothing."""
    connection.sendall(OK)
    upstream.stopping.wait(60)


def sends_garbage(connection: socket.socket, upstream: Upstream) -> None:
    """200, and then noise without end."""
    connection.sendall(OK)
    while not upstream.stopping.wait(TICK_S):
        connection.sendall(bytes(range(128)) * 200)


def leads_in_a_circle(connection: socket.socket, upstream: Upstream) -> None:
    """Leads from /live to /b and back."""
    other = "/b" if b"GET /live " in upstream.requests[-1] else "/live"
    connection.sendall(f"HTTP/1.0 302 Found\r\nLocation: {other}\r\n\r\n".encode())


def closes_after_a_byte(connection: socket.socket, _upstream: Upstream) -> None:
    """One byte of audio, and the end."""
    connection.sendall(OK + b"\xff")
    connection.close()


def sends_a_large_head(connection: socket.socket, _upstream: Upstream) -> None:
    """A header of a megabyte."""
    connection.sendall(b"HTTP/1.0 200 OK\r\nX-Large: " + b"y" * 1_000_000)


def plays(mount: str, *, head: bytes = OK, chunked: bool = False, first: int = 0) -> Script:
    """Streams numbered frames in real time, after a burst of two seconds."""

    def script(connection: socket.socket, upstream: Upstream) -> None:
        connection.sendall(head)
        number = first
        count = round(2 * BYTES_A_SECOND / 417)
        while True:
            data = sound(mount, number, count)
            number += count
            connection.sendall(b"%x\r\n%b\r\n" % (len(data), data) if chunked else data)
            count = 4
            if upstream.stopping.wait(4 * 417 / BYTES_A_SECOND):
                return

    return script


def redirects(location: str) -> Script:
    """Leads elsewhere."""

    def script(connection: socket.socket, _upstream: Upstream) -> None:
        connection.sendall(f"HTTP/1.0 302 Found\r\nLocation: {location}\r\n\r\n".encode())

    return script
