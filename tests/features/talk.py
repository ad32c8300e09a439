"""Short conversations with a server: one request, and what is answered."""

import base64
import json
import socket
from contextlib import closing
from typing import Any

from programs.raw import Answer, parse_answer
from programs.station import HOST, PASSWORD, Station

WITHIN_S = 20.0
HEAD_END = b"\r\n\r\n"


def login(user: str, password: str) -> str:
    """The line that logs in."""
    return "Authorization: Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


SOURCE_LOGIN = login("source", PASSWORD)
ADMIN_LOGIN = login("admin", PASSWORD)


def request(
    target: str, *lines: str, method: str = "GET", protocol: str = "HTTP/1.0", body: bytes = b""
) -> bytes:
    """The bytes of one request."""
    length = [f"Content-Length: {len(body)}"] if body else []
    head = "\r\n".join([f"{method} {target} {protocol}", *lines, *length, "", ""])
    return head.encode() + body


def connect(port: int, *, host: str = HOST, from_address: str = "") -> socket.socket:
    """A connection, from a chosen address of this machine if need be."""
    origin = (from_address, 0) if from_address else None
    return socket.create_connection((host, port), WITHIN_S, origin)


def read(connection: socket.socket, until: bytes = b"", *, size: int = 0) -> bytes:
    """What comes until the server closes, until these bytes came, or so many."""
    got = bytearray()
    while not (until and until in got) and not (size and len(got) >= size):
        piece = connection.recv(65536)
        if not piece:
            break
        got += piece
    return bytes(got)


def ask(
    port: int, words: bytes, until: bytes = b"", *, host: str = HOST, from_address: str = ""
) -> Answer:
    """Send one request and read to the end of its answer, or up to the bytes ``until``."""
    with closing(connect(port, host=host, from_address=from_address)) as connection:
        connection.sendall(words)
        return parse_answer(read(connection, until))


def status(port: int, words: bytes) -> int:
    """The status of the answer to one request."""
    return int(ask(port, words, HEAD_END).status.split()[1])


def listening_status(port: int, mount: str) -> int:
    """The status that a listener of ``mount`` gets."""
    return status(port, request(mount))


def json_of(station: Station, path: str) -> Any:  # noqa: ANN401 - any JSON
    """A page as JSON."""
    return json.loads(station.get(path))
