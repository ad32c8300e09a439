"""How a source begins: what an encoder says of its stream, to Icecast and to Shoutcast.

Rules of this file: every value is on one line, whatever it was made of; names are
those that the servers know, in their own spelling.
"""

from base64 import b64encode
from dataclasses import dataclass, field

from tinyice.wire.charset import printable
from tinyice.wire.station import StationFields


@dataclass(frozen=True, slots=True)
class Address:
    """Where a source logs in. ``target`` is a path, quoted; ``host`` with its port."""

    host: str
    target: str
    user: str
    password: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Offer:
    """A stream as it is told to the other side. ``public``: directories may list it."""

    content_type: str
    station: StationFields
    public: bool
    agent: str


def icecast_head(method: str, address: Address, offer: Offer) -> bytes:
    """The head of a ``PUT`` or a ``SOURCE``.

    A PUT is of HTTP/1.1 and waits for the 100 that Icecast answers; what follows
    streams until it closes, since Icecast 2.4 does not take chunks.
    """
    protocol = "HTTP/1.1" if method == "PUT" else "HTTP/1.0"
    pair = b64encode(address.user.encode() + b":" + address.password).decode("ascii")
    lines = [
        f"{method} {address.target} {protocol}",
        f"Host: {address.host}",
        f"Authorization: Basic {pair}",
        f"User-Agent: {offer.agent}",
        f"Content-Type: {_line(offer.content_type)}",
        *(f"ice-{name}: {value}" for name, value in _fields(offer)),
    ]
    if method == "PUT":
        lines.append("Expect: 100-continue")
    return _bytes(lines)


def shoutcast_password(address: Address) -> bytes:
    """The first line to a Shoutcast server: the password, with a user or a mount if there is one.

    Mounts are known by some servers that speak Icecast as well.
    """
    name = address.user
    if not name and address.target != "/":
        name = address.target
    before = f"{name}:".encode() if name else b""
    return before + address.password + b"\r\n"


def shoutcast_lines(offer: Offer) -> bytes:
    """What follows the ``OK2``."""
    names = {"public": "pub", "bitrate": "br"}
    said = [
        f"icy-{names.get(name, name)}:{value}"
        for name, value in _fields(offer)
        if name not in ("audio-info", "description")
    ]
    return _bytes([*said, f"content-type:{_line(offer.content_type)}"])


def _fields(offer: Offer) -> list[tuple[str, str]]:
    station = offer.station
    values = (
        ("name", station.name),
        ("description", station.description),
        ("genre", station.genre),
        ("url", station.url),
        ("public", "1" if offer.public else "0"),
        ("bitrate", station.bitrate),
        ("audio-info", station.audio_info),
    )
    return [(name, _line(value)) for name, value in values if _line(value)]


def _line(value: str) -> str:
    return printable(value).strip()


def _bytes(lines: list[str]) -> bytes:
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace")
