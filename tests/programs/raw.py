"""A source and a listener of our own, made of plain sockets."""

import base64
import re
import socket
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from programs.station import HOST, PASSWORD

TITLE = re.compile(rb"StreamTitle='(.*?)';(?:\0*$|StreamUrl=)", re.DOTALL)
HEAD_LIMIT = 16_384
TICK_S = 0.05


def source_head(mount: str, content_type: str, *, name: str = "Raw") -> bytes:
    """The request of a plain source."""
    login = base64.b64encode(f"source:{PASSWORD}".encode()).decode()
    lines = [
        f"SOURCE {mount} HTTP/1.0",
        f"Authorization: Basic {login}",
        f"Content-Type: {content_type}",
        f"ice-name: {name}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def listener_head(mount: str, *, icy: bool) -> bytes:
    """The request of a plain player."""
    asked = "Icy-MetaData: 1\r\n" if icy else ""
    return f"GET {mount} HTTP/1.0\r\nUser-Agent: raw\r\n{asked}\r\n".encode()


def split_icy(body: bytes, metaint: int) -> tuple[bytes, list[bytes]]:
    """The audio of an ICY stream, and its metadata blocks that are not empty."""
    audio = bytearray()
    blocks = []
    at = 0
    while at < len(body):
        audio += body[at : at + metaint]
        at += metaint
        length = 16 * body[at] if at < len(body) else 0
        block = body[at + 1 : at + 1 + length]
        if length and len(block) == length:
            blocks.append(block)
        at += 1 + length
    return bytes(audio), blocks


@dataclass(frozen=True, slots=True)
class Answer:
    """What a listener got: the head, and everything after it."""

    status: str
    headers: dict[str, str]
    body: bytes

    @property
    def metaint(self) -> int:
        """The metadata interval; 0 where there is none."""
        return int(self.headers.get("icy-metaint", "0"))

    @property
    def audio(self) -> bytes:
        """The body without metadata."""
        return split_icy(self.body, self.metaint)[0] if self.metaint else self.body

    @property
    def titles(self) -> list[str]:
        """The stream titles in order of arrival."""
        blocks = split_icy(self.body, self.metaint)[1] if self.metaint else []
        found = [TITLE.match(block) for block in blocks]
        return [match[1].decode("utf-8", "replace") for match in found if match]


def parse_answer(data: bytes) -> Answer:
    """Split an answer into head and body."""
    head, _, body = data.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    pairs = [line.partition(":")[::2] for line in lines]
    return Answer(status, {key.lower(): value.strip() for key, value in pairs}, body)


class Recorder(threading.Thread):
    """A listener that keeps everything it gets until it is told to stop."""

    def __init__(self, port: int, mount: str, *, icy: bool = True) -> None:
        super().__init__(daemon=True, name=f"recorder of {mount}")
        self._socket = socket.create_connection((HOST, port), 40)
        self._socket.sendall(listener_head(mount, icy=icy))
        self._socket.settimeout(0.25)
        self._bytes = bytearray()
        self._stopping = threading.Event()
        self.first_byte_at = self.last_byte_at = 0.0
        self.ended = False
        self.start()

    def run(self) -> None:
        """Read until stopped or until the server ends it."""
        while not self._stopping.is_set():
            try:
                piece = self._socket.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                break
            if not piece:
                break
            self.last_byte_at = time.monotonic()
            self.first_byte_at = self.first_byte_at or self.last_byte_at
            self._bytes += piece
        self.ended = not self._stopping.is_set()
        self._socket.close()

    @property
    def answer(self) -> Answer:
        """What has arrived so far."""
        return parse_answer(bytes(self._bytes))

    @property
    def size(self) -> int:
        """How many bytes have arrived so far, the head included."""
        return len(self._bytes)

    @property
    def listened_s(self) -> float:
        """Seconds from the first byte to the last."""
        return self.last_byte_at - self.first_byte_at

    def stop(self) -> Answer:
        """Hang up; everything that was got."""
        self._stopping.set()
        self.join(10)
        return self.answer

    def save_audio(self, path: Path) -> Path:
        """Write the audio got so far into a file."""
        path.write_bytes(self.answer.audio)
        return path


@dataclass
class PacedSource:
    """A source that sends ``pieces`` at ``rate`` bytes a second, and remembers them."""

    port: int
    mount: str
    content_type: str
    pieces: Iterable[bytes]
    rate: float
    sent: bytearray = field(default_factory=bytearray)
    broken: str = ""

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._socket = socket.create_connection((HOST, self.port), 40)
        self._socket.sendall(source_head(self.mount, self.content_type))
        self.reply = self._socket.recv(HEAD_LIMIT)
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"to {self.mount}")
        self._thread.start()

    def _run(self) -> None:
        began = time.monotonic()
        try:
            for piece in self.pieces:
                ahead = len(self.sent) / self.rate - (time.monotonic() - began)
                if self._stopping.wait(max(0.0, ahead)):
                    break
                self.sent += piece
                self._socket.sendall(piece)
        except OSError as error:
            self.broken = str(error)
        self._stopping.wait()
        self._socket.close()

    def stop(self) -> None:
        """Hang up."""
        self._stopping.set()
        self._thread.join(10)
