"""An audience and a source whose every byte is known, over any number of hand-overs."""

import base64
import os
import selectors
import signal
import socket
import ssl
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from core.deicy import deinterleave
from programs.station import HOST, PASSWORD, Station

FRAME = struct.Struct(">4sQ")
HEAD = b"\xff\xfb\x90\x64"
FRAME_BYTES = 417
FRAME_S = 1152 / 44100
METAINT = 16000
SLOW_EACH_S = 0.05
SLOW_BYTES = 1200
"""A slow player takes a little more than the stream brings, and always lies behind."""


def frame(number: int) -> bytes:
    """The MPEG frame of that number: 128 kbit/s, 44.1 kHz, no padding."""
    body = struct.pack(">Q", number * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF).replace(
        b"\xff", b"\x7f"
    )
    return (HEAD + struct.pack(">I", number) + body * 60)[:FRAME_BYTES]


def frames(first: int, count: int) -> bytes:
    """Some of them."""
    return b"".join(frame(number) for number in range(first, first + count))


def secured() -> ssl.SSLContext:
    """A client that believes every certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Steady(threading.Thread):
    """A source that sends frames as they sound, on one connection, until it is stopped."""

    def __init__(self, port: int, mount: str, *, secure: bool = False) -> None:
        super().__init__(daemon=True, name=f"source of {mount}")
        plain = socket.create_connection((HOST, port), 10)
        self._connection = secured().wrap_socket(plain) if secure else plain
        login = base64.b64encode(f"source:{PASSWORD}".encode()).decode()
        self._connection.sendall(
            f"PUT {mount} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {login}\r\n"
            "Content-Type: audio/mpeg\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        assert b" 200 " in self._connection.recv(1000)
        self._over = threading.Event()
        self.sent = 0
        self.fault = ""

    def run(self) -> None:
        """Send, by the clock, two seconds ahead of time."""
        began = time.monotonic() - 2
        try:
            while not self._over.wait(0.05):
                due = int((time.monotonic() - began) / FRAME_S)
                data = frames(self.sent, due - self.sent)
                if data:
                    self._connection.sendall(b"%x\r\n%b\r\n" % (len(data), data))
                self.sent = due
        except OSError as error:
            self.fault = str(error)

    def stop(self) -> None:
        """Send no more."""
        self._over.set()
        self.join()
        self._connection.close()


@dataclass(eq=False)
class Ear:
    """One listener, and what came."""

    connection: socket.socket
    icy: bool
    is_slow: bool = False
    got: bytearray = field(default_factory=bytearray)
    is_over: bool = False
    last: float = 0.0
    longest_gap: float = 0.0

    def read(self) -> None:
        """Take what is there, or little of it."""
        now = time.monotonic()
        if self.is_slow and now - self.last < SLOW_EACH_S:
            return
        try:
            while not self.is_slow or self.last < now:
                data = self.connection.recv(SLOW_BYTES if self.is_slow else 65536)
                if not data:
                    self.is_over = True
                    return
                now = time.monotonic()
                if self.last:
                    self.longest_gap = max(self.longest_gap, now - self.last)
                self.last = now
                self.got += data
        except (BlockingIOError, ssl.SSLWantReadError):
            return
        except OSError:
            self.is_over = True

    @property
    def audio(self) -> bytes:
        """The stream, without metadata."""
        head, _, body = bytes(self.got).partition(b"\r\n\r\n")
        assert b" 200 " in head[:20], head[:200]
        return deinterleave(body, METAINT).payload if self.icy else body

    def check(self, sent: bytes) -> int:
        """Whether all is one piece of what the source ``sent``; how many bytes."""
        audio = self.audio
        begin = audio.find(HEAD)
        assert 0 <= begin < METAINT, "no frame"
        first = struct.unpack_from(">I", audio, begin + 4)[0]
        heard = audio[begin:]
        expected = sent[first * FRAME_BYTES :][: len(heard)]
        if heard != expected:
            at = next(n for n, (a, b) in enumerate(zip(heard, expected, strict=True)) if a != b)
            raise AssertionError(f"byte {at} of {len(heard)} differs: {heard[at - 8 : at + 24]!r}")
        return len(heard)


class Audience(threading.Thread):
    """Listeners that read all the time."""

    def __init__(self, port: int, mount: str, *, secure: bool = False) -> None:
        super().__init__(daemon=True, name=f"audience of {mount}")
        self._address = (HOST, port)
        self._mount = mount
        self._secure = secured() if secure else None
        self._over = threading.Event()
        self.ears: list[Ear] = []

    def join_all(self, count: int) -> None:
        """So many come; every second one asks for metadata, and some read slowly."""
        for number in range(count):
            is_slow = self._secure is None and number % 10 in {4, 5}
            connection = socket.socket()
            if is_slow:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(10)
            connection.connect(self._address)
            if self._secure is not None:
                connection = self._secure.wrap_socket(connection)
            asked = "Icy-MetaData: 1\r\n" if number % 2 else ""
            connection.sendall(f"GET {self._mount} HTTP/1.0\r\n{asked}\r\n".encode())
            connection.setblocking(False)
            self.ears.append(Ear(connection, bool(number % 2), is_slow))

    def run(self) -> None:
        """Read."""
        with selectors.DefaultSelector() as selector:
            slow = [ear for ear in self.ears if ear.is_slow]
            for ear in self.ears:
                if not ear.is_slow:
                    selector.register(ear.connection, selectors.EVENT_READ, ear)
            while not self._over.is_set():
                for ear in slow:
                    ear.read()
                for key, _ in selector.select(SLOW_EACH_S):
                    key.data.read()
                    if key.data.is_over:
                        selector.unregister(key.fileobj)

    def stop(self) -> None:
        """Everybody goes."""
        self._over.set()
        if self.is_alive():
            self.join()
        for ear in self.ears:
            ear.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def check(self, sent: bytes) -> None:
        """Nobody was dropped, and each got one piece of what was ``sent``; to be stopped before."""
        dropped = [ear.is_over for ear in self.ears]
        assert not any(dropped), f"{sum(dropped)} of {len(dropped)} were dropped"
        for ear in self.ears:
            ear.check(sent)


def finish(source: Steady, *audiences: Audience) -> None:
    """End everything; nobody was dropped, and each heard one piece of what the source sent."""
    for audience in audiences:
        audience.stop()
    fault, sent = source.fault, source.sent
    source.stop()
    assert not fault
    everything = frames(0, sent + 1000)
    for audience in audiences:
        audience.check(everything)


def serving_pid(station: Station) -> int:
    """The process that serves now, as its PID file says."""
    return int((station.home / "tinyice.pid").read_text())


def is_alive(pid: int) -> bool:
    """Whether there is such a process, and it runs."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    return False


def playouts(home: Path, module: str = "tinyice.codec.playout") -> set[int]:
    """The processes that play for AutoDJs of a server in ``home``, whoever's children they are."""
    found = set()
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            is_one = module.encode() in (entry / "cmdline").read_bytes()
            if is_one and (entry / "cwd").resolve() == home.resolve():
                found.add(int(entry.name))
    return {pid for pid in found if is_alive(pid)}


def upgrade(station: Station, within: float = 30.0) -> int:
    """Let a successor take over; its number."""
    before = serving_pid(station)
    os.kill(before, signal.SIGUSR2)
    end = time.monotonic() + within
    while time.monotonic() < end:
        with suppress(ValueError, FileNotFoundError):
            if (pid := serving_pid(station)) != before:
                return pid
        assert is_alive(before), station.child.output()
        time.sleep(0.02)
    raise AssertionError("nobody took over:\n" + station.child.output())
