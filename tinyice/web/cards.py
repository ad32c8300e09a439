"""A mount as the front page shows it."""

from dataclasses import dataclass
from urllib.parse import quote

from tinyice.core.snapshots import MountSnapshot
from tinyice.web.origin import host_alone, port_of
from tinyice.web.settings import WebSettings
from tinyice.web.words import display_name, format_in_words, kind_in_words


@dataclass(frozen=True, slots=True)
class Card:
    """What one row needs, in words. ``href`` is the mount as an address."""

    mount: str
    href: str
    name: str
    description: str
    genre: str
    url: str
    now: str
    format: str
    state: str
    listeners: int


@dataclass(frozen=True, slots=True)
class EncoderLogin:
    """What to type into an encoder."""

    server: str
    port: int
    mount: str
    user: str


def card_of(mount: MountSnapshot) -> Card:
    """One mount on air."""
    return Card(
        mount=mount.path,
        href=quote(mount.path, safe="/"),
        name=display_name(mount),
        description=mount.station.description,
        genre=mount.station.genre,
        url=mount.station.url,
        now=mount.tags.display,
        format=format_in_words(mount),
        state=kind_in_words(mount.source_kind),
        listeners=mount.listeners,
    )


def login_at(host: str, settings: WebSettings) -> EncoderLogin:
    """The login for an encoder that reaches us under the name that the browser used.

    Without a port in it a proxy may stand there, which lets no encoder through.
    """
    return EncoderLogin(
        server=host_alone(host),
        port=port_of(host, settings.port),
        mount=settings.shoutcast_mount,
        user="source",
    )
