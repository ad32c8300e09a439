"""Somebody who follows the live data, on a connection in memory."""

import json
from collections.abc import Sequence
from typing import Any

from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web.server import Site
from web_support import Web

Told = tuple[str, Any]


class Line(StringTransport):
    """A connection that knows whether it was cut."""

    disconnecting = False
    is_cut = False

    def abortConnection(self) -> None:
        self.is_cut = True


class Follower:
    """One request for events; ``take`` gives what came since."""

    def __init__(
        self, web: Web, target: str = "/events", *lines: str, protocol: str = "1.1"
    ) -> None:
        self.line = Line()
        self.channel = Site(web.resource, timeout=None).buildProtocol(None)
        self.channel.makeConnection(self.line)
        head = (f"GET {target} HTTP/{protocol}", "Host: radio.example:8000", *lines)
        self.channel.dataReceived("\r\n".join([*head, "", ""]).encode())
        before, _, rest = self.line.value().partition(b"\r\n\r\n")
        self.status = int(before.split()[1])
        fields = (line.split(": ", 1) for line in before.decode().split("\r\n")[1:])
        self.head = {name.lower(): value for name, value in fields}
        self.is_over = False
        self.last_id = ""
        self.comments = 0
        self._seen = len(before) + 4
        self.first = rest

    def raw(self) -> bytes:
        """The bytes of the body that came since the last time, without their chunks."""
        body, self._seen = self.line.value()[self._seen :], len(self.line.value())
        if self.head.get("transfer-encoding") != "chunked":
            return body
        content = b""
        while body:
            size, _, rest = body.partition(b"\r\n")
            length = int(size, 16)
            self.is_over = length == 0
            content, body = content + rest[:length], rest[length + 2 :]
        return content

    def take(self) -> list[Told]:
        """The events that came since the last time."""
        return self.read(self.raw())

    def read(self, body: bytes) -> list[Told]:
        """The events in ``body``, as a browser takes them apart."""
        told: list[Told] = []
        for block in body.decode().split("\n\n")[:-1]:
            fields = dict(line.partition(": ")[::2] for line in block.split("\n"))
            self.comments += block == ":"
            self.last_id = fields.get("id", self.last_id)
            if "event" in fields:
                told.append((fields["event"], json.loads(fields["data"])))
        return told

    def hang_up(self) -> None:
        """Close the connection from this side."""
        self.channel.connectionLost(Failure(ConnectionDone()))


def of(told: Sequence[Told], event: str) -> list[Any]:
    """The data of every such event."""
    return [data for name, data in told if name == event]


def believed(told: Sequence[Told], before: dict[str, Any] | None = None) -> dict[str, Any]:
    """The mounts that somebody believes in who was told this, by path."""
    known = dict(before or {})
    for event, data in told:
        if event == "mounts":
            known = {path: known.get(path) for path in data["mounts"]}
        elif event == "mount":
            known[data["mount"]] = data
        elif event == "gone":
            known.pop(data["mount"], None)
    return known
