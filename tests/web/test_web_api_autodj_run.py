"""What an AutoDJ plays, over the API, on a real player and a real database."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from web_support import DJ, Reply, Web, exchange, mount, parse

from autodj.studio_stage import TRACKS, StudioStage
from tinyice.core.access.principal import Via
from tinyice.core.events import ChangeMade

AS_DJ = b"Authorization: Bearer ti_dj\r\n"


class Desk:
    """The API of one AutoDJ, as the DJ of its mount uses it."""

    def __init__(self, stage: StudioStage) -> None:
        self.stage = stage
        self.web = Web(mount(), mount("/other"))
        self.web.gatekeeper.tokens["ti_dj"] = replace(DJ, via=Via.TOKEN)
        self.web.bench.changes.document["autodjs"] = [
            {"mount": "/live", "music_dir": "music"},
            {"mount": "/off", "music_dir": "music", "enabled": False},
        ]
        self.web.bench.autodjs.running = {"/live": stage.begin()}
        stage.child.is_ready()
        stage.enter()

    def ask(self, method: str, path: str, body: object = None, **query: object) -> Reply:
        words = "&".join(f"{key}={value}" for key, value in {"mount": "/live", **query}.items())
        return self.web.send(method, f"/api/autodjs/{path}?{words}", body, AS_DJ)

    def told(self, method: str, path: str, body: object = None, **query: object) -> Any:  # noqa: ANN401
        reply = self.ask(method, path, body, **query)
        assert reply.status in (200, 201), reply.text
        return reply.json()

    def get(self, path: str, **query: object) -> Any:  # noqa: ANN401
        return self.told("GET", path, **query)

    def titles(self, path: str = "playlist") -> list[str]:
        return [one["track"]["title"] for one in self.get(path)["items"]]

    def ids(self, path: str = "playlist") -> dict[str, int]:
        return {one["track"]["title"]: one["id"] for one in self.get(path)["items"]}

    def refused(
        self, method: str, path: str, body: object = None, **query: object
    ) -> tuple[int, object]:
        reply = self.ask(method, path, body, **query)
        return reply.status, reply.json()["code"]

    def send(self, path: str, content: bytes, kind: str) -> Reply:
        size = len(content)
        start = f"POST /api/autodjs/{path} HTTP/1.1\r\nHost: radio.example:8000\r\n"
        head = f"Content-Type: {kind}\r\nContent-Length: {size}\r\n".encode() + AS_DJ
        return parse(exchange(self.web.resource, start.encode() + head + b"\r\n" + content))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    stage = StudioStage(tmp_path)
    yield Desk(stage)
    stage.end()


def test_what_plays(desk: Desk) -> None:
    found = desk.get("state")
    assert (found["state"], found["heard"], found["quality"]) == ("play", True, "MP3 128k")
    assert found["now"]["track"]["title"] == "One"
    assert (found["next"]["track"]["title"], found["join"]) == ("Two", "gapless")
    assert (found["gain_db"], found["loudness"]) == (-4.0, {"lufs": -12.0, "peak_db": -1.5})


def test_the_deck_is_driven(desk: Desk) -> None:
    assert desk.told("POST", "pause")["status"] == "ok"
    assert desk.get("state")["state"] == "pause"
    desk.told("POST", "play")
    desk.told("POST", "seek", {"seconds": 60})
    assert round(desk.get("state")["elapsed"]) == 60
    desk.told("POST", "next")
    desk.stage.enter()
    assert desk.get("state")["now"]["track"]["title"] == "Two"
    desk.told("POST", "previous")
    desk.stage.enter()
    desk.told("POST", "play", entry=desk.ids()["Loud"])
    desk.stage.enter()
    assert desk.get("state")["now"]["track"]["title"] == "Loud"
    desk.told("POST", "volume", {"percent": 55})
    desk.told("POST", "stop")
    found = desk.get("state")
    assert (found["state"], found["volume"], found["now"]) == ("stop", 55, None)
    assert desk.refused("POST", "seek", {"seconds": 1}) == (409, "conflict")


def test_modes_and_mix(desk: Desk) -> None:
    """What is not named stays."""
    modes = desk.told("PATCH", "modes", {"shuffle": True, "single": "once"})
    assert modes == {"shuffle": True, "loop": True, "single": "once", "consume": "off"}
    mix = desk.told("PATCH", "mix", {"gain": "album", "crossfade": 6, "more_gain": -1.5})
    assert mix == {
        "crossfade": 6,
        "crossfade_curve": "sine",
        "gain": "album",
        "target_loudness": -16.0,
        "more_gain": -1.5,
    }
    assert desk.get("state")["mix"] == mix


def test_the_playlist_is_edited(desk: Desk) -> None:
    version = desk.get("playlist")["version"]
    assert desk.told("DELETE", "playlist", version=version)["version"] > version
    found = desk.told("POST", "playlist", {"tracks": [3, 77], "paths": ["top.opus"]})
    assert (found["missing"], found["missing_total"]) == (["track 77"], 1)
    first = found["entries"][0]
    desk.told("POST", "playlist", {"search": {"artist": "anna"}, "before": first})
    assert desk.titles() == ["One", "Two", "Loud", "top"]
    ids = desk.ids()
    desk.told("POST", "playlist/move", {"entries": [ids["top"], ids["Loud"]], "before": ids["One"]})
    assert desk.titles() == ["top", "Loud", "One", "Two"]
    desk.told("POST", "playlist/move", {"entries": [ids["top"]]})
    desk.told("POST", "playlist/prioritise", {"entries": [ids["top"]], "priority": 9})
    page = desk.get("playlist", offset=3, limit=1)
    assert [(one["position"], one["priority"]) for one in page["items"]] == [(3, 9)]
    assert (page["total"], page["seconds"]) == (4, 720.0)
    desk.told("POST", "playlist/remove", {"entries": [ids["Loud"]]})
    desk.told("POST", "playlist/shuffle")
    assert sorted(desk.titles()) == ["One", "Two", "top"]
    desk.told("PUT", "playlist", {"search": {"folder": "Bert", "order": "title"}})
    assert desk.titles() == ["Café \\udce9", "Loud"]


def test_two_who_edit_at_once(desk: Desk) -> None:
    """The second one is told, and has changed nothing."""
    seen = desk.get("playlist")["version"]
    ids = desk.ids()
    desk.told("POST", "playlist/remove", {"entries": [ids["Two"]], "version": seen})
    entry = {"entries": [ids["Loud"]], "version": seen}
    for method, path, body in (
        ("POST", "playlist/remove", entry),
        ("POST", "playlist/move", entry),
        ("POST", "playlist", {"tracks": [1], "version": seen}),
        ("PUT", "playlist", {"tracks": [1], "version": seen}),
    ):
        assert desk.refused(method, path, body) == (409, "list-changed")
    assert desk.refused("DELETE", "playlist", version=seen) == (409, "list-changed")
    reply = desk.ask("POST", "playlist/shuffle", version=seen)
    assert "look at it again" in str(reply.json()["error"])
    assert len(desk.titles()) == 4


def test_the_queue(desk: Desk) -> None:
    desk.told("POST", "queue", {"tracks": [1, 2]})
    desk.told("POST", "queue", {"paths": ["top.opus"], "first": True})
    assert desk.titles("queue") == ["top", "One", "Two"]
    ids = desk.ids("queue")
    desk.told("POST", "queue/move", {"entries": [ids["Two"]], "before": ids["top"]})
    desk.told("POST", "queue/remove", {"entries": [ids["One"]]})
    assert desk.titles("queue") == ["Two", "top"]
    assert desk.get("queue")["items"][0]["queued"] is True
    desk.told("DELETE", "queue")
    assert desk.titles("queue") == []


def test_the_library(desk: Desk) -> None:
    found = desk.get("library")
    assert (found["tracks"], found["broken"], found["scanned_at"]) == (6, 1, None)
    page = desk.get("library/tracks", q="anna", limit=1, offset=1)
    assert ([one["title"] for one in page["items"]], page["total"]) == (["Two"], 2)
    broken = desk.get("library/tracks", broken="true")["items"]
    assert [(one["title"], one["fault"]) for one in broken] == [("Broken", "no audio in it")]
    assert [one["title"] for one in desk.get("library/tracks", year=1999)["items"]] == [
        "One",
        "Two",
    ]
    folders = desk.get("library/folders", folder="Anna")
    assert [one["path"] for one in folders["items"]] == ["Anna/First"]
    names = desk.get("library/names", tag="artist")
    assert [one["name"] for one in names["items"]] == ["Anna", "Bert", "Cleo"]
    assert desk.told("POST", "library/scan", folder="Anna")["scan"] > 0


def test_playlists_under_names(desk: Desk) -> None:
    assert desk.told("POST", "playlists", name="morning")["entries"] == 5
    assert desk.refused("POST", "playlists", name="morning") == (409, "conflict")
    desk.told("POST", "playlists", name="morning", replace="true")
    desk.told("PATCH", "playlists", {"name": "evening"}, name="morning")
    assert [one["name"] for one in desk.get("playlists")["items"]] == ["evening"]
    desk.told("PUT", "playlist", {"saved": "evening"})
    assert desk.get("state")["playlist_name"] == "evening"
    desk.told("DELETE", "playlists", name="evening")
    assert desk.refused("DELETE", "playlists", name="evening") == (404, "not-found")
    assert desk.refused("PUT", "playlist", {"saved": "evening"}) == (404, "not-found")


def test_gains_of_playlists(desk: Desk) -> None:
    """Set, told, kept when it is saved again, said by the one kind of file that can."""
    desk.told("POST", "playlists", name="morning")
    desk.told("PATCH", "playlists", {"gain": -3}, name="morning")
    desk.told("POST", "playlists", name="morning", replace="true")
    desk.told("PATCH", "playlists", {}, name="morning")
    found = desk.get("playlists")["items"]
    assert [(one["name"], one["gain"]) for one in found] == [("morning", -3.0)]
    body = desk.ask("GET", "playlists/file", name="morning").body
    assert body.startswith(b"#EXTM3U\n#TINYICE-GAIN:-3.0\n#EXTINF:180,Anna - One\n")
    for kind in ("m3u", "pls", "xspf"):
        assert b"GAIN" not in desk.ask("GET", "playlists/file", name="morning", kind=kind).body
    assert desk.send("playlists/file?mount=/live&name=back", body, "audio/x-mpegurl").status == 201
    desk.told("PATCH", "playlists", {"gain": 0.04, "name": "noon"}, name="morning")
    found = desk.get("playlists")["items"]
    assert [(one["name"], one["gain"]) for one in found] == [("back", -3.0), ("noon", 0.0)]
    for gain in (-24.1, 12.5, "1", None):
        assert desk.refused("PATCH", "playlists", {"gain": gain}, name="noon")[0] == 400
    assert desk.refused("PATCH", "playlists", {"gain": 1}, name="gone") == (404, "not-found")


def test_playlists_of_the_station(desk: Desk) -> None:
    """Everybody loads and takes them along; nobody changes them, whatever they ask for."""
    folder = desk.stage.folder / "playlists"
    folder.mkdir()
    (folder / "jingles.m3u").write_bytes(b"top.opus\n")
    desk.told("POST", "playlists", name="mine")
    items = desk.get("playlists")["items"]
    assert [(one["name"], one["station"]) for one in items] == [("jingles", True), ("mine", False)]
    assert desk.told("PUT", "playlist", {"saved": "jingles"})["missing_total"] == 0
    assert b"top.opus" in desk.ask("GET", "playlists/file", name="jingles").body
    for method, body, query in (
        ("POST", None, {"name": "jingles"}),
        ("POST", None, {"name": "jingles", "replace": "true"}),
        ("PATCH", {"name": "x"}, {"name": "jingles"}),
        ("PATCH", {"gain": 1}, {"name": "jingles"}),
        ("PATCH", {"name": "jingles"}, {"name": "mine"}),
        ("DELETE", None, {"name": "jingles"}),
    ):
        told = desk.refused(method, "playlists", body, **query)
        assert told == (409, "playlist-of-station")
    for more in ("", "&replace=true"):
        target = f"playlists/file?mount=/live&name=jingles{more}"
        reply = desk.send(target, b"x.mp3", "audio/x-mpegurl")
        assert (reply.status, reply.json()["code"]) == (409, "playlist-of-station")
    assert (folder / "jingles.m3u").read_bytes() == b"top.opus\n"
    assert [each.name for each in (folder / "live").iterdir()] == ["mine.m3u8"]


@pytest.mark.parametrize(
    ("kind", "types", "words"),
    [
        ("m3u", "audio/x-mpegurl", b"#EXTM3U"),
        ("m3u8", "audio/x-mpegurl", b"#EXTINF:180,Anna - One\nAnna/First/01.flac"),
        ("pls", "audio/x-scpls", b"[playlist]"),
        ("xspf", "application/xspf+xml", b"<trackList>"),
    ],
)
def test_playlists_as_files(desk: Desk, kind: str, types: str, words: bytes) -> None:
    """What is given can be taken again."""
    desk.told("POST", "playlists", name="Früh")
    reply = desk.ask("GET", "playlists/file", name="Früh", kind=kind)
    assert reply.head["content-type"].startswith(types)
    told = f"attachment; filename*=UTF-8''Fr%C3%BCh.{kind}"
    assert reply.head["content-disposition"] == told
    assert words in reply.body
    target = "playlists/file?mount=/live&name=back"
    taken: Any = desk.send(target, reply.body, types).json()
    assert (taken["found"], taken["missing_total"]) == (5, 0)


def test_playlists_of_others(desk: Desk) -> None:
    target = "playlists/file?mount=/live&name=hers"
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.m3u"\r\n\r\n'
    content = b"C:\\Anna\\First\\01.flac\r\nnone.mp3\r\nBert/broken.mp3\r\n"
    reply = desk.send(target, form + content + b"\r\n--x--\r\n", "multipart/form-data; boundary=x")
    assert reply.status == 201, reply.text
    found: Any = reply.json()
    assert (found["found"], found["missing"], found["broken"]) == (2, ["none.mp3"], 1)
    for sent, kind, told in (
        (content, "audio/x-mpegurl", (409, "conflict")),
        (b"top.opus", "application/x-www-form-urlencoded", (415, "no-file")),
    ):
        reply = desk.send(target, sent, kind)
        assert (reply.status, reply.json()["code"]) == told
    other = "playlists/file?mount=/live&name=bad&kind=xspf"
    assert desk.send(other, b"<playlist", "application/xspf+xml").status == 400


def test_the_history(desk: Desk) -> None:
    desk.stage.played(*TRACKS[1:4])
    page = desk.get("history", limit=2)
    assert [one["title"] for one in page["items"]] == ["Café \\udce9", "Loud"]
    rest = desk.get("history", limit=10, before=page["next"])
    assert ([one["title"] for one in rest["items"]], rest["next"]) == (["Two", "One"], None)


PLACES = [
    ("GET", "state", None),
    ("POST", "next", None),
    ("POST", "seek", {"seconds": 1}),
    ("PATCH", "modes", {"loop": True}),
    ("GET", "playlist", None),
    ("POST", "playlist", {"tracks": [1]}),
    ("DELETE", "queue", None),
    ("GET", "library/tracks", None),
    ("POST", "library/scan", None),
    ("GET", "playlists", None),
    ("GET", "history", None),
]


@pytest.mark.parametrize(("method", "path", "body"), PLACES)
def test_which_autodj(desk: Desk, method: str, path: str, body: object) -> None:
    """One that is off, and one that there is not; those of other mounts are nobody's business."""
    for name, told in (("/off", (409, "autodj-off")), ("/none", (404, "not-found"))):
        reply = desk.web.send(method, f"/api/autodjs/{path}?mount={name}", body)
        assert (reply.status, reply.json()["code"]) == told
    reply = desk.web.send(method, f"/api/autodjs/{path}?mount=/other", body, AS_DJ)
    assert (reply.status, reply.json()["code"]) == (403, "not-permitted")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "play?mount=/live&entry=999", None, 404),
        ("POST", "play?mount=/live&entry=0", None, 400),
        ("POST", "play?mount=/live&entry=x", None, 400),
        ("POST", "seek?mount=/live", {"seconds": -1}, 400),
        ("POST", "seek?mount=/live", {"seconds": 1, "entry": 999}, 404),
        ("POST", "volume?mount=/live", {"percent": 101}, 400),
        ("PATCH", "modes?mount=/live", {"single": "twice"}, 400),
        ("PATCH", "mix?mount=/live", {"crossfade": 16}, 400),
        ("PATCH", "mix?mount=/live", {"crossfade_curve": "steep"}, 400),
        ("POST", "playlist?mount=/live", {}, 422),
        ("POST", "playlist?mount=/live", {"tracks": [0]}, 400),
        ("POST", "playlist?mount=/live", {"tracks": [1], "before": 999}, 404),
        ("POST", "playlist?mount=/live", {"tracks": [1] * 1001}, 400),
        ("POST", "playlist?mount=/live", {"paths": ["../../etc/passwd"]}, 422),
        ("POST", "playlist?mount=/live", {"paths": ["/etc/passwd"]}, 422),
        ("POST", "playlist?mount=/live", {"paths": ["x" * 5000]}, 400),
        ("POST", "playlist?mount=/live", {"search": {"folder": ".."}}, 422),
        ("POST", "playlist?mount=/live", {"saved": "../secret"}, 422),
        ("POST", "playlist/remove?mount=/live", {"entries": [999]}, 404),
        ("POST", "playlist/remove?mount=/live", {"entries": []}, 400),
        ("POST", "playlist/move?mount=/live", {"entries": [1], "before": 999}, 404),
        ("POST", "playlist/prioritise?mount=/live", {"entries": [999], "priority": 1}, 404),
        ("POST", "queue?mount=/live", {"tracks": [1] * 501}, 409),
        ("POST", "queue/remove?mount=/live", {"entries": [999]}, 404),
        ("GET", "playlist?mount=/live&limit=1001", None, 400),
        ("GET", "library/tracks?mount=/live&folder=../up", None, 422),
        ("GET", "library/tracks?mount=/live&folder=%00", None, 422),
        ("GET", "library/tracks?mount=/live&folder=%FF", None, 400),
        ("GET", "library/folders?mount=/live&folder=/etc", None, 422),
        ("GET", "library/names?mount=/live", None, 400),
        ("GET", "library/names?mount=/live&tag=any", None, 400),
        ("POST", "library/scan?mount=/live&folder=../..", None, 422),
        ("POST", "playlists?mount=/live&name=../x", None, 422),
        ("POST", "playlists?mount=/live&name=a/b", None, 422),
        ("POST", "playlists?mount=/live&name=" + "x" * 201, None, 400),
        ("GET", "playlists/file?mount=/live&name=none", None, 404),
        ("GET", "playlists/file?mount=/live&name=x&kind=txt", None, 400),
        ("GET", "history?mount=/live&before=0", None, 400),
    ],
)
def test_what_can_not_be(desk: Desk, method: str, path: str, body: object, status: int) -> None:
    """Is refused, and nothing has changed."""
    before = desk.get("playlist"), desk.get("queue"), desk.get("playlists")
    reply = desk.web.send(method, f"/api/autodjs/{path}", body)
    assert reply.status == status, reply.text
    assert reply.json()["error"]
    assert (desk.get("playlist"), desk.get("queue"), desk.get("playlists")) == before


def test_what_is_done_is_told(desk: Desk) -> None:
    """Who did it, on which mount; what was refused is not."""
    desk.told("POST", "next")
    desk.told("DELETE", "queue")
    desk.ask("POST", "play", entry=999)
    told = [event for event in desk.web.bench.events if isinstance(event, ChangeMade)]
    assert [(one.user, one.action, one.subject, one.mount) for one in told] == [
        ("dj", "autodj.run", "AutoDJ: next", "/live"),
        ("dj", "autodj.run", "AutoDJ: queue, cleared", "/live"),
    ]
