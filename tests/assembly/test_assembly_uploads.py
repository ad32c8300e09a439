"""More than a form is taken from those alone who are logged in."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tinyice.assembly.uploads import Uploads
from tinyice.core.access.sessions import SessionRules, Sessions
from tinyice.core.access.tokens import mint
from tinyice.core.clients import Client
from tinyice.web import urls
from tinyice.web.pictures import BYTES_MAX
from tinyice.wire.head import HeadParser, RequestHead
from tinyice.wire.listed import FILE_BYTES_MAX

NOW = datetime(2026, 11, 20, tzinfo=UTC)
LOGO, API = "/admin/settings/logo", "/api/branding/logo"


@dataclass
class Access:
    """A session and a token."""

    def __post_init__(self) -> None:
        self.sessions = Sessions(NOW.timestamp, bytes, SessionRules, None)
        self.cookie = self.sessions.open("anna", Client("192.0.2.1")).cookie
        self.secret, token = mint("t", "anna", created_at=NOW, expires_at=None, random=bytes)
        self.tokens = lambda: (token,)


ACCESS = Access()
COOKIE = f"Cookie: sid={ACCESS.cookie}"
TOKEN = f"Authorization: Bearer {ACCESS.secret}"


def head(path: str, *lines: str, method: str = "POST") -> RequestHead:
    """A request head."""
    words = "\r\n".join((f"{method} {path} HTTP/1.1", *lines, "", ""))
    parsed = HeadParser(65536, 100).receive(words.encode())
    assert parsed is not None
    return parsed


def room(path: str, *lines: str, method: str = "POST") -> int:
    """How much may be sent."""
    return Uploads(ACCESS)(head(path, *lines, method=method))


@pytest.mark.parametrize("path", [LOGO, f"{LOGO}?x=1", API, "/admin/settings/%6cogo"])
@pytest.mark.parametrize(
    "line",
    [
        COOKIE,
        f"Cookie: a=b; c d; sid={ACCESS.cookie} ; e",
        f"Cookie: __Host-sid={ACCESS.cookie}",
        TOKEN,
    ],
)
def test_who_is_logged_in_may_send_a_picture(path: str, line: str) -> None:
    """And the form around it."""
    assert room(path, line) > BYTES_MAX


@pytest.mark.parametrize("path", [urls.API_PLAYLIST_FILE, urls.STUDIO_SAVED_IMPORT])
def test_who_is_logged_in_may_send_a_playlist(path: str) -> None:
    """Which is larger than a picture; where a picture goes it may not be."""
    assert room(f"{path}?mount=/live", TOKEN) > FILE_BYTES_MAX > room(LOGO, TOKEN)
    assert room(path) == 0


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("Cookie: sid=guessed",),
        ("Cookie: sid=",),
        ("Cookie: other=" + ACCESS.cookie,),
        ("Authorization: Bearer ti_guessed",),
        ("Authorization: Bearer",),
        ("Authorization: Basic YWRtaW46aGFja21l",),
    ],
)
def test_strangers_may_not(lines: tuple[str, ...]) -> None:
    """Whoever they say they are: a password is too dear to be checked for this."""
    assert room(LOGO, *lines) == 0


@pytest.mark.parametrize(
    "path", ["/", "/live", "/admin/settings/limits", f"{LOGO}/", "/api/branding"]
)
def test_elsewhere_nobody_may(path: str) -> None:
    """All other requests stay as small as they are."""
    assert room(path, COOKIE) == 0


def test_only_what_is_posted() -> None:
    """Nothing else brings a picture."""
    for method in ("GET", "DELETE", "PATCH"):
        assert room(LOGO, COOKIE, method=method) == 0
