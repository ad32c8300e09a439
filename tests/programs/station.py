"""A running server to test against: tinyice under twistd, or Icecast for comparison."""

import base64
import json
import os
import random
import socket
import sys
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from programs.children import Child, give_away, start, unprivileged
from programs.waiting import until

PASSWORD = "hackme"
# "hackme" at cost 4: the encoders' logins then cost no time
PASSWORD_HASH = "$2b$04$Vak0qfSEl2mBDCWQLmxv5.Q7CgeNQKQlyvLXTc4QYyJ5VTRTvUTf6"
PROJECT = Path(__file__).resolve().parents[2]
START_S = 30.0
HOST = "127.0.0.1"


_given: set[int] = set()


def free_port_pair() -> int:
    """A port that is free together with the one after it (outside of the ephemeral range).

    It is given once: tests that run side by side have ranges of their own.
    """
    step = 2 * int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    first = 10_000 + 2 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    while True:
        port = random.SystemRandom().randrange(first, 30_000, step)
        if port not in _given and _free(port) and _free(port + 1):
            _given.add(port)
            return port


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


@dataclass
class Station:
    """A server that answers on ``port``, and for Shoutcast sources on the port after."""

    kind: str
    port: int
    home: Path
    child: Child

    @property
    def shoutcast_port(self) -> int:
        """Where Shoutcast sources log in; their mount is ``/live``."""
        return self.port + 1

    def url(self, path: str) -> str:
        """The address of ``path`` on this server."""
        return f"http://{HOST}:{self.port}{path}"

    def get(self, path: str, *, user: str = "") -> bytes:
        """The body of one web page; ``user`` logs in with the common password."""
        request = urllib.request.Request(self.url(path))
        if user:
            pair = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
            request.add_header("Authorization", f"Basic {pair}")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=40) as answer:
            body: bytes = answer.read()
        return body

    def sources(self) -> dict[str, dict[str, Any]]:
        """What the status says of the mounts on air, by mount."""
        if self.kind == "icecast2":
            # its JSON is broken by a quote in a title, and while it starts
            return dict(self.statistics())
        stats = json.loads(self.get("/status-json.xsl"))["icestats"]
        listed = stats.get("source", [])
        entries = listed if isinstance(listed, list) else [listed]
        return {urllib.parse.urlsplit(row["listenurl"]).path: row for row in entries}

    def statistics(self) -> dict[str, dict[str, str]]:
        """What the administrator is told of the mounts on air, by mount."""
        rows = ET.fromstring(self.get("/admin/stats", user="admin")).iter("source")
        return {row.attrib["mount"]: {item.tag: item.text or "" for item in row} for row in rows}

    def set_title(self, mount: str, song: str) -> None:
        """Change the title as an administrator does."""
        query = {"mount": mount, "mode": "updinfo", "song": song, "charset": "UTF-8"}
        self.get("/admin/metadata?" + urllib.parse.urlencode(query), user="admin")

    def wait_for_mount(self, mount: str, within: float) -> None:
        """Return as soon as a listener of ``mount`` gets sound (a WebM mount needs a while)."""
        until(lambda: self.plays(mount), within=within, what=f"{mount} plays")

    def plays(self, mount: str) -> bool:
        """Whether a listener is let in; one who is turned away by a reset is not."""
        try:
            with socket.create_connection((HOST, self.port), 40.0) as connection:
                connection.sendall(f"GET {mount} HTTP/1.0\r\n\r\n".encode())
                return b" 200 " in connection.recv(16)
        except ConnectionResetError:
            return False


def accepts(port: int) -> bool:
    """Whether something listens on ``port``."""
    try:
        socket.create_connection((HOST, port), 1.0).close()
    except OSError:
        return False
    return True


def write_config(home: Path, port: int, **more: object) -> Path:
    """A ``tinyice.json`` whose every password is `PASSWORD`."""
    config = {
        "bind_host": HOST,
        "port": port,
        "shoutcast_port": port + 1,
        "default_source_password": PASSWORD_HASH,
        "admin_user": "admin",
        "admin_password": PASSWORD_HASH,
        **more,
    }
    path = home / "tinyice.json"
    path.write_text(json.dumps(config))
    return path


def twistd_command(config: Path, *options: str) -> list[str]:
    """The command line that runs the service in the foreground."""
    twistd = str(Path(sys.executable).with_name("twistd"))
    return [twistd, "-n", "--pidfile=", "tinyice", "--config", str(config), *options]


def project_path() -> Mapping[str, str]:
    """The environment in which Python finds the project's packages and plug-in."""
    before = os.environ.get("PYTHONPATH", "")
    return {"PYTHONPATH": os.pathsep.join(filter(None, (str(PROJECT), before)))}


def start_tinyice(
    home: Path, *options: str, env: Mapping[str, str] | None = None, **settings: object
) -> Station:
    """The service under twistd, once it accepts connections."""
    port = free_port_pair()
    command = twistd_command(write_config(home, port, **settings), *options)
    # the server dies with the tests, should they be killed
    guarded = ["setpriv", "--pdeathsig", "TERM", "--", *command]
    child = start(guarded, home=home, name="server", env={**project_path(), **(env or {})})
    return _once_up(Station("tinyice", port, home, child))


def start_icecast(home: Path, *, port: int = 0, more: str = "") -> Station:
    """Debian's icecast2 with its own defaults and ``more``, once it accepts connections."""
    port = port or free_port_pair()
    xml = ICECAST_XML.format(port=port, home=home, secret=PASSWORD, more=more)
    (home / "icecast.xml").write_text(xml)
    give_away(home)
    command = unprivileged(["icecast2", "-c", str(home / "icecast.xml")])
    child = start(command, home=home, name="server", lasting=600)
    return _once_up(Station("icecast2", port, home, child))


def _once_up(station: Station) -> Station:
    def up() -> bool:
        assert station.child.running, station.child.output()
        return accepts(station.port)

    try:
        until(up, within=START_S, what=f"{station.kind} accepts connections")
    except AssertionError:
        station.child.stop()
        raise
    return station


ICECAST_XML = """<icecast>
  <limits><clients>400</clients><sources>60</sources></limits>
  <authentication>
    <source-password>{secret}</source-password>
    <relay-password>{secret}</relay-password>
    <admin-user>admin</admin-user><admin-password>{secret}</admin-password>
  </authentication>
  <location>Lab</location><admin>lab@localhost</admin><hostname>127.0.0.1</hostname>
  <listen-socket>
    <port>{port}</port><bind-address>127.0.0.1</bind-address>
    <shoutcast-mount>/live</shoutcast-mount>
  </listen-socket>
  {more}
  <http-headers><header name="Access-Control-Allow-Origin" value="*" /></http-headers>
  <mount type="default"><charset>UTF-8</charset></mount>
  <paths>
    <basedir>/usr/share/icecast2</basedir><logdir>{home}</logdir>
    <webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot>
  </paths>
  <logging>
    <accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>4</loglevel>
  </logging>
</icecast>
"""
