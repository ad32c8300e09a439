"""The access log: one line for each request, in the combined format.

Icecast's field with the seconds connected comes last; programs that count
listening hours read it. No query is written, of the target or of the referer,
and no name and password inside a URL: secrets travel there.
"""

import re
from datetime import datetime

from tinyice.core.events import RequestFinished
from tinyice.logs.authline import without_auth_words
from tinyice.logs.quoting import ascii_bytes

MAX_FIELD_BYTES = 1024

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_USERINFO = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*:)?//[^/]*@")


def access_line(request: RequestFinished, when: datetime) -> str:
    """The line for a request that ended at ``when`` (with its zone), without the end of the line.

    >>> # 203.0.113.9 - - [19/Feb/2026:03:19:24 +0100] "GET /live HTTP/1.1" 200 4711 "-" "VLC" 61
    """
    client = request.client
    asked = " ".join(
        (
            _field(request.method, "utf-8"),
            _field(_location(request.target), "latin-1"),
            _field(request.protocol, "utf-8"),
        )
    )
    line = (
        f"{_word(client.address)} - {_word(request.user)} [{_clf_time(when)}]"
        f' "{asked if request.method else "-"}" {request.status} {request.bytes_out}'
        f' "{_field(_location(client.referer), "utf-8")}" "{_field(client.agent, "utf-8")}"'
        f" {int(request.seconds)}"
    )
    return without_auth_words(line, "\\x20")


def _location(url: str) -> str:
    bare = url.partition("?")[0].partition("#")[0]
    return _USERINFO.sub(lambda found: f"{found[1] or ''}//", bare)


def _field(text: str, encoding: str) -> str:
    return ascii_bytes(text.encode(encoding, "backslashreplace")[:MAX_FIELD_BYTES]) or "-"


def _word(text: str) -> str:
    return _field(text, "utf-8").replace(" ", "\\x20")


def _clf_time(when: datetime) -> str:
    # strftime's %b speaks the language of the machine
    return f"{when:%d}/{_MONTHS[when.month - 1]}/{when:%Y:%H:%M:%S %z}"
