"""Servers on real sockets that take streams, or do not, as they are told."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from programs.station import HOST, free_port_pair

TAKEN = b"HTTP/1.0 200 OK\r\n\r\n"
TICK_S = 0.05

Script = Callable[["Visit"], None]


class Visit:
    """One connection to such a server; ``got`` is all that came on it."""

    def __init__(self, connection: socket.socket, stopping: threading.Event) -> None:
        self.connection = connection
        self.stopping = stopping
        self.got = bytearray()
        connection.settimeout(TICK_S)

    def read(self, until: bytes = b"") -> bool:
        """Read on, up to these bytes or to the end; whether they came."""
        while not self.stopping.is_set() and not (until and until in self.got):
            try:
                piece = self.connection.recv(65536)
            except TimeoutError:
                continue
            if not piece:
                return False
            self.got += piece
        return True

    def say(self, words: bytes) -> None:
        self.connection.sendall(words)


class Swallower:
    """Listens on a port, and on the one after it; ``script`` has each connection."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.visits: list[Visit] = []
        self.port = free_port_pair()
        self._stopping = threading.Event()
        self._listening = [socket.create_server((HOST, self.port + more)) for more in (0, 1)]
        self._threads = [
            threading.Thread(target=self._accept, args=(one,), daemon=True)
            for one in self._listening
        ]
        for thread in self._threads:
            thread.start()

    def url(self, path: str = "/live") -> str:
        return f"http://{HOST}:{self.port}{path}"

    def close(self) -> None:
        self._stopping.set()
        for listening in self._listening:
            listening.close()
        for visit in self.visits:
            with suppress(OSError):
                visit.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _accept(self, listening: socket.socket) -> None:
        listening.settimeout(TICK_S)
        while not self._stopping.is_set():
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            visit = Visit(connection, self._stopping)
            self.visits.append(visit)
            threading.Thread(target=self._serve, args=(visit,), daemon=True).start()

    def _serve(self, visit: Visit) -> None:
        with suppress(OSError):
            self.script(visit)


def takes(visit: Visit) -> None:
    """Takes a stream, and everything of it; titles too."""
    visit.read(b"\r\n\r\n")
    visit.say(TAKEN)
    if visit.got.startswith(b"GET"):
        visit.connection.shutdown(socket.SHUT_RDWR)
        return
    visit.read()


def shoutcast(visit: Visit) -> None:
    """The password first, then everything; titles on the port before."""
    visit.read(b"\n")
    if visit.got.startswith(b"GET"):
        visit.say(TAKEN)
        visit.connection.shutdown(socket.SHUT_RDWR)
    elif visit.got.startswith(b"hackme\r\n"):
        visit.say(b"OK2\r\nicy-caps:11\r\n\r\n")
        visit.read()
    else:
        visit.say(b"invalid password\r\n")
        visit.connection.shutdown(socket.SHUT_RDWR)


def hangs(visit: Visit) -> None:
    """Answers nothing."""
    visit.read()


def says(words: bytes) -> Script:
    """Answers so, and closes."""

    def script(visit: Visit) -> None:
        visit.read(b"\r\n")
        visit.say(words)
        visit.connection.shutdown(socket.SHUT_RDWR)

    return script


def dies(visit: Visit) -> None:
    """Takes the beginning of the stream, and closes."""
    visit.read(b"\r\n\r\n")
    visit.say(TAKEN)
    visit.connection.settimeout(10)
    while len(visit.got) < 16_000:
        visit.got += visit.connection.recv(65536)
    visit.connection.close()


def stops_reading(visit: Visit) -> None:
    """Takes the login, and then nothing."""
    visit.read(b"\r\n\r\n")
    visit.say(TAKEN)
    visit.stopping.wait(120)


def reads_slowly(visit: Visit) -> None:
    """Takes 20 kB at a time, now and then."""
    visit.read(b"\r\n\r\n")
    visit.say(TAKEN)
    while not visit.stopping.wait(1):
        visit.got += visit.connection.recv(20_000)
