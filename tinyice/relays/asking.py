"""What a relay asks an upstream for, and what it makes of the answer."""

from base64 import b64encode
from collections.abc import Iterable

from tinyice.outbound.destination import PORTS, Destination, Login
from tinyice.wire.response import ResponseHead

_NO_AUDIO = ("text/", "application/json", "application/xml", "application/xhtml", "image/")
_PLAYLISTS = ("mpegurl", "scpls", "xspf", "ms-asf", "dash+xml")

_REFUSALS = {
    400: "does not understand the request",
    401: "refuses the login, or wants one",
    403: "refuses us",
    404: "has no such stream now",
    407: "is behind a proxy that wants a login",
    410: "has no such stream any more",
    429: "wants to be asked less often",
    503: "is overloaded, or full",
}


def request(to: Destination, login: Login | None, *, agent: str, via: str) -> bytes:
    """The request for a stream, as Icecast, Shoutcast and this server take it.

    It is of HTTP/1.0: what answers in chunks all the same is read all the same.
    """
    host = f"[{to.host}]" if ":" in to.host else to.host
    port = "" if to.port == PORTS[to.scheme] else f":{to.port}"
    lines = [
        f"GET {to.target} HTTP/1.0",
        f"Host: {host}{port}",
        f"User-Agent: {agent}",
        "Accept: */*",
        "Icy-MetaData: 1",
        f"Via: {via}",
        "Connection: close",
    ]
    if login is not None:
        pair = b64encode(login.user.encode() + b":" + login.password).decode("ascii")
        lines.append(f"Authorization: Basic {pair}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def refusal(head: ResponseHead) -> str:
    """Why an answer is no stream, in words; "" when it may be one."""
    if head.status != 200:
        return f"{_REFUSALS.get(head.status, 'answers with an error')} ({head.status})"
    kind = head.headers.text("content-type").partition(";")[0].strip().lower()
    if any(part in kind for part in _PLAYLISTS):
        return "answers with a playlist; name the address that stands in it"
    if kind.startswith(_NO_AUDIO):
        return "answers with a page, and not with audio"
    return ""


def is_circle(head: ResponseHead, fed: Iterable[str]) -> bool:
    """Whether the stream came through a mount that is fed by it.

    ``fed``: Via headers of those; the first name in each is a mount's own, the others are
    those of proxies on the way to us.
    """
    passed = {part.strip() for part in head.headers.text("via").split(",")}
    return any(via.partition(",")[0].strip() in passed for via in fed)
