"""Relays over the API: how they are told, changed and guarded."""

from dataclasses import replace

import pytest
from web_support import DJ, Web, mount

from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Via
from tinyice.core.relaying import RelaySnapshot, RelayState

AS_DJ = b"Authorization: Bearer ti_dj\r\n"
HUB = "https://hub.example/live?key=1"


@pytest.fixture
def web() -> Web:
    """A station with a relay of its file, which has a password, and one of a mirrored server."""
    made = Web(mount())
    made.gatekeeper.tokens["ti_dj"] = replace(DJ, via=Via.TOKEN)
    made.bench.changes.document["relays"] = [
        {"mount": "/hub", "url": HUB, "password": "secret", "on_demand": True},
        {"mount": "/off", "url": "http://10.0.0.1/a", "enabled": False, "burst_size": 20},
    ]
    made.bench.relays.running = [
        RelaySnapshot("/hub", RelayState.ON_AIR, ("https://hub.example/live",), bytes_in=9),
        RelaySnapshot(
            "/far", RelayState.WAITING, ("http://far/a",), error="gone", master="http://far"
        ),
    ]
    return made


def relays(web: Web) -> dict[str, dict[str, object]]:
    return {one["mount"]: one for one in web.send("GET", "/api/relays").json()["items"]}


def entry(web: Web, path: str) -> dict[str, object]:
    """What the file says of a relay."""
    found = [one for one in web.bench.changes.document["relays"] if one["mount"] == path]
    assert len(found) == 1
    return dict(found[0])


def test_all_are_listed_by_mount(web: Web) -> None:
    """Those that are off, and those of mirrored servers, too; no password is among it."""
    found = relays(web)
    assert list(found) == ["/far", "/hub", "/off"]
    assert [one["state"] for one in found.values()] == ["waiting", "on air", "off"]
    assert (found["/hub"]["active"], found["/hub"]["has_password"]) == (True, True)
    assert (found["/far"]["master"], found["/far"]["error"]) == ("http://far", "gone")
    assert (found["/off"]["enabled"], found["/off"]["burst_size"]) == (False, 20)
    assert "secret" not in str(found)


def test_pages_of_the_list(web: Web) -> None:
    first = web.send("GET", "/api/relays?limit=2").json()
    assert ([one["mount"] for one in first["items"]], first["total"]) == (["/far", "/hub"], 3)
    rest = web.send("GET", f"/api/relays?after={first['next']}").json()
    assert ([one["mount"] for one in rest["items"]], rest["next"]) == (["/off"], None)


def test_one_that_is_made_is_guarded(web: Web) -> None:
    """Its address is judged, as it came from outside of the file."""
    made = {"mount": "/new", "urls": [HUB, "https://b.example/"], "linger": 5, "pin": "ab" * 32}
    assert web.send("POST", "/api/relays", made).status == 201
    assert entry(web, "/new") == {**made, "guarded": True}
    assert web.bench.changes.made == [(Action.CHANGE_RELAYS, "relay on /new", "/new")]


def test_what_is_changed_stays_in_its_place(web: Web) -> None:
    """A new address is guarded; without one, an entry of the file stays trusted."""
    assert web.send("PATCH", "/api/relays?mount=/off", {"enabled": True}).status == 200
    assert "guarded" not in entry(web, "/off")
    change = {"url": "http://10.0.0.2/", "on_demand": None, "idle_timeout": 4}
    assert web.send("PATCH", "/api/relays?mount=/off", change).status == 200
    assert entry(web, "/off") == {
        "mount": "/off",
        "url": "http://10.0.0.2/",
        "enabled": True,
        "burst_size": 20,
        "idle_timeout": 4,
        "guarded": True,
    }


@pytest.mark.parametrize(
    "change",
    [
        {"url": "https://evil.example/live"},
        {"urls": ["https://hub.example:8443/live"]},
        {"url": "http://hub.example/live"},
    ],
)
def test_a_password_goes_nowhere_else(web: Web, change: dict[str, object]) -> None:
    """Who changes the address must know the password, too."""
    reply = web.send("PATCH", "/api/relays?mount=/hub", change)
    assert (reply.status, reply.json()["field"]) == (422, "password")
    assert entry(web, "/hub")["url"] == HUB
    again = web.send("PATCH", "/api/relays?mount=/hub", {**change, "password": "other"})
    assert again.status == 200
    assert entry(web, "/hub")["password"] == "other"


def test_another_path_of_the_same_server_keeps_the_password(web: Web) -> None:
    change = {"url": "https://HUB.example/other"}
    assert web.send("PATCH", "/api/relays?mount=/hub", change).status == 200
    assert entry(web, "/hub")["password"] == "secret"


def test_removed(web: Web) -> None:
    assert web.send("DELETE", "/api/relays?mount=/off").status == 200
    assert [one["mount"] for one in web.bench.changes.document["relays"]] == ["/hub"]


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("POST", "/api/relays", {"mount": "/hub", "url": "http://x.example/"}, (409, "exists")),
        ("POST", "/api/relays", {"mount": "/new"}, (422, "invalid")),
        ("POST", "/api/relays", {"mount": "/new", "url": "ftp://x/"}, (422, "invalid")),
        ("POST", "/api/relays", {"mount": "/api/x", "url": "http://x/"}, (422, "invalid")),
        ("POST", "/api/relays", {"url": "http://x/"}, (400, "invalid")),
        ("PATCH", "/api/relays?mount=/none", {"enabled": True}, (404, "not-found")),
        ("PATCH", "/api/relays?mount=/far", {"enabled": False}, (404, "not-found")),
        ("PATCH", "/api/relays?mount=/hub", {"pin": "abc"}, (422, "invalid")),
        ("DELETE", "/api/relays?mount=/far", None, (404, "not-found")),
    ],
)
def test_what_can_not_be_done(
    web: Web, method: str, path: str, body: object, told: tuple[int, str]
) -> None:
    """Nothing is changed, and the reason is told; a mirrored server's are not to be changed."""
    before = web.state()
    reply = web.send(method, path, body)
    assert (reply.status, reply.json()["code"]) == told
    assert web.state() == before


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/relays", None),
        ("POST", "/api/relays", {"mount": "/live", "url": "http://x.example/"}),
        ("PATCH", "/api/relays?mount=/live", {"enabled": True}),
        ("DELETE", "/api/relays?mount=/live", None),
    ],
)
def test_only_superadmins(web: Web, method: str, path: str, body: object) -> None:
    """Not the owner of the mount either: it is a connection of the server."""
    assert web.send(method, path, body, head=AS_DJ).status == 403
