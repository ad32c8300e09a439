"""Refused forms: an error for everybody, a page that tells why for the scripts of our pages."""

import pytest
from web_support import Reply, Web

COOKIE = b"Cookie: sid=cookie1\r\n"
BY_SCRIPT = b"X-Sent-By: script\r\n"
UNFIT = b"csrf=csrf1&address=nowhere"


@pytest.fixture
def web() -> Web:
    """A site with the administrator logged in."""
    site = Web()
    site.open_session()
    return site


def ban(web: Web, *lines: bytes, form: bytes = UNFIT) -> Reply:
    """Ban an address that is none."""
    return web.post("/admin/access/bans/add", form, COOKIE + b"".join(lines))


def test_a_form_is_refused(web: Web) -> None:
    """Whoever sends it by hand gets the status of the fault."""
    reply = ban(web)
    assert reply.status == 422
    assert "x-refused" not in reply.head
    assert "network" in reply.text


def test_a_script_is_told(web: Web) -> None:
    """The same page, as an answer that no browser calls a failure; its status stands beside."""
    by_hand, reply = ban(web), ban(web, BY_SCRIPT)
    assert (reply.status, reply.head["x-refused"]) == (200, "422")
    assert reply.text == by_hand.text


def test_a_forged_form_is_still_refused(web: Web) -> None:
    """Being a script is no way in."""
    reply = ban(web, BY_SCRIPT, form=b"csrf=other&address=198.51.100.9")
    assert (reply.status, reply.head["x-refused"]) == (200, "403")
    assert "198.51.100.9" not in web.ask("/admin/access/bans", COOKIE).text


def test_programs_keep_their_status(web: Web) -> None:
    """What is no page says itself what went wrong."""
    reply = web.ask("/api/streams/settings?mount=/none", COOKIE + BY_SCRIPT)
    assert reply.status >= 400
    assert "x-refused" not in reply.head
