"""Telling a scanner from a browser: which requests look for what nobody ever had here."""

from fnmatch import fnmatchcase

from tinyice.wire.head import RequestHead
from tinyice.wire.target import parse_target

_METHODS = ("GET", "HEAD")
_ASKED_BY_BROWSERS = (
    "/.well-known/*",
    "/ads.txt",
    "/app-ads.txt",
    "/browserconfig.xml",
    "/clientaccesspolicy.xml",
    "/crossdomain.xml",
    "/humans.txt",
    "/robots.txt",
    "/security.txt",
    "/sitemap*.xml",
    "*.css",
    "*.gif",
    "*.ico",
    "*.jpeg",
    "*.jpg",
    "*.js",
    "*.map",
    "*.png",
    "*.svg",
    "*.webmanifest",
    "*.webp",
    "*.woff",
    "*.woff2",
)
"""What browsers, players and search engines try everywhere, or a page of somebody's names."""


def probed_path(head: RequestHead, status: int) -> str | None:
    """What a scanner has asked for with ``head``, if it was one; ``status`` is the answer."""
    if status != 404:
        return None
    path = parse_target(head.target).path
    shows = any(head.headers.get(name) for name in ("authorization", "cookie"))
    return path if is_probe(head.method, path, status, has_credentials=shows) else None


def is_probe(method: str, path: str, status: int, *, has_credentials: bool) -> bool:
    """Whether this answer is one of those that scanners collect.

    Who shows credentials to the API asks for things that are gone, not for
    what never was: a program may well do so more often than a scanner.
    """
    if status != 404 or method not in _METHODS:
        return False
    if has_credentials and path.startswith("/api/"):
        return False
    return not any(fnmatchcase(path.lower(), known) for known in _ASKED_BY_BROWSERS)
