"""GET and HEAD on a mount: from a request head to a listener."""

from typing import Protocol

from tinyice.core.mount import Mount
from tinyice.core.snapshots import StationHeaders
from tinyice.net.front import Exchange, Front
from tinyice.net.listener import ListenerConnection
from tinyice.net.transport import StreamTransport
from tinyice.wire import replies
from tinyice.wire.head import RequestHead


class ListenerDoor(Protocol):
    """What this needs of the door."""

    @property
    def exchange(self) -> Exchange:
        """The request at hand."""

    def hand_over(self) -> tuple[StreamTransport, bytes]:
        """Give the connection away, and what came after the head."""

    def reply(self, status: int, words: bytes) -> None:
        """Answer with these bytes, and close."""


def serve_listener(door: ListenerDoor, front: Front, head: RequestHead, path: str) -> None:
    """Let the player hear ``path``; raises the DomainError that keeps it out.

    ``Range`` is ignored, as Icecast does: the answer is a plain 200.
    """
    mount = front.mounts.admit(path)
    front.room.check()
    metaint = mount.settings.metaint if wants_metadata(head) and mount.carries_icy else None
    reply = _stream_head(front, mount, metaint)
    if head.method == "HEAD":
        door.reply(200, reply)
        return
    exchange = door.exchange
    connection, _ = door.hand_over()
    ListenerConnection(front, mount, exchange, connection).begin(reply, metaint)


def wants_metadata(head: RequestHead) -> bool:
    """Whether the player asked for ICY metadata: any number but zero."""
    text = head.headers.text("icy-metadata").strip()
    return text.isascii() and text.isdigit() and text.strip("0") != ""


def _stream_head(front: Front, mount: Mount, metaint: int | None) -> bytes:
    source = mount.source
    return replies.stream_head(
        "" if source is None else source.content_type,
        date=front.date,
        station=StationHeaders() if source is None else source.station,
        metaint=metaint,
        low_latency=mount.settings.low_latency,
    )
