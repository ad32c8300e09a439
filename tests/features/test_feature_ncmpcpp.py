"""ncmpcpp, on a terminal of its own, drives an AutoDJ by its keys."""

import os
import pty
import select
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from mpd import MPDClient

from features.conftest import Serve
from features.mpd_clients import autodj, connected, music, wait_for
from programs.station import HOST, free_port_pair

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("ncmpcpp")]

LOOK_S = 20.0


class Terminal:
    """The program, its keys and its screen."""

    def __init__(self, port: int, home: Path) -> None:
        self._ours, theirs = pty.openpty()
        self.screen = b""
        self.child = subprocess.Popen(
            ["ncmpcpp", "--quiet", "-h", HOST, "-p", str(port)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={"HOME": str(home), "TERM": "xterm", "PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
            start_new_session=True,
        )
        os.close(theirs)

    def press(self, keys: str) -> None:
        """Type these."""
        os.write(self._ours, keys.encode())

    def until(self, holds: Callable[[], bool]) -> None:
        """Look at the screen until it is so."""
        deadline = time.monotonic() + LOOK_S
        while not holds():
            assert time.monotonic() < deadline, self.screen[-2000:]
            assert self.child.poll() is None, self.screen[-2000:]
            if select.select([self._ours], [], [], 0.1)[0]:
                with suppress(OSError):
                    self.screen += os.read(self._ours, 65536)

    def close(self) -> None:
        """End it."""
        if self.child.poll() is None:
            self.child.terminate()
        self.child.wait(10)
        os.close(self._ours)


@pytest.fixture
def port(serve: Serve, tmp_path: Path) -> int:
    """An AutoDJ with some music."""
    port = free_port_pair()
    serve(autodjs=[autodj(music(tmp_path / "music"), port)])
    return port


@pytest.fixture
def client(port: int) -> Iterator[MPDClient]:
    """Who sees what comes of it."""
    client = connected(port)
    wait_for(client, lambda status: status["playlistlength"] == "4" and "song" in status)
    yield client
    client.disconnect()


def test_its_keys(port: int, client: MPDClient, tmp_path: Path) -> None:
    """It shows the queue; pause, next, volume, modes and clearing do what they say."""
    terminal = Terminal(port, tmp_path)
    try:
        terminal.until(lambda: b"four.flac" in terminal.screen)
        terminal.press("p")
        terminal.until(lambda: client.status()["state"] == "pause")
        terminal.press("p")
        terminal.until(lambda: client.status()["state"] == "play")
        song = client.status()["song"]
        terminal.press(">")
        terminal.until(lambda: client.status().get("song") not in (song, None))
        terminal.press("z")
        terminal.until(lambda: client.status()["random"] == "1")
        terminal.press("z")
        terminal.until(lambda: client.status()["random"] == "0")
        terminal.press("+")
        terminal.until(lambda: client.status()["volume"] == "100")
        terminal.press("-")
        terminal.until(lambda: int(client.status()["volume"]) < 100)
        terminal.press("2")
        terminal.until(lambda: b"Browse" in terminal.screen)
        terminal.press("1cy")
        terminal.until(lambda: client.status()["playlistlength"] == "0")
        terminal.press("q")
        assert terminal.child.wait(10) == 0
    finally:
        terminal.close()
