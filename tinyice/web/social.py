"""What other sites show when somebody sends them a link of ours: Open Graph, and oEmbed."""

import re
from dataclasses import dataclass
from html import escape
from itertools import product
from urllib.parse import quote, unquote_to_bytes

from tinyice.web.cards import Card
from tinyice.web.origin import mount_url
from tinyice.web.settings import WebSettings
from tinyice.wire.errors import PeerError
from tinyice.wire.target import decode_path

HEIGHT_PX = 80
WIDTH_PX = 640
WIDTH_MIN_PX = 200
ICON = "/static/icon-512.png"
ICON_PX = 512

_PAGES = ("/player/", "/embed/")


@dataclass(frozen=True, slots=True)
class Social:
    """How a page introduces itself. Addresses are whole; "" where there is none.

    ``audio`` is the stream and ``frame`` its player for other sites; ``oembed``
    lacks the format at its end.
    """

    title: str
    description: str
    url: str
    image: str
    audio: str = ""
    audio_type: str = ""
    frame: str = ""
    oembed: str = ""


def picture(base: str, settings: WebSettings) -> str:
    """The address of the station's logo, or of the sign of the house."""
    return base + (settings.logo_url or ICON)


def station_social(base: str, settings: WebSettings, path: str = "/") -> Social:
    """A page about the whole station."""
    said = settings.page_subtitle or "What is on air now, to be heard at once."
    return Social(settings.page_title, said, base + path, picture(base, settings))


def card_social(base: str, card: Card, settings: WebSettings) -> Social:
    """The player of one mount."""
    url = base + card.player
    said = ": ".join(filter(None, (card.state, card.now or card.description)))
    return Social(
        title=_joined(card.name, settings.page_title),
        description=said,
        url=url,
        image=picture(base, settings),
        audio=base + card.href,
        audio_type=card.content_type,
        frame=base + card.embed,
        oembed=f"{base}/oembed?url={quote(url, safe='')}&format=",
    )


def frame_markup(base: str, mount: str, name: str, width: int | str = "100%") -> str:
    """What another site puts into its page; path and name are escaped."""
    return (
        f'<iframe src="{escape(mount_url(f"{base}/embed", mount))}" width="{width}" '
        f'height="{HEIGHT_PX}" title="{escape(name)}" allow="autoplay" frameborder="0"></iframe>'
    )


def mount_in(url: str, places: frozenset[str]) -> str | None:
    """The mount whose player ``url`` is; None when it is none of ours.

    ``places`` are ``host:port``, with the path that a proxy puts before ours.
    """
    scheme, _, rest = url.partition("://")
    host, slash, path = re.split("[?#]", rest, maxsplit=1)[0].partition("/")
    if scheme.lower() not in ("http", "https"):
        return None
    whole = host.lower() + slash + path
    for place, page in product(places, _PAGES):
        if whole.startswith(place + page):
            try:
                return decode_path(b"/" + unquote_to_bytes(whole.removeprefix(place + page)))
            except PeerError:
                return None
    return None


def oembed_of(base: str, card: Card, settings: WebSettings, width: int) -> dict[str, str | int]:
    """What an oEmbed consumer is told (https://oembed.com), of a frame no wider than ``width``."""
    wide = max(WIDTH_MIN_PX, min(WIDTH_PX, width))
    return {
        "version": "1.0",
        "type": "rich",
        "title": _joined(card.name, settings.page_title),
        "provider_name": settings.page_title,
        "provider_url": base + "/",
        **_thumbnail(base, settings),
        "html": frame_markup(base, card.mount, card.name, wide),
        "width": wide,
        "height": HEIGHT_PX,
        "cache_age": 300,
    }


def _thumbnail(base: str, settings: WebSettings) -> dict[str, str | int]:
    """The sign of the house; of a logo we do not know the size, which must be told."""
    if settings.logo_url:
        return {}
    return {
        "thumbnail_url": base + ICON,
        "thumbnail_width": ICON_PX,
        "thumbnail_height": ICON_PX,
    }


def _joined(name: str, station: str) -> str:
    return name if name == station else f"{name} · {station}"
