"""Answers in fewer bytes, for clients that take them: gzip, and nothing else.

Static files are pressed once, as small as they get, when they are read. Pages
are pressed when they are asked for, in a millisecond or two: what is large
costs less care. Open data is not pressed, for programs poll it.
"""

import gzip

from twisted.web.http_headers import Headers

SMALLEST = 1024
"""Below this the head is most of an answer."""

_LARGE = 64 * 1024
_CAREFUL, _QUICK = 6, 1


def takes_gzip(head: Headers) -> bool:
    """Whether the client said that it reads gzip."""
    offered = {}
    for line in head.getRawHeaders(b"Accept-Encoding", []):
        for item in line.decode("latin-1").lower().split(","):
            coding, _, weight = item.partition(";")
            offered[coding.strip()] = weight.replace(" ", "") not in _NEVER
    return offered.get("gzip", offered.get("*", False))


def pressed(body: bytes) -> bytes:
    """``body`` in gzip, soon."""
    level = _CAREFUL if len(body) <= _LARGE else _QUICK
    return gzip.compress(body, level, mtime=0)


def pressed_small(body: bytes) -> bytes:
    """``body`` in gzip, as small as it gets; "" when that is hardly smaller."""
    small = gzip.compress(body, 9, mtime=0)
    return small if len(small) < 0.9 * len(body) else b""


_NEVER = ("q=0", "q=0.0", "q=0.00", "q=0.000")
