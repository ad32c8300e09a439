"""GET and HEAD on a mount: from a request head to a listener."""

from dataclasses import replace
from typing import Protocol

from twisted.internet.defer import Deferred

from tinyice.core.access.gates import ListenerTicket
from tinyice.core.errors import Challenge, DomainError, MountAwaited
from tinyice.core.mount import Mount
from tinyice.core.snapshots import StationHeaders
from tinyice.net.awaiting import audible
from tinyice.net.front import Exchange, Front
from tinyice.net.listener import ListenerConnection
from tinyice.net.stay import Stay
from tinyice.net.transport import StreamTransport
from tinyice.wire import replies
from tinyice.wire.basic import parse_basic
from tinyice.wire.head import RequestHead


class ListenerDoor(Protocol):
    """What this needs of the door."""

    @property
    def exchange(self) -> Exchange:
        """The request at hand."""

    @property
    def is_open(self) -> bool:
        """Whether the peer is still there."""

    def hand_over(self) -> tuple[StreamTransport, bytes]:
        """Give the connection away, and what came after the head."""

    def reply(self, status: int, words: bytes) -> None:
        """Answer with these bytes, and close."""


def serve_listener(
    door: ListenerDoor,
    front: Front,
    head: RequestHead,
    path: str,
    *,
    number: int = 0,
    stay: Stay | None = None,
) -> None:
    """Let the player hear ``path``; raises the DomainError that keeps it out.

    ``number`` is the listener's, if it has one already; ``stay`` is what the
    gate granted, if it was asked. ``Range`` is ignored, as Icecast does: the
    answer is a plain 200.
    """
    mount = _mount_with_room(front, path)
    metaint = mount.settings.metaint if wants_metadata(head) and mount.carries_icy else None
    # Who relays us tells its own way, and is told ours: a circle shows in that.
    via = front.via(path) if head.headers.get("via") else ""
    reply = _stream_head(front, mount, metaint, via)
    if head.method == "HEAD":
        door.reply(200, reply)
        return
    exchange = door.exchange
    if stay is not None:
        exchange = replace(exchange, user=stay.user)
    connection, _ = door.hand_over()
    listener = ListenerConnection(
        front, mount, exchange, connection, number=number or front.mounts.next_listener_id()
    )
    listener.begin(reply, metaint, stay)


def serve_at_once(door: ListenerDoor, front: Front, head: RequestHead, path: str) -> bool:
    """Let the player hear ``path`` now; False: ``admit_listener`` must be waited for.

    Raises the DomainError that keeps it out.
    """
    if not front.listener_gate.is_open(path):
        return False
    try:
        serve_listener(door, front, head, path)
    except MountAwaited:
        return False
    return True


def admit_listener(
    door: ListenerDoor, front: Front, head: RequestHead, path: str
) -> Deferred[None]:
    """Wait for the mount and ask the gate, then let the player hear ``path``.

    Fails with the DomainError that keeps it out.
    """
    return Deferred.fromCoroutine(_admit(door, front, head, path))


async def _admit(door: ListenerDoor, front: Front, head: RequestHead, path: str) -> None:
    # Nobody is asked about a listener for whom there is no room anyway.
    await audible(front, path)
    front.room.check()
    if front.listener_gate.is_open(path):
        if door.is_open:
            serve_listener(door, front, head, path)
        return
    credentials = parse_basic(head.headers.get("authorization") or b"")
    if head.method == "HEAD":
        if credentials is None:
            raise Challenge
        serve_listener(door, front, head, path)
        return
    ticket = ListenerTicket(
        mount=path,
        client=door.exchange.client,
        credentials=credentials,
        query=head.target.partition(b"?")[2],
        headers=head.headers,
        listener=front.mounts.next_listener_id(),
    )
    stay = Stay(await front.listener_gate.admit(ticket), ticket, front.clock)
    if not door.is_open:
        stay.end()
        return
    try:
        serve_listener(door, front, head, path, number=ticket.listener, stay=stay)
    except DomainError:
        stay.end()
        raise


def wants_metadata(head: RequestHead) -> bool:
    """Whether the player asked for ICY metadata: any number but zero."""
    text = head.headers.text("icy-metadata").strip()
    return text.isascii() and text.isdigit() and text.strip("0") != ""


def _mount_with_room(front: Front, path: str) -> Mount:
    mount = front.mounts.admit(path)
    front.room.check()
    return mount


def _stream_head(front: Front, mount: Mount, metaint: int | None, via: str) -> bytes:
    source = mount.source
    return replies.stream_head(
        "" if source is None else source.content_type,
        date=front.date,
        station=StationHeaders() if source is None else source.station,
        metaint=metaint,
        low_latency=mount.settings.low_latency,
        via=via,
    )
