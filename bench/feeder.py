"""The sources: one process that sends to many mounts, each at its pace.

``python -m bench.feeder PORT PASSWORD MOUNT=FILE:BYTES_PER_S ...`` says ``on air``
once every mount was accepted, and ends when its parent does.
"""

import base64
import heapq
import os
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

PIECE_S = 0.025
"""About a frame at a time, as encoders do; with many mounts at once, twice as much."""

FEW = 20
LEAD_S = 5.0
"""So much is sent at once at the start, for the burst of the first listeners."""


class Feed:
    """One source: where it is in its file, and when it is due."""

    def __init__(self, connection: socket.socket, audio: bytes, bytes_per_s: int) -> None:
        self._connection = connection
        self._audio = audio
        self._rate = bytes_per_s
        self._sent = 0
        self._start = 0.0

    def begin(self, now: float) -> None:
        """Send what fills the burst; ``now`` is where the pace counts from."""
        self._start = now
        self._send(int(self._rate * LEAD_S))

    def go_on(self, now: float) -> None:
        """Send what is due."""
        self._send(int(self._rate * (now - self._start + LEAD_S)) - self._sent)

    def _send(self, size: int) -> None:
        while size > 0:
            at = self._sent % len(self._audio)
            piece = self._audio[at : at + size]
            self._connection.sendall(piece)
            self._sent += len(piece)
            size -= len(piece)


def connect(port: int, password: str, mount: str) -> socket.socket:
    """Log in as an Icecast source."""
    connection = socket.create_connection(("127.0.0.1", port), 30)
    login = base64.b64encode(f"source:{password}".encode()).decode()
    head = (
        f"SOURCE {mount} HTTP/1.0\r\nAuthorization: Basic {login}\r\n"
        "Content-Type: audio/mpeg\r\nice-name: bench\r\nice-public: 0\r\n\r\n"
    )
    connection.sendall(head.encode())
    answer = connection.recv(4096)
    if b" 200 " not in answer:
        raise SystemExit(f"{mount} was refused: {answer[:60]!r}")
    return connection


def opened(port: int, password: str, word: str) -> Feed:
    """Open the feed that a word of the command line describes."""
    mount, _, rest = word.partition("=")
    name, _, rate = rest.rpartition(":")
    return Feed(connect(port, password, mount), Path(name).read_bytes(), int(rate))


def run(feeds: Sequence[Feed]) -> None:
    """Send until the parent is gone."""
    parent = os.getppid()
    piece_s = PIECE_S if len(feeds) <= FEW else 2 * PIECE_S
    turns: list[tuple[float, int]] = []
    for index, feed in enumerate(feeds):
        feed.begin(time.monotonic())
        turns.append((time.monotonic() + piece_s * index / len(feeds), index))
    heapq.heapify(turns)
    while os.getppid() == parent:
        due, index = turns[0]
        wait = due - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        now = time.monotonic()
        feeds[index].go_on(now)
        heapq.heapreplace(turns, (max(due + piece_s, now), index))


def main() -> None:
    """Open all feeds and keep them going."""
    port, password, *words = sys.argv[1:]
    feeds = [opened(int(port), password, word) for word in words]
    print("on air", flush=True)
    run(feeds)


if __name__ == "__main__":
    main()
