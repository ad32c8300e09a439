"""The servers that are compared, each with its own defaults and its limits raised."""

import json
import os
import pwd
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import msgspec

from bench import certificate, programs
from bench.children import HOST, Running, free_port, start
from tinyice.config.model import Config

PASSWORD = "bench"  # noqa: S105 - of a server on loopback, for some seconds
PROJECT = Path(__file__).resolve().parent.parent
MOST_CLIENTS = 200_000
BURST_BYTES = 65536
UNPRIVILEGED = ("icecast2", "nobody")


class Server(Protocol):
    """A server that can be measured."""

    @property
    def name(self) -> str:
        """What tables call it."""

    @property
    def needs_source(self) -> bool:
        """Whether it wants somebody to send."""

    def lacks(self) -> str:
        """Say why it can't run; "" when it can."""

    def start(self, folder: Path) -> Running:
        """Start it with what it writes in ``folder``."""


@dataclass(frozen=True, slots=True)
class TinyIce:
    """This server, under twistd, from this checkout; ``more``: keys of its configuration."""

    workers: int = 0
    tls: bool = False
    more: Mapping[str, object] = field(default_factory=dict)
    name: str = "tinyice"
    needs_source: bool = True

    def lacks(self) -> str:
        """Name the features that are not built."""
        keys = {field.name for field in msgspec.structs.fields(Config)}
        if self.workers and "workers" not in keys:
            return "not built: workers"
        if self.tls and not {"cert_file", "key_file"} <= keys:
            return "not built: TLS"
        return ""

    def start(self, folder: Path) -> Running:
        """Start it; passwords in plain text become hashes at the start."""
        port, tls_port = free_port(), free_port() if self.tls else 0
        path = folder / "tinyice.json"
        path.write_text(json.dumps(self.document(folder, port, tls_port)))
        twistd = Path(sys.executable).with_name("twistd")
        command: list[str | Path] = [twistd, "-n", "--pidfile=", "tinyice", "--config", path]
        return start(
            command, folder=folder, port=port, tls_port=tls_port, env={"PYTHONPATH": str(PROJECT)}
        )

    def document(self, folder: Path, port: int, tls_port: int) -> dict[str, object]:
        """Give the configuration: defaults, but for what this machine and the row ask for."""
        document: dict[str, object] = {
            "bind_host": HOST,
            "port": port,
            "shoutcast_port": 0,
            "default_source_password": PASSWORD,
            "admin_password": PASSWORD,
            **self.more,
        }
        if self.workers:
            document["workers"] = self.workers
        if self.tls:
            made = certificate.make(folder)
            document |= {"use_https": True, "https_port": tls_port}
            document |= {"cert_file": str(made.chain), "key_file": str(made.key)}
        return document


@dataclass(frozen=True, slots=True)
class Icecast:
    """Debian's icecast2, as an unprivileged user."""

    tls: bool = False
    name: str = "icecast2"
    needs_source: bool = True

    def lacks(self) -> str:
        """Say that it is not installed."""
        if shutil.which("icecast2") is None:
            return "icecast2 is not installed: apt-get install icecast2"
        return ""

    def start(self, folder: Path) -> Running:
        """Start it; root it refuses."""
        port, tls_port = free_port(), free_port() if self.tls else 0
        pem = certificate.make(folder).both if self.tls else folder / "none.pem"
        path = folder / "icecast.xml"
        path.write_text(icecast_xml(folder, port, tls_port, pem))
        user = unprivileged_user()
        if user:
            give_to(folder, user)
        command: list[str | Path] = ["icecast2", "-c", path]
        return start(command, folder=folder, port=port, tls_port=tls_port, user=user)


@dataclass(frozen=True, slots=True)
class Floor:
    """The C program that only sends."""

    bytes_per_s: int
    pulse_ms: float
    slices: int
    name: str = "floor"
    needs_source: bool = False

    def lacks(self) -> str:
        """Say that it can't be compiled."""
        try:
            programs.floor()
        except programs.NotCompiled as reason:
            return str(reason)
        return ""

    def start(self, folder: Path) -> Running:
        """Start it."""
        port = free_port()
        figures = (port, self.bytes_per_s, self.pulse_ms, self.slices, BURST_BYTES)
        return start([programs.floor(), *map(str, figures)], folder=folder, port=port)


def unprivileged_user() -> str | None:
    """Give somebody to run as; None: who we are is fine."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in UNPRIVILEGED if name in known), None)


def give_to(folder: Path, user: str) -> None:
    """Let ``user`` have a folder of ours, with what is in it."""
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, user)


def icecast_xml(folder: Path, port: int, tls_port: int, pem: Path) -> str:
    """Write Icecast's configuration: its defaults, with limits that are not in the way."""
    sockets = [(port, ""), *([(tls_port, "<ssl>1</ssl>")] if tls_port else [])]
    listen = "\n".join(
        f"  <listen-socket><port>{number}</port><bind-address>{HOST}</bind-address>{more}"
        "</listen-socket>"
        for number, more in sockets
    )
    return f"""<icecast>
  <hostname>localhost</hostname>
  <limits>
    <clients>{MOST_CLIENTS}</clients><sources>1000</sources><queue-size>524288</queue-size>
    <burst-on-connect>1</burst-on-connect><burst-size>65535</burst-size>
  </limits>
  <authentication>
    <source-password>{PASSWORD}</source-password><relay-password>{PASSWORD}</relay-password>
    <admin-user>admin</admin-user><admin-password>{PASSWORD}</admin-password>
  </authentication>
{listen}
  <paths>
    <basedir>/usr/share/icecast2</basedir><logdir>{folder}</logdir>
    <webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot>
    <ssl-certificate>{pem}</ssl-certificate>
  </paths>
  <logging>
    <accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>2</loglevel>
  </logging>
</icecast>
"""
