"""Servers with AutoDJs for MPD clients, and those clients."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from mpd import MPDClient

from codec.playing import sine, write
from programs.station import HOST
from programs.waiting import until

RATE = 44100


def music(folder: Path, *names: str, seconds: float = 20.0) -> Path:
    """A folder of music with files of these names, each a tone."""
    for name in names or ("one", "two", "deep/three", "deep/er/four"):
        path = folder / f"{name}.flac"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, sine(RATE, seconds), RATE, "flac")
    return folder


def autodj(folder: Path, port: int, mount: str = "/night", **more: object) -> dict[str, object]:
    """An AutoDJ that MPD clients drive."""
    told = {"mount": mount, "music_dir": str(folder), "mpd_enabled": True, "mpd_port": port}
    return {**told, "shuffle": False, "crossfade": 0.0, "gain": "off", **more}


def connected(port: int, password: str = "", host: str = HOST) -> MPDClient:
    """A client, once it gets in."""
    client = MPDClient()
    client.timeout = client.idletimeout = 30

    def gets_in() -> bool:
        try:
            client.connect(host, port)
        except OSError:
            return False
        return True

    until(gets_in, within=30, what=f"port {port} is open")
    if password:
        client.password(password)
    return client


def wait_for(client: MPDClient, holds: Callable[[dict[str, str]], bool]) -> dict[str, str]:
    """The status, once it is so; waits as clients do."""
    while not holds(status := dict(client.status())):
        client.idle()
    return status


def mpc(port: int, *args: str, host: str = HOST) -> str:
    """What mpc says; it must be content."""
    done = subprocess.run(
        ["mpc", "-h", host, "-p", str(port), *args],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), (args, done.stderr)
    return done.stdout
