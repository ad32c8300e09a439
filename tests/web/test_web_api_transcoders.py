"""Transcoders over the API: how they are told and changed."""

from dataclasses import replace

import pytest
from web_support import DJ, Web, mount

from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Via
from tinyice.core.transcoding import TranscoderSnapshot, TranscoderState

AS_DJ = b"Authorization: Bearer ti_dj\r\n"
NEW = {"input_mount": "/live", "output_mount": "/new"}


@pytest.fixture
def web() -> Web:
    """A station with a transcoder that runs, one that is off, and one that comes with a mount."""
    made = Web(mount())
    made.gatekeeper.tokens["ti_dj"] = replace(DJ, via=Via.TOKEN)
    made.bench.changes.document["transcoders"] = [
        {"name": "small", "input_mount": "/live", "output_mount": "/small", "bitrate": 64},
        {"input_mount": "/live", "output_mount": "/off", "format": "flac", "enabled": False},
    ]
    made.bench.transcoders.running = [
        TranscoderSnapshot("small", "/live", "/small", 64, TranscoderState.READY, samplerate=44100),
        TranscoderSnapshot(
            "live-mp3-128",
            "/live",
            "/live-mp3-128",
            128,
            TranscoderState.REFUSED,
            is_automatic=True,
            error="in use",
        ),
    ]
    return made


def transcoders(web: Web) -> dict[str, dict[str, object]]:
    return {one["name"]: one for one in web.send("GET", "/api/transcoders").json()["items"]}


def entries(web: Web) -> list[dict[str, object]]:
    found: list[dict[str, object]] = web.bench.changes.document["transcoders"]
    return found


def test_all_are_listed_by_name(web: Web) -> None:
    """Those that are off, and those that come with mounts, too."""
    found = transcoders(web)
    assert list(found) == ["live-mp3-128", "off", "small"]
    assert [one["state"] for one in found.values()] == ["refused", "off", "ready"]
    assert (found["small"]["active"], found["small"]["samplerate_now"]) == (True, 44100)
    automatic = found["live-mp3-128"]
    assert (automatic["automatic"], automatic["error"]) == (True, "in use")
    assert (found["off"]["enabled"], found["off"]["format"]) == (False, "flac")


def test_pages_of_the_list(web: Web) -> None:
    first = web.send("GET", "/api/transcoders?limit=2").json()
    assert (len(first["items"]), first["next"], first["total"]) == (2, "off", 3)
    rest = web.send("GET", "/api/transcoders?after=off").json()
    assert ([one["name"] for one in rest["items"]], rest["next"]) == (["small"], None)


def test_one_is_made(web: Web) -> None:
    """Without a name it is called as its output."""
    reply = web.send("POST", "/api/transcoders", {**NEW, "format": "opus", "bitrate": 48})
    assert (reply.status, reply.json()["name"]) == (201, "new")
    assert entries(web)[-1] == {"name": "new", **NEW, "format": "opus", "bitrate": 48}
    assert web.bench.changes.made == [(Action.CHANGE_TRANSCODERS, "transcoder new", "/new")]


def test_what_is_not_named_stays(web: Web) -> None:
    """One value changes alone; null goes back to the default."""
    assert web.send("PATCH", "/api/transcoders?name=off", {"enabled": True}).status == 200
    assert entries(web)[1]["enabled"] is True
    assert entries(web)[1]["format"] == "flac"
    assert web.send("PATCH", "/api/transcoders?name=small", {"bitrate": None}).status == 200
    assert "bitrate" not in entries(web)[0]
    assert web.bench.changes.made[-1][2] == "/small"


def test_one_is_removed(web: Web) -> None:
    assert web.send("DELETE", "/api/transcoders?name=off").status == 200
    assert [one.get("name") for one in entries(web)] == ["small"]


@pytest.mark.parametrize(
    ("method", "path", "body", "refusal"),
    [
        ("POST", "", {**NEW, "name": "small"}, (409, "exists")),
        ("POST", "", {"input_mount": "/live"}, (400, "invalid")),
        ("POST", "", {**NEW, "output_mount": "/live"}, (422, "invalid")),
        ("POST", "", {**NEW, "name": "other", "output_mount": "/small"}, (422, "invalid")),
        ("POST", "", {**NEW, "output_mount": "/api/x"}, (422, "invalid")),
        ("POST", "", {**NEW, "format": "wma"}, (400, "invalid")),
        ("POST", "", {**NEW, "bitrate": 130}, (422, "invalid")),
        ("POST", "", {**NEW, "format": "opus", "opus_frame_size_ms": 7}, (422, "invalid")),
        ("PATCH", "?name=none", {"enabled": True}, (404, "not-found")),
        ("PATCH", "?name=live-mp3-128", {"enabled": False}, (404, "not-found")),
        ("DELETE", "?name=none", None, (404, "not-found")),
    ],
)
def test_refusals(
    web: Web, method: str, path: str, body: dict[str, object] | None, refusal: tuple[int, str]
) -> None:
    """What can't be is told with its code, and nothing is changed."""
    before = [dict(one) for one in entries(web)]
    reply = web.send(method, f"/api/transcoders{path}", body)
    assert (reply.status, reply.json()["code"]) == refusal
    assert entries(web) == before


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/transcoders", None),
        ("POST", "/api/transcoders", NEW),
        ("PATCH", "/api/transcoders?name=small", {"enabled": True}),
        ("DELETE", "/api/transcoders?name=small", None),
    ],
)
def test_who_may(web: Web, method: str, path: str, body: dict[str, object] | None) -> None:
    """They are about the whole server: a DJ may neither see nor change them."""
    assert web.send(method, path, body, head=AS_DJ).status == 403
    assert web.bench.changes.made == []
