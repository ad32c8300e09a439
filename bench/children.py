"""Child processes of a measurement: found ports, started, surely ended."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

GIVE_UP_S = 20.0
HOST = "127.0.0.1"


class NotStarted(Exception):
    """A server did not come up; the message has the end of what it said."""


def free_port() -> int:
    """Find a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Running:
    """A server that accepts: its process, its ports (``tls_port`` 0: none), its output."""

    child: subprocess.Popen[bytes]
    port: int
    tls_port: int
    output: Path

    @property
    def pid(self) -> int:
        """The process whose family is measured."""
        return self.child.pid

    def stop(self) -> None:
        """End it, at last by force."""
        self.child.terminate()
        try:
            self.child.wait(GIVE_UP_S)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


def start(
    command: Sequence[str | Path],
    *,
    folder: Path,
    port: int,
    tls_port: int = 0,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
) -> Running:
    """Start a server in ``folder`` and wait until it accepts on ``port``."""
    output = folder / "output.log"
    with output.open("wb") as file:
        child = subprocess.Popen(
            dying_with_us(command),
            cwd=folder,
            env={**os.environ, **(env or {})},
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    running = Running(child, port, tls_port, output)
    try:
        wait_for_port(running)
    except BaseException:
        running.stop()
        raise
    return running


def dying_with_us(command: Sequence[str | Path]) -> list[str | Path]:
    """Let the server end when the measurement is killed, where util-linux can do that."""
    guard = ["setpriv", "--pdeathsig", "TERM", "--"] if shutil.which("setpriv") else []
    return [*guard, *command]


def wait_for_port(running: Running) -> None:
    """Return as soon as the server accepts."""
    deadline = time.monotonic() + GIVE_UP_S
    while time.monotonic() < deadline:
        if running.child.poll() is not None:
            break
        with socket.socket() as attempt:
            if attempt.connect_ex((HOST, running.port)) == 0:
                return
        time.sleep(0.02)
    said = running.output.read_text("utf-8", "replace").strip().splitlines()[-1:]
    raise NotStarted(f"it does not accept connections: {' '.join(said)}")
