"""An upgrade over the API: by a superadmin, and with the reason where it fails."""

from dataclasses import replace

from web_support import DJ, Web

from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Via
from tinyice.core.errors import Conflict

AS_DJ = b"Authorization: Bearer ti_dj\r\n"


def test_it_is_done() -> None:
    """The answer says who serves."""
    web = Web()
    reply = web.send("POST", "/api/upgrade")
    assert (reply.status, reply.json()["notes"]) == (200, ["process 7 serves"])
    assert (Action.UPGRADE, "server", "") in web.bench.changes.made


def test_it_fails() -> None:
    """Then the reason is the answer, and everything is as before."""
    web = Web()
    web.bench.changes.fault = Conflict("the successor did not start: SyntaxError")
    reply = web.send("POST", "/api/upgrade")
    assert reply.status == 409
    assert "SyntaxError" in str(reply.json())


def test_others_may_not() -> None:
    """Which program runs is the superadmin's business."""
    web = Web()
    web.gatekeeper.tokens["ti_dj"] = replace(DJ, via=Via.TOKEN)
    assert web.send("POST", "/api/upgrade", head=AS_DJ).status == 403
    assert web.bench.changes.made == []
