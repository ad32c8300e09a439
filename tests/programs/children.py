"""Child processes of the tests: bounded in time, ended with all their offspring."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

NOBODY = 65534
GRACE_S = 3.0
OFFSPRING_S = 0.5


def unprivileged(argv: Sequence[str]) -> list[str]:
    """The command as a user whom VLC, liquidsoap and icecast2 accept to run for."""
    if os.geteuid() != 0:
        return list(argv)
    drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]
    return [*drop, *argv]


def give_away(path: Path) -> Path:
    """Make ``path`` (and what is in it) belong to the user of `unprivileged`."""
    if os.geteuid() == 0:
        for part in (path, *path.rglob("*")):
            os.chown(part, NOBODY, NOBODY)
    return path


def environment(home: Path, **more: str) -> dict[str, str]:
    """An environment without a desktop, a proxy or a user's settings."""
    path = os.environ.get("PATH", "/usr/bin:/bin")
    fixed = {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    runtime = {"XDG_RUNTIME_DIR": str(home), "XDG_CONFIG_HOME": str(home), "TMPDIR": str(home)}
    return {**fixed, **runtime, **more}


def found(program: str) -> bool:
    """Whether ``program`` can be started here."""
    return shutil.which(program) is not None


@dataclass
class Child:
    """One running program, its output in a file, alone in its process group."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def output(self) -> str:
        """All that it has said so far, on both channels."""
        return self.log.read_text("utf-8", "replace")

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the program alone."""
        self.process.send_signal(number)

    def wait(self, within: float) -> int:
        """Its return code; `subprocess.TimeoutExpired` if it goes on."""
        return self.process.wait(within)

    def stop(self, *, gently: signal.Signals = signal.SIGTERM) -> int:
        """End it and everything that it started; its return code."""
        self._send_group(gently)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE_S)
        # its offspring may want to tidy up (an X server has a lock to remove)
        deadline = time.monotonic() + OFFSPRING_S
        while self._send_group(0) and time.monotonic() < deadline:
            time.sleep(0.02)
        self._send_group(signal.SIGKILL)
        return self.process.wait()

    def _send_group(self, number: int) -> bool:
        """Whether there was anybody to send it to."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def start(
    argv: Sequence[str],
    *,
    home: Path,
    name: str,
    lasting: float | None = None,
    env: Mapping[str, str] | None = None,
) -> Child:
    """Start a program in ``home``; ``lasting`` seconds later it is killed in any case."""
    log = home / f"{name}.log"
    bound = [] if lasting is None else ["timeout", "-k", "1", f"{lasting:g}"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*bound, *argv],
            cwd=home,
            env=environment(home, **(env or {})),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Child(process, log)
