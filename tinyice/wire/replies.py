"""Response heads and error replies, in the words and order of Icecast 2.4.4.

Written by hand, because players compare case: ``icy-`` names stay in lower
case and have no blank after the colon; darkice and several scripts know the
status lines by heart. The status line of a stream, a source or an error is
HTTP/1.0 whatever the request said.
"""

from html import escape
from typing import Protocol

from tinyice.wire.charset import printable
from tinyice.wire.error_page import SHEETS_OF_OURS, error_page

SERVER = "Icecast 2.4.4 (tinyice)"
"""The value of ``Server``: some players look for "Icecast 2" in it."""

CONTINUE = b"HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n"
"""What a PUT that expects it gets before its 200."""

_REASONS = {
    400: "Bad Request",
    401: "Authentication Required",
    403: "Forbidden",
    404: "File Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    411: "Length Required",
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Request Range Not Satisfiable",
    417: "Expectation Failed",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
}
_WITH_PAGE = (400, 404)
_WITHOUT_LINE_END = (403,)
_ALLOWED_HEADERS = "Icy-MetaData, Range, If-Range, Authorization, Content-Type"
_EXPOSED_HEADERS = (
    "icy-metaint, icy-name, icy-description, icy-genre, icy-url, icy-br, icy-pub, ice-audio-info"
)


class Station(Protocol):
    """What a stream head tells listeners of the programme."""

    @property
    def name(self) -> str:
        """The name of the programme."""

    @property
    def description(self) -> str:
        """A sentence about it."""

    @property
    def genre(self) -> str:
        """Its genre."""

    @property
    def url(self) -> str:
        """Its home page."""

    @property
    def public(self) -> bool | None:
        """Whether directories may list it; None: not said."""

    @property
    def bitrate(self) -> str:
        """In kbit/s."""

    @property
    def audio_info(self) -> str:
        """The ``ice-audio-info`` of the encoder."""


def source_accepted() -> bytes:
    """The whole reply to a source that may stream: bare, because darkice compares it."""
    return b"HTTP/1.0 200 OK\r\n\r\n"


def error(
    status: int,
    text: str,
    *,
    date: str,
    head_only: bool = False,
    challenge: bool = False,
    retry_after: int | None = None,
    allow: str = "",
    for_people: bool = False,
) -> bytes:
    """A whole error reply. ``text`` tells what is wrong; the length is always given.

    ``for_people``: as a page, in place of Icecast's words.
    """
    body = (
        error_page(status, text).encode("utf-8", "replace") if for_people else _body(status, text)
    )
    kind = "text/html" if for_people or status in _WITH_PAGE else "text/plain"
    head = _block(
        f"HTTP/1.0 {status} {_REASONS[status]}",
        date,
        f"{kind}; charset=utf-8",
        'WWW-Authenticate: Basic realm="Icecast2 Server"' if challenge else "",
    )
    if allow:
        head.append(f"Allow: {allow}")
    if retry_after is not None:
        head.append(f"Retry-After: {retry_after}")
    if for_people:
        head.append(f"Content-Security-Policy: {SHEETS_OF_OURS}")
    head.append(f"Content-Length: {len(body)}")
    return _joined(head) + (b"" if head_only else body)


def stream_head(
    content_type: str,
    *,
    date: str,
    station: Station,
    metaint: int | None,
    low_latency: bool,
    protocol_version: str = "1.0",
    via: str = "",
) -> bytes:
    """The head before a stream; ``metaint`` None: no metadata will be interleaved.

    ``via``: through which servers it came, where that is told (RFC 9110, 7.6.3).
    There is no length and no range: the stream has neither.
    """
    head = _block(f"HTTP/{protocol_version} 200 OK", date, content_type)
    head.append(f"Access-Control-Expose-Headers: {_EXPOSED_HEADERS}")
    if low_latency:
        head.append("X-Accel-Buffering: no")
    if via:
        head.append(f"Via: {via}")
    head += _station_lines(station)
    if metaint is not None:
        head.append(f"icy-metaint:{metaint}")
    return _joined(head)


def options(allow: str) -> bytes:
    """The whole reply to OPTIONS, for the preflight of a browser and the probe of libshout."""
    return _joined(
        [
            "HTTP/1.1 204 No Content",
            f"Server: {SERVER}",
            "Connection: keep-alive",
            f"Allow: {allow}",
            "Access-Control-Allow-Origin: *",
            f"Access-Control-Allow-Methods: {allow}",
            f"Access-Control-Allow-Headers: {_ALLOWED_HEADERS}",
            f"Access-Control-Expose-Headers: {_EXPOSED_HEADERS}",
            "Access-Control-Max-Age: 300",
            "Content-Length: 0",
        ]
    )


def _block(status_line: str, date: str, content_type: str, challenge: str = "") -> list[str]:
    return [
        status_line,
        f"Server: {SERVER}",
        "Connection: Close",
        f"Date: {date}",
        f"Content-Type: {content_type}",
        *([challenge] if challenge else []),
        "Cache-Control: no-cache, no-store",
        "Expires: Mon, 26 Jul 1997 05:00:00 GMT",
        "Pragma: no-cache",
        "Access-Control-Allow-Origin: *",
    ]


def _station_lines(station: Station) -> list[str]:
    # VLC asks for metadata only when the reply has an icy-name, an empty one too.
    public = None if station.public is None else str(int(station.public))
    lines = [
        ("ice-audio-info: ", station.audio_info),
        ("icy-br:", station.bitrate),
        ("icy-description:", station.description),
        ("icy-genre:", station.genre),
        ("icy-name:", station.name),
        ("icy-pub:", public),
        ("icy-url:", station.url),
    ]
    return [f"{name}{value or ''}" for name, value in lines if value or name == "icy-name:"]


def _body(status: int, text: str) -> bytes:
    if status in _WITH_PAGE:
        text = (
            f"<html><head><title>Error {status}</title></head>"
            f"<body><b>{status} - {escape(text)}</b></body></html>\r\n"
        )
    elif status not in _WITHOUT_LINE_END:
        text += "\r\n"
    return text.encode("utf-8", "replace")


def _joined(lines: list[str]) -> bytes:
    text = "\r\n".join(printable(line) for line in lines) + "\r\n\r\n"
    return text.encode("utf-8", "replace")
