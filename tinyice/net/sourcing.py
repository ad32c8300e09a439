"""SOURCE and PUT: from a request head to a source on the air."""

from dataclasses import replace
from typing import Protocol

from twisted.internet.defer import Deferred

from tinyice.net.admission import admit, inline_metadata, log_in
from tinyice.net.front import Exchange, Front
from tinyice.net.source import SourceConnection
from tinyice.net.transport import StreamTransport
from tinyice.net.webbody import expects_continue
from tinyice.wire import replies
from tinyice.wire.basic import parse_basic
from tinyice.wire.body import body_of
from tinyice.wire.errors import PeerError
from tinyice.wire.head import RequestHead
from tinyice.wire.target import Target


class SourceDoor(Protocol):
    """What this story needs of the door."""

    @property
    def exchange(self) -> Exchange:
        """The request at hand."""

    @property
    def is_open(self) -> bool:
        """Whether the peer is still there."""

    def hand_over(self) -> tuple[StreamTransport, bytes]:
        """Give the connection away, and what came after the head."""


def serve_source(
    door: SourceDoor, front: Front, head: RequestHead, target: Target
) -> Deferred[None]:
    """Check the credentials, then let the source feed its mount.

    Fails with the DomainError or PeerError that keeps it out.
    """
    return Deferred.fromCoroutine(_serve(door, front, head, target))


async def _serve(door: SourceDoor, front: Front, head: RequestHead, target: Target) -> None:
    exchange = door.exchange
    credentials = parse_basic(head.headers.get("authorization") or b"")
    login = await log_in(front, credentials, target.path, exchange.client, head.headers)
    if not door.is_open:
        return
    content_type = head.headers.text("content-type")
    if head.method == "PUT" and not content_type:
        raise PeerError(403, "No Content-type given")
    body = body_of(head)
    control = SourceConnection(
        front, replace(exchange, user=login.user), body, inline_metadata(head.headers)
    )
    mount, source = admit(
        front,
        login,
        exchange.client,
        headers=head.headers,
        content_type=content_type,
        control=control,
    )
    connection, early = door.hand_over()
    control.begin(connection, mount, source, _greeting(head), early)


def _greeting(head: RequestHead) -> bytes:
    """The replies that every encoder tried survives: a 100 only for a PUT that expects it."""
    accepted = replies.source_accepted()
    expects = head.method == "PUT" and expects_continue(head)
    return replies.CONTINUE + accepted if expects else accepted
