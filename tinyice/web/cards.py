"""A mount as the pages for listeners show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from tinyice.core.snapshots import MountSnapshot
from tinyice.web.origin import host_alone, port_of
from tinyice.web.settings import WebSettings
from tinyice.web.titles import artist_and_title
from tinyice.web.words import display_name, format_in_words, kind_in_words

OFF_AIR = "Off air"


@dataclass(frozen=True, slots=True)
class Card:
    """What a row or a player needs, in words.

    ``href`` is the mount as an address, ``player`` its page, ``embed`` its frame
    for other sites. ``listed``: everybody may know of it. ``art``: the address of the
    picture of what plays; "": there is none.
    """

    mount: str
    href: str
    player: str
    embed: str
    name: str
    description: str
    genre: str
    url: str
    now: str
    artist: str
    title: str
    content_type: str
    format: str
    state: str
    listeners: int
    on_air: bool
    listed: bool
    art: str


@dataclass(frozen=True, slots=True)
class EncoderLogin:
    """What to type into an encoder."""

    server: str
    port: int
    mount: str
    user: str


def card_of(mount: MountSnapshot, art: str = "") -> Card:
    """One mount, on air or not, with the picture at ``art``."""
    href = quote(mount.path, safe="/")
    artist, title = artist_and_title(mount.tags)
    return Card(
        mount=mount.path,
        href=href,
        player=f"/player{href}",
        embed=f"/embed{href}",
        name=display_name(mount),
        description=mount.station.description,
        genre=mount.station.genre,
        url=mount.station.url,
        now=mount.tags.display,
        artist=artist,
        title=title,
        content_type=mount.content_type,
        format=format_in_words(mount) if mount.on_air else "",
        state=kind_in_words(mount.source_kind) if mount.on_air else OFF_AIR,
        listeners=mount.listeners,
        on_air=mount.on_air,
        listed=mount.visible,
        art=art,
    )


def most_heard(mounts: Sequence[MountSnapshot]) -> Sequence[MountSnapshot]:
    """Those first that most people hear."""
    return sorted(mounts, key=lambda mount: (-mount.listeners, mount.path))


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
