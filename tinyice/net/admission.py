"""Letting a source in: who decides about its credentials, and then one transaction."""

from tinyice.core.access.gatekeeper import SourceLogin
from tinyice.core.access.keys import SOURCE_USER
from tinyice.core.clients import Client
from tinyice.core.errors import Challenge, DomainError, Refused
from tinyice.core.events import SourceRefused
from tinyice.core.mount import Mount
from tinyice.core.pace import Pace
from tinyice.core.source import Control, Source
from tinyice.net.front import Front
from tinyice.wire.basic import Credentials
from tinyice.wire.headers import Headers
from tinyice.wire.icy_inline import InlineMetadata
from tinyice.wire.shoutcast import PasswordLine
from tinyice.wire.station import station_fields

DEFAULT_TYPE = "audio/mpeg"
"""What a source without Content-Type sends."""

_METAINT_MAX = 1 << 20


async def log_in(
    front: Front, credentials: Credentials | None, mount: str, client: Client, headers: Headers
) -> SourceLogin:
    """Ask whoever decides about ``mount``; raises the DomainError that keeps the source out."""
    if not front.source_gate.delegates(mount):
        return await front.gatekeeper.admit_source(credentials, mount, client)
    login = await front.source_gate.admit(mount, credentials, client, headers)
    if login is None:
        raise Challenge if credentials is None else Refused("refused")
    return login


async def log_in_shoutcast(front: Front, line: PasswordLine, client: Client) -> SourceLogin:
    """As ``log_in``, for a source that has no more than a line with a password."""
    mount = line.mount or front.shoutcast_mount()
    if not front.source_gate.delegates(mount):
        return await front.gatekeeper.admit_shoutcast(line, client)
    credentials = Credentials(line.user or SOURCE_USER, line.password)
    return await log_in(front, credentials, mount, client, Headers())


def admit(
    front: Front,
    login: SourceLogin,
    client: Client,
    *,
    headers: Headers,
    content_type: str,
    control: Control,
) -> tuple[Mount, Source]:
    """Let the source feed its mount from now on; raises a DomainError."""
    now = front.clock.seconds()
    source = Source(
        kind="client",
        client=client,
        user=login.user,
        credential=login.credential,
        content_type=content_type or DEFAULT_TYPE,
        station=station_fields(headers),
        control=control,
        pace=Pace(front.limits.source_lead_s),
        connected_at=front.now(),
        now=now,
    )
    try:
        mount = front.mounts.claim(login.mount, source)
    except DomainError as error:
        front.publish(SourceRefused(login.mount, client, str(error)))
        raise
    return mount, source


def inline_metadata(headers: Headers) -> InlineMetadata | None:
    """The way to the metadata inside the stream, when the encoder announces some."""
    text = headers.text("icy-metaint").strip()
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) <= _METAINT_MAX:
        return None
    return InlineMetadata(int(text))
