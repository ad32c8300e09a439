"""What is done in the Studio is told as what is done over the API."""

from urllib.parse import urlencode

import pytest
from studio_support import FakeDj, song
from web_support import Web, mount

from tinyice.core.events import ChangeMade

COOKIE = b"Cookie: sid=cookie1\r\n"


@pytest.fixture
def web() -> Web:
    made = Web(mount())
    made.open_session()
    made.bench.autodjs.running["/live"] = FakeDj("/live", files=[song(1), song(2)], playing=1)
    return made


def send(web: Web, path: str, **form: str) -> None:
    told = {"mount": "/live", "csrf": "csrf1", **form}
    web.post(f"/admin/studio-{path}", urlencode(told).encode(), COOKIE)


def test_who_has_done_what(web: Web) -> None:
    """With a script and without one; nothing of what was refused."""
    send(web, "deck/next")
    send(web, "deck/next", part="1")
    send(web, "deck/volume", percent="101")
    send(web, "lists/do", do="remove 2 1", part="1")
    send(web, "lists/do", do="nonsense", part="1")
    told = [event for event in web.bench.events if isinstance(event, ChangeMade)]
    assert [(one.user, one.action, one.subject, one.mount) for one in told] == [
        ("admin", "autodj.run", "AutoDJ: next", "/live"),
        ("admin", "autodj.run", "AutoDJ: next", "/live"),
        ("admin", "autodj.run", "AutoDJ: removed", "/live"),
    ]
