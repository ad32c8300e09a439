"""Mounts that wait for approval, as the API tells of them and decides about them."""

from dataclasses import replace

import pytest
from web_support import DJ, Web, mount

from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Via

AS_DJ = b"Authorization: Bearer ti_dj\r\n"


@pytest.fixture
def web() -> Web:
    """A mount that is set up, and one that waits."""
    made = Web(mount(), mount("/pop-up", visible=False, configured=False, waiting=True))
    made.gatekeeper.tokens["ti_dj"] = replace(DJ, via=Via.TOKEN)
    return made


def test_who_waits_is_told(web: Web) -> None:
    """In the list of mounts; lists for everybody leave it out."""
    items = web.send("GET", "/api/streams").json()["items"]
    assert {one["mount"]: one["waiting"] for one in items} == {"/live": False, "/pop-up": True}
    assert [one["mount"] for one in web.ask("/api/status").json()["mounts"]] == ["/live"]


def test_approved(web: Web) -> None:
    """The configuration names it from then on."""
    assert web.send("POST", "/api/streams/approve?mount=/pop-up").status == 200
    assert web.bench.changes.document["mounts"]["/pop-up"] == ""
    assert web.bench.changes.made == [(Action.MAKE_MOUNT, "/pop-up", "/pop-up")]


def test_what_is_set_approves_too(web: Web) -> None:
    """Whoever may change a mount that waits may make one."""
    assert web.send("PATCH", "/api/streams?mount=/pop-up", {"visible": False}).status == 200
    document = web.bench.changes.document
    assert document["mounts"]["/pop-up"] == ""
    assert document["hidden_mounts"] == {"/pop-up": True}


def test_refused(web: Web) -> None:
    """For now, or for good; the audit hears of both."""
    assert web.send("POST", "/api/streams/refuse?mount=/pop-up").status == 200
    assert web.bench.station.done == [("kick source", "/pop-up")]
    assert [(one.action, one.mount) for one in web.bench.events] == [("source.kick", "/pop-up")]
    assert web.send("POST", "/api/streams/refuse?mount=/pop-up&disable=true").status == 200
    assert web.bench.changes.document["disabled_mounts"] == {"/pop-up": True}
    assert "/pop-up" not in web.bench.changes.document["mounts"]


@pytest.mark.parametrize("deed", ["approve", "refuse"])
@pytest.mark.parametrize(
    ("path", "told"), [("/live", (409, "not-waiting")), ("/none", (404, "not-found"))]
)
def test_what_does_not_wait(web: Web, deed: str, path: str, told: tuple[int, str]) -> None:
    """Nothing is decided about it."""
    before = web.state()
    reply = web.send("POST", f"/api/streams/{deed}?mount={path}")
    assert (reply.status, reply.json()["code"]) == told
    assert web.state() == before


@pytest.mark.parametrize("deed", ["approve", "refuse"])
def test_only_who_makes_mounts_decides(web: Web, deed: str) -> None:
    """Nobody else."""
    assert web.send("POST", f"/api/streams/{deed}?mount=/pop-up", head=AS_DJ).status == 403
