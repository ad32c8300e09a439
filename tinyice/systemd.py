"""What systemd and a service tell each other: readiness, watchdog, open ports.

The protocols are sd_notify(3) and sd_listen_fds(3). Without systemd everything
here does nothing.
"""

import os
import socket
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path

FIRST_FD = 3
UNNAMED = "unknown"

_LISTEN = ("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES")


def notify(state: str, *, environ: Mapping[str, str]) -> bool:
    """Send ``state`` (lines of ``KEY=value``) to the service manager; False: nobody got it."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        # A manager that does not read must not stop the audio.
        channel.setblocking(False)
        try:
            channel.sendto(state.encode("utf-8", "replace"), address)
        except OSError:
            return False
    return True


class Notifier:
    """Tells the service manager how the service is.

    ``watchdog_seconds`` is how often ``watchdog`` wants to be called (half of
    what the unit allows), None where nobody watches. ``monotonic`` is the
    seconds of CLOCK_MONOTONIC.
    """

    def __init__(
        self, *, environ: Mapping[str, str], pid: int, monotonic: Callable[[], float]
    ) -> None:
        self._environ = dict(environ)
        self._monotonic = monotonic
        self.watchdog_seconds = _watchdog_seconds(environ, pid)

    def ready(self, status: str = "") -> None:
        """Say that the service serves, after its start or after a reload."""
        self._tell("READY=1", status)

    def reloading(self) -> None:
        """Say that the configuration is read again; ``ready`` must follow."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={int(self._monotonic() * 1_000_000)}")

    def stopping(self, status: str = "") -> None:
        """Say that the service ends."""
        self._tell("STOPPING=1", status)

    def succeeded(self, pid: int) -> None:
        """Say that the process ``pid`` is the service from now on; this one says nothing more."""
        self._tell(f"MAINPID={pid}")
        self._environ = {}

    def status(self, text: str) -> None:
        """Say how the service is, in one line for people."""
        self._tell("", text)

    def watchdog(self) -> None:
        """Say that the service is alive."""
        self._tell("WATCHDOG=1")

    def _tell(self, state: str, status: str = "") -> None:
        # A line end inside the text would be the end of the status.
        shown = "".join(c if c.isprintable() else " " for c in status)
        lines = (state, f"STATUS={shown}" if status else "")
        notify("\n".join(line for line in lines if line), environ=self._environ)


def first_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment that this process was started with; ``environ`` where that is not told.

    Twisted takes the ports' variables out of ``os.environ`` as soon as it is imported.
    """
    try:
        raw = Path("/proc/self/environ").read_bytes()
    except OSError:
        return dict(environ)
    pairs = (os.fsdecode(entry).partition("=") for entry in raw.split(b"\0") if entry)
    return {name: value for name, _, value in pairs}


def listen_fds(environ: MutableMapping[str, str], pid: int) -> list[tuple[int, str]]:
    """The ports that were opened for the process ``pid``, with their names.

    They are closed on exec from now on, and taken out of ``environ``, so that
    no child takes them for its own.
    """
    told = {key: environ.pop(key, "") for key in _LISTEN}
    if told["LISTEN_PID"] != str(pid) or not _is_number(told["LISTEN_FDS"]):
        return []
    names = told["LISTEN_FDNAMES"].split(":")
    ports = []
    for index in range(int(told["LISTEN_FDS"])):
        name = names[index] if index < len(names) else ""
        os.set_inheritable(FIRST_FD + index, False)
        ports.append((FIRST_FD + index, name or UNNAMED))
    return ports


def _watchdog_seconds(environ: Mapping[str, str], pid: int) -> float | None:
    if environ.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    allowed = environ.get("WATCHDOG_USEC", "")
    if not _is_number(allowed) or int(allowed) == 0:
        return None
    return int(allowed) / 2_000_000


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16
