"""AutoDJs over the API: how they are told and changed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from web_support import DJ, Web, mount

from autodj.studio_stage import StudioStage
from tinyice.config.autodjs import AutoDJ
from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Principal, Role, Via

HEAD = Principal("head", Role.ADMIN, Via.TOKEN, frozenset({"/live", "/new"}))
AS_DJ = b"Authorization: Bearer ti_dj\r\n"
AS_HEAD = b"Authorization: Bearer ti_head\r\n"
KEPT = {
    "mount": "/live",
    "music_dir": "music",
    "shuffle": False,
    "mpd_password": "open sesame",
    "song_command": ["next-song", "--key=s3cret"],
}


@pytest.fixture
def web() -> Web:
    """One AutoDJ in the file; tokens for a dj and an admin of its mount."""
    made = Web(mount())
    made.gatekeeper.tokens["ti_dj"] = replace(DJ, via=Via.TOKEN)
    made.gatekeeper.tokens["ti_head"] = HEAD
    made.bench.changes.document["autodjs"] = [
        dict(KEPT),
        {"mount": "/off", "music_dir": "music", "enabled": False},
    ]
    return made


def entries(web: Web) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = web.bench.changes.document["autodjs"]
    return found


def listed(web: Web, head: bytes = b"") -> dict[str, dict[str, Any]]:
    items: Any = web.send("GET", "/api/autodjs", head=head).json()["items"]
    return {one["mount"]: one for one in items}


def test_those_that_are_yours_are_listed(web: Web) -> None:
    """Those that are off, too; who may not change a value that tells of the machine has null."""
    found = listed(web)
    assert list(found) == ["/live", "/off"]
    assert [one["state"] for one in found.values()] == ["off", "off"]
    live = found["/live"]
    assert (live["name"], live["music_dir"], live["has_mpd_password"]) == ("live", "music", True)
    assert live["song_command"] == ["next-song", "--key=s3cret"]
    mine = listed(web, AS_HEAD)
    assert list(mine) == ["/live"]
    assert (mine["/live"]["music_dir"], mine["/live"]["song_command"]) == ("music", None)
    assert listed(web, AS_DJ)["/live"]["music_dir"] is None
    for head in (b"", AS_HEAD, AS_DJ):
        assert "sesame" not in web.send("GET", "/api/autodjs", head=head).text


def test_how_it_is_doing(web: Web, tmp_path: Path) -> None:
    """Also of one that comes with a mount and is in no list."""
    stage = StudioStage(tmp_path)
    web.bench.autodjs.running = {
        "/live": stage.begin(),
        "/more": stage.begin(AutoDJ(mount="/more", music_dir="music", shuffle=False)),
    }
    stage.child.is_ready()
    stage.enter()
    found = listed(web)["/more"]
    assert (found["state"], found["active"], found["automatic"]) == ("play", True, True)
    assert found["current_song"] == "Anna - One"
    stage.end()


def test_pages_of_the_list(web: Web) -> None:
    first = web.send("GET", "/api/autodjs?limit=1").json()
    assert (first["next"], first["total"]) == ("/live", 2)
    rest: Any = web.send("GET", "/api/autodjs?after=/live").json()
    assert ([one["mount"] for one in rest["items"]], rest["next"]) == (["/off"], None)


def test_one_is_made(web: Web) -> None:
    body = {"music_dir": "jazz", "format": "opus", "bitrate": 96, "song_command": ["x", "y"]}
    assert web.send("POST", "/api/autodjs?mount=/new", body).status == 201
    assert entries(web)[-1] == {"mount": "/new", **body}
    assert web.bench.changes.made == [(Action.CHANGE_AUTODJS, "AutoDJ on /new", "/new")]


def test_what_is_not_named_stays(web: Web) -> None:
    assert web.send("PATCH", "/api/autodjs?mount=/live", {"crossfade": 5}).status == 200
    assert entries(web)[0] == {**KEPT, "crossfade": 5}
    assert web.send("PATCH", "/api/autodjs?mount=/live", {"shuffle": None}).status == 200
    assert "shuffle" not in entries(web)[0]


def test_one_is_removed(web: Web) -> None:
    assert web.send("DELETE", "/api/autodjs?mount=/off").status == 200
    assert [one["mount"] for one in entries(web)] == ["/live"]


@pytest.mark.parametrize(
    ("method", "target", "body", "told"),
    [
        ("POST", "/live", {"music_dir": "x"}, (409, "exists", "mount")),
        ("POST", "/new", {}, (422, "invalid", "music_dir")),
        ("POST", "/admin/x", {"music_dir": "x"}, (422, "invalid", "mount")),
        ("POST", "/new", {"music_dir": ""}, (400, "invalid", "music_dir")),
        ("POST", "/new", {"music_dir": "x" * 5000}, (400, "invalid", "music_dir")),
        ("POST", "/new", {"music_dir": "x", "bitrate": 97}, (422, "invalid", "autodjs[2].bitrate")),
        ("PATCH", "/none", {"loop": False}, (404, "not-found", "mount")),
        ("PATCH", "/live", {"gain": "loud"}, (400, "invalid", "gain")),
        ("PATCH", "/live", {"mpd_enabled": True}, (422, "invalid", "autodjs[0].mpd_port")),
        ("DELETE", "/none", None, (404, "not-found", "mount")),
    ],
)
def test_what_can_not_be(
    web: Web, method: str, target: str, body: object, told: tuple[int, str, str]
) -> None:
    """Is refused with the field that is at fault, and nothing was changed."""
    before = entries(web)
    reply = web.send(method, f"/api/autodjs?mount={target}", body)
    problem = reply.json()
    assert (reply.status, problem["code"], problem.get("field", "")) == told, problem
    assert entries(web) == before


@pytest.mark.parametrize(
    "value",
    [
        {"song_command": ["sh", "-c", "x"]},
        {"on_play_command": ["x"]},
        {"mpd_port": 22},
    ],
)
def test_commands_and_ports_are_for_superadmins(web: Web, value: dict[str, object]) -> None:
    """An admin must not get a shell by them."""
    before = entries(web)
    for method, path in (("PATCH", "/live"), ("POST", "/new")):
        body = {"music_dir": "music", **value}
        assert web.send(method, f"/api/autodjs?mount={path}", body, AS_HEAD).status == 403
    assert entries(web) == before


def test_an_admin_chooses_among_what_is_allowed(web: Web) -> None:
    """Folders of music in ``media_roots``; without any, a superadmin says where it is."""
    body = {"music_dir": "/etc"}
    assert web.send("PATCH", "/api/autodjs?mount=/live", body, AS_HEAD).status == 403
    web.bench.changes.document["media_roots"] = ["music"]
    refused = web.send("PATCH", "/api/autodjs?mount=/live", body, AS_HEAD)
    assert (refused.status, refused.json()["field"]) == (422, "autodjs[0].music_dir")
    inside = {"music_dir": "music/jazz"}
    # a program is run in the folder of its music
    assert web.send("PATCH", "/api/autodjs?mount=/live", inside, AS_HEAD).status == 403
    without = {"song_command": None}
    assert web.send("PATCH", "/api/autodjs?mount=/live", without, AS_HEAD).status == 200
    assert web.send("PATCH", "/api/autodjs?mount=/live", inside, AS_HEAD).status == 200
    assert web.send("POST", "/api/autodjs?mount=/new", inside, AS_HEAD).status == 201
    assert web.send("DELETE", "/api/autodjs?mount=/new", head=AS_HEAD).status == 200


def test_others_may_not(web: Web) -> None:
    body = {"music_dir": "x"}
    for head, path in ((AS_DJ, "/live"), (AS_HEAD, "/off")):
        for method in ("POST", "PATCH", "DELETE"):
            sent = None if method == "DELETE" else body
            assert web.send(method, f"/api/autodjs?mount={path}", sent, head).status == 403
    assert web.bench.changes.made == []


def test_folders_of_the_server(web: Web) -> None:
    found = web.send("GET", "/api/autodjs/folders").json()
    assert found["items"] == [{"name": "/music", "path": "/music"}]
    for head in (AS_DJ, AS_HEAD):
        assert web.send("GET", "/api/autodjs/folders", head=head).status == 403
