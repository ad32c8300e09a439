"""Whether and how an answer that points elsewhere is followed.

Rules of this file:

- a login, and every header that may hold a secret, stays with the origin that
  it was meant for;
- who came over TLS with a login is not sent on without TLS;
- a body is sent again only where that was asked for, and to the same host only;
- another origin is never trusted, even if the first one was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tinyice.outbound.destination import Destination, Login, follow
from tinyice.outbound.errors import Kind, OutboundError

SAFE_METHODS = frozenset({"GET", "HEAD"})
HARMLESS_HEADERS = frozenset(
    {"accept", "accept-language", "content-type", "icy-metadata", "range", "user-agent"}
)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REPEATS = frozenset({307, 308})


@dataclass(frozen=True, slots=True)
class Hop:
    """One request on the way to an answer. ``trusted``: its address is not judged."""

    method: str
    to: Destination
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    login: Login | None = field(repr=False)
    trusted: bool


def next_hop(hop: Hop, status: int, location: str, *, repeat_posts: bool) -> Hop | None:
    """The request that follows ``hop``; None: the answer stands as it is."""
    if status not in _REDIRECTS or not location:
        return None
    if hop.method not in SAFE_METHODS and not (status in _REPEATS and repeat_posts):
        return None
    to = follow(hop.to, location)
    if to.origin == hop.to.origin:
        return replace(hop, to=to, login=to.login or hop.login)
    _check_leap(hop, to)
    headers = {name: value for name, value in hop.headers.items() if _is_harmless(name)}
    return replace(hop, to=to, headers=headers, login=to.login, trusted=False)


def _check_leap(hop: Hop, to: Destination) -> None:
    """Raise OutboundError where a request must not leave its origin."""
    has_secrets = hop.login is not None or _has_secret_headers(hop.headers)
    if hop.to.scheme == "https" and to.scheme == "http" and (has_secrets or hop.body is not None):
        raise OutboundError(Kind.PROTOCOL, f"{hop.to.origin} leads to where nothing is encrypted")
    if hop.body is not None and to.host != hop.to.host:
        raise OutboundError(Kind.PROTOCOL, f"{hop.to.origin} leads to another host")


def _has_secret_headers(headers: Mapping[str, str]) -> bool:
    return not all(_is_harmless(name) for name in headers)


def _is_harmless(name: str) -> bool:
    return name.lower() in HARMLESS_HEADERS
