"""Sessions in the API: seen and ended by a superadmin."""

from dataclasses import replace

from api_support import session
from web_support import DJ, Web

from tinyice.core.access.principal import Via

AS_DJ = b"Authorization: Bearer ti_dj\r\n"


def test_they_are_listed() -> None:
    """A page at a time, everybody's or those of one account; no cookie is among it."""
    web = Web()
    web.bench.sessions = [session(f"s{number}", f"user{number % 2}") for number in range(5)]
    page = web.send("GET", "/api/sessions?limit=2").json()
    assert [one["id"] for one in page["items"]] == ["s0", "s1"]
    assert (page["next"], page["total"]) == (2, 5)
    assert page["items"][0]["opened_at"] == "2026-11-20T12:00:00+00:00"
    page = web.send("GET", "/api/sessions?username=user1&skip=1").json()
    assert [one["id"] for one in page["items"]] == ["s3"]
    assert (page["next"], page["total"]) == (None, 2)


def test_one_is_ended() -> None:
    """And the audit knows by whom; a second time there is none."""
    web = Web()
    assert web.send("DELETE", "/api/sessions?id=s9").status == 200
    assert web.bench.sessions == []
    assert [event.subject for event in web.bench.events] == ["s9"]
    reply = web.send("DELETE", "/api/sessions?id=s9")
    assert (reply.status, reply.json()["field"]) == (404, "id")


def test_others_may_not() -> None:
    """Where somebody is logged in is nobody's business but theirs."""
    web = Web()
    web.gatekeeper.tokens["ti_dj"] = replace(DJ, via=Via.TOKEN)
    assert web.send("GET", "/api/sessions", head=AS_DJ).status == 403
    assert web.send("DELETE", "/api/sessions?id=s9", head=AS_DJ).status == 403
    assert len(web.bench.sessions) == 1
