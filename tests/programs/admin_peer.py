"""The same station twice, in Icecast and here; what each answers, in lines that can be compared."""

import base64
import http.client
import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from programs.children import Child, give_away, start, unprivileged
from programs.station import (
    HOST,
    ICECAST_XML,
    PASSWORD,
    PASSWORD_HASH,
    Station,
    accepts,
    free_port_pair,
    start_tinyice,
)
from programs.waiting import until

WITHIN_S = 20.0
LISTENERS_PASSWORD = "listening"
IN_MD5 = "a6e71e02cd9c6565c2ad2fbaf135bf64"
IN_BCRYPT = "$2b$04$5O56W/ABmjjP0XnNS5J2su2DXumesdJM5qA6GCTHLVT/c81JDv/sy"
MOUNTS_XML = """
  <mount type="normal"><mount-name>/auth</mount-name>
    <authentication type="htpasswd">
      <option name="filename" value="{home}/accounts"/>
      <option name="allow_duplicate_users" value="1"/>
    </authentication>
  </mount>
  <mount type="normal"><mount-name>/idle</mount-name></mount>
</icecast>"""
OURS = {
    "hostname": HOST,
    "location": "Lab",
    "admin_email": "lab@localhost",
    "mounts": {"/idle": ""},
    "advanced_mounts": {"/auth": {"listener_accounts": {"joe": IN_BCRYPT}}},
    "relay_password": PASSWORD_HASH,
    "lockout_failures": 0,
}
MP3 = ["-c:a", "libmp3lame", "-b:a", "96k", "-f", "mp3"]
NAMED = ["-ice_name", "Night & Day", "-ice_url", "http://meridian.example", "-ice_public", "1"]
VORBIS = ["-c:a", "libvorbis", "-b:a", "96k", "-f", "ogg", "-content_type", "application/ogg"]
TITLED = ["-metadata", "artist=VA", "-metadata", "title=VT"]
SOURCES = {
    "/auth": MP3,
    "/mp3": [*MP3, *NAMED],
    "/two": MP3,
    "/v.ogg": [*VORBIS, *TITLED],
}
LISTENERS = (("/mp3", "pl<a>yer"), ("/mp3", ""), ("/mp3", "third"), ("/v.ogg", "fourth"))


@dataclass
class Peer:
    """One of the two, with its sources and listeners."""

    station: Station
    encoder: Child
    listeners: list[socket.socket] = field(default_factory=list)

    def listen(self) -> None:
        """Let everybody of ``LISTENERS`` in, one after the other."""
        for mount, agent in LISTENERS:
            connection = socket.create_connection((HOST, self.station.port), WITHIN_S)
            connection.sendall(f"GET {mount} HTTP/1.0\r\nUser-Agent: {agent}\r\n\r\n".encode())
            assert b" 200 " in connection.recv(64), mount
            self.listeners.append(connection)

    def numbers(self, mount: str) -> list[str]:
        """The numbers of those who listen to ``mount``, in order of arrival."""
        root = ET.fromstring(self.station.get(f"/admin/listclients?mount={mount}", user="admin"))
        return sorted((row.findtext("ID", "") for row in root.iter("listener")), key=int)

    def ask(self, method: str, path: str, user: str, password: str) -> list[str]:
        """What is answered to a request, in lines."""
        numbers = self.numbers("/mp3") if "{" in path else []
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        head = {"Authorization": f"Basic {pair}"} if user else {}
        connection = http.client.HTTPConnection(HOST, self.station.port, timeout=WITHIN_S)
        connection.request(method, path.format(*numbers), headers=head)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        kind, *_ = (answer.getheader("Content-Type") or "").split(";")
        text = body.decode().replace(f"{HOST}:{self.station.port}", "SERVER")
        return [f"status {answer.status} {answer.reason}", f"type {kind}", *lines_of(kind, text)]

    def stop(self) -> None:
        """End all of it."""
        for connection in self.listeners:
            connection.close()
        self.encoder.stop()
        self.station.child.stop()


def open_icecast(home: Path) -> Peer:
    """Debian's icecast2, on air."""
    port = free_port_pair()
    template = ICECAST_XML.replace("</icecast>", MOUNTS_XML)
    (home / "icecast.xml").write_text(
        template.format(port=port, home=home, secret=PASSWORD, more="")
    )
    (home / "accounts").write_text(f"joe:{IN_MD5}\n")
    give_away(home)
    command = unprivileged(["icecast2", "-c", str(home / "icecast.xml")])
    child = start(command, home=home, name="server", lasting=300)
    until(lambda: accepts(port), within=WITHIN_S, what="Icecast accepts connections")
    return _on_air(Station("icecast2", port, home, child))


def open_tinyice(home: Path) -> Peer:
    """Ours, on air."""
    return _on_air(start_tinyice(home, **OURS))


def _on_air(station: Station) -> Peer:
    outputs: list[str] = []
    for mount, options in SOURCES.items():
        target = f"icecast://source:{PASSWORD}@{HOST}:{station.port}{mount}"
        outputs += [*options, target]
    sound = ["-re", "-f", "lavfi", "-i", "sine"]
    command = ["ffmpeg", "-loglevel", "error", "-nostdin", *sound, *outputs]
    encoder = start(command, home=station.home, name="encoder", lasting=120)
    peer = Peer(station, encoder)
    for mount in set(SOURCES) - {"/auth"}:
        station.wait_for_mount(mount, WITHIN_S)
    until(
        lambda: "/auth" in (told := station.statistics()) and "title" in told["/v.ogg"],
        within=WITHIN_S,
        what="/auth is on air, and the title of /v.ogg known",
    )
    return peer


def lines_of(kind: str, text: str) -> Iterator[str]:
    """A body in lines: every element in its place, values by kind."""
    if kind == "application/json":
        yield from _json_lines(json.loads(text), "")
    elif kind.endswith("html") or "<!DOCTYPE html" in text:
        said = re.search(r"<b>(.*)</b>|<p>(.*)</p>", text) if len(text) < 400 else None
        yield f"says {said[1] or said[2]}" if said else "a page"
    elif kind == "text/xml" and text:
        yield from _xml_lines(ET.fromstring(text), "")
    else:
        yield from text.splitlines()


def _xml_lines(element: ET.Element, above: str) -> Iterator[str]:
    mount = element.get("mount")
    here = f"{above}/{element.tag}" + (f"[{mount}]" if mount else "")
    if len(element) == 0:
        yield f"{here} = {_kind(element.text or '')}"
    for child in element:
        yield from _xml_lines(child, here)


def _json_lines(value: object, here: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _json_lines(inner, f"{here}/{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from _json_lines(inner, f"{here}[]")
    elif isinstance(value, str):
        yield f'{here} = "{_kind(value)}"'
    else:
        yield f"{here} = {_kind(str(value))}"


def _kind(text: str) -> str:
    if re.fullmatch(r"\d+", text):
        return "<number>"
    if re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000", text):
        return "<date>"
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000", text):
        return "<short date>"
    return re.sub(r"Client \d+", "Client <number>", text)
