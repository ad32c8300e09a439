"""Whether a change was asked for by our own pages, or by somebody else's.

A browser sends cookies and remembered Basic credentials along with requests
that pages of strangers make. It says where a request comes from in
``Sec-Fetch-Site`` (which decides, where it stands), else in ``Origin``, else in
``Referer``; no script can forge these. Encoders and tools send none of them.
"""

from enum import Enum
from urllib.parse import urlsplit

from twisted.web.server import Request

from tinyice.web.origin import clean_host
from tinyice.web.settings import WebSettings

_BROWSERS_SEND = (
    "Accept-Language",
    "Cookie",
    "Origin",
    "Referer",
    "Sec-Fetch-Dest",
    "Sec-Fetch-Mode",
    "Sec-Fetch-Site",
    "Sec-Fetch-User",
)
_OWN_PORTS = {"http": ":80", "https": ":443"}


class Provenance(Enum):
    """Who made a request, as far as its browser tells."""

    OURS = "a page of this server"
    FOREIGN = "a page of somebody else"
    UNTOLD = "nobody says"


def provenance(request: Request, settings: WebSettings, *, secure: bool) -> Provenance:
    """Where ``request`` comes from; ``secure``: it came by TLS."""
    site = (request.getHeader("Sec-Fetch-Site") or "").strip().lower()
    if site == "same-origin":
        return Provenance.OURS
    if site:
        # "none" is a bookmark, or a link in a mail: no page asked, and none of ours.
        return Provenance.UNTOLD if site == "none" else Provenance.FOREIGN
    said = request.getHeader("Origin")
    if said is None:
        said = request.getHeader("Referer")
    if said is None:
        return Provenance.UNTOLD
    ours = _is_ours(said, _own_hosts(request, settings), secure=secure)
    return Provenance.OURS if ours else Provenance.FOREIGN


def shows_browser(request: Request) -> bool:
    """Whether ``request`` has marks that browsers leave and tools do not."""
    return any(request.requestHeaders.hasHeader(name) for name in _BROWSERS_SEND)


def _own_hosts(request: Request, settings: WebSettings) -> tuple[str, ...]:
    asked = clean_host(request, settings)
    return (asked, urlsplit(settings.base_url).netloc) if settings.base_url else (asked,)


def _is_ours(address: str, hosts: tuple[str, ...], *, secure: bool) -> bool:
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return False
    own_port = _OWN_PORTS.get(parts.scheme)
    if own_port is None or (secure and parts.scheme != "https"):
        return False
    host = parts.netloc.lower().removesuffix(own_port)
    return any(host == known.lower().removesuffix(own_port) for known in hosts)
