"""An AutoDJ of a real server, set up and driven over the API by those who may."""

import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from features.api_talk import OTHER, OWN, Api, Reply, accounts, secret_of
from features.conftest import Serve
from features.djs import WAIT_S, Tone, autodj, put
from programs.station import Station
from programs.waiting import until

TONES = (Tone("a.flac", 440, 60.0), Tone("b.mp3", 660, 60.0), Tone("c.ogg", 880, 60.0))
TITLES = [tone.title for tone in TONES]

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tones") / "music"
    put(folder, *TONES)
    (folder / "broken.mp3").write_bytes(b"this is no audio")
    return folder


@pytest.fixture(scope="module")
def station(serve: Serve, music: Path) -> Station:
    """It plays a folder on the mount that is the DJ's own."""
    made = serve(
        **accounts(), autodjs=[autodj(OWN, music)], media_roots=[str(music.parent)], api_rate=0
    )
    made.wait_for_mount(OWN, WAIT_S)
    return made


@pytest.fixture
def dj(station: Station) -> "Dj":
    made = Dj(station)
    until(lambda: made.get("library")["tracks"] == 4, within=WAIT_S, what="all is scanned")
    until(lambda: made.get("playlist")["total"] == 3, within=WAIT_S, what="all is to be played")
    made.told("POST", "play")
    return made


class Dj:
    """What the DJ of the mount asks."""

    def __init__(self, station: Station) -> None:
        self.api = Api(station, secret_of("anna"))

    def ask(self, method: str, path: str, body: object = None, **query: object) -> Reply:
        return self.api.ask(method, f"/api/autodjs/{path}", body, **{"mount": OWN, **query})

    def told(self, method: str, path: str, body: object = None, **query: object) -> Any:  # noqa: ANN401
        reply = self.ask(method, path, body, **query)
        assert reply.status in (200, 201), reply
        return reply.document

    def get(self, path: str, **query: object) -> Any:  # noqa: ANN401
        return self.told("GET", path, **query)

    def plays(self, title: str) -> None:
        """Wait until this is what listeners hear."""
        until(lambda: self.now == title, within=WAIT_S, what=f"{title} plays")

    @property
    def now(self) -> str:
        found = self.get("state")["now"]
        return "" if found is None else str(found["track"]["title"])

    @property
    def coming(self) -> str:
        found = self.get("state")["next"]
        return "" if found is None else str(found["track"]["title"])

    def ids(self, path: str) -> dict[str, int]:
        return {one["track"]["title"]: one["id"] for one in self.get(path)["items"]}


def test_what_plays_is_driven(dj: Dj) -> None:
    """Each command is heard; what was played is known."""
    ids = dj.ids("playlist")
    for title in (TITLES[1], TITLES[0]):
        dj.told("POST", "play", entry=ids[title])
        dj.plays(title)
    dj.told("POST", "seek", {"seconds": 30})
    until(lambda: 30 <= dj.get("state")["elapsed"] < 55, within=WAIT_S, what="it is half through")
    dj.told("POST", "next")
    dj.plays(TITLES[1])
    dj.told("POST", "previous")
    dj.plays(TITLES[0])
    dj.told("POST", "pause")
    assert dj.get("state")["state"] == "pause"
    dj.told("POST", "stop")
    found = dj.get("state")
    assert (found["state"], found["heard"]) == ("stop", False)
    dj.told("POST", "play")
    until(lambda: dj.now in TITLES, within=WAIT_S, what="it plays again")

    def in_history() -> bool:
        return TITLES[1] in [one["title"] for one in dj.get("history")["items"]]

    until(in_history, within=WAIT_S, what="what was played is written down")


def test_everybody_knows_how_far_it_is_and_what_comes(dj: Dj) -> None:
    """As widgets read it: a queued track is what comes next, and is what plays then."""
    dj.told("POST", "play", entry=dj.ids("playlist")[TITLES[0]])
    dj.plays(TITLES[0])
    (found,) = dj.get("library/tracks", title=TITLES[2])["items"]
    dj.told("POST", "queue", {"tracks": [found["id"]]})
    until(lambda: dj.coming == TITLES[2], within=WAIT_S, what="it comes next")
    dj.told("POST", "seek", {"seconds": 30})
    until(lambda: dj.get("state")["elapsed"] >= 30, within=WAIT_S, what="it is half through")
    public = Api(dj.api.station)
    until(lambda: playing(public)["song"]["title"] == TITLES[0], within=WAIT_S, what="it is told")
    coming = until(lambda: coming_on(public), within=WAIT_S, what="it is known what comes")
    now = playing(public)
    assert now["duration"] == 60
    assert 30 <= now["elapsed"] < 55
    assert now["elapsed"] + now["remaining"] == 60
    assert (coming["song"]["title"], coming["duration"]) == (TITLES[2], 60)
    assert 0 <= coming["played_at"] - time.time() <= 30
    dj.told("POST", "next")
    until(lambda: playing(public)["song"]["id"] == coming["song"]["id"], within=WAIT_S, what="it")


def coming_on(public: Api) -> Any:  # noqa: ANN401
    """What comes next there."""
    return public.get("/api/nowplaying/own")["playing_next"]


def playing(public: Api) -> Any:  # noqa: ANN401
    """What plays on the mount, as everybody knows."""
    return public.get("/api/nowplaying/own")["now_playing"]


def test_the_queue_goes_before_the_playlist(dj: Dj) -> None:
    dj.told("POST", "play", entry=dj.ids("playlist")[TITLES[0]])
    dj.plays(TITLES[0])
    (found,) = dj.get("library/tracks", title=TITLES[2])["items"]
    dj.told("POST", "queue", {"tracks": [found["id"]]})
    until(lambda: dj.coming == TITLES[2], within=WAIT_S, what="it comes next")
    dj.told("POST", "next")
    dj.plays(TITLES[2])
    assert dj.get("state")["why"] == "It was next in the queue."
    assert dj.get("queue")["total"] == 0


def test_broken_files_are_told_and_never_played(dj: Dj) -> None:
    (found,) = dj.get("library/tracks", broken="true")["items"]
    assert (found["title"], bool(found["fault"])) == ("broken", True)
    put_in = dj.told("POST", "queue", {"tracks": [found["id"]]})
    assert (put_in["entries"], put_in["left_out"]) == ([], 1)


def test_two_who_edit_at_once(dj: Dj) -> None:
    """The second one is refused with words, and nothing was lost."""
    page = dj.get("playlist")
    edit = {"entries": [page["items"][2]["id"]], "before": page["items"][0]["id"]}
    dj.told("POST", "playlist/move", {**edit, "version": page["version"]})
    reply = dj.ask("DELETE", "playlist", version=page["version"])
    assert (reply.status, reply.document["code"]) == (409, "list-changed")
    assert dj.get("playlist")["total"] == 3


def test_playlists_come_and_go_as_files(dj: Dj) -> None:
    """Also one that is larger than requests are."""
    assert dj.told("POST", "playlists", name="all of it")["entries"] == 3
    given = dj.ask("GET", "playlists/file", name="all of it", kind="xspf")
    assert given.headers["content-type"] == "application/xspf+xml"
    assert b"<location>a.flac</location>" in given.body
    lines = [f"/elsewhere/{number}/{'x' * 100}.mp3\n" for number in range(2000)]
    large = "".join(["#EXTM3U\n", "Y:\\Music\\a.flac\n", *lines])
    taken = send(dj, "large", large.encode())
    assert (taken.status, taken.document["found"]) == (201, 1), taken
    assert (len(taken.document["missing"]), taken.document["missing_total"]) == (100, 2000)
    assert send(dj, "large", b"again").status == 409
    assert send(dj, "huge", b"x" * 9_000_000).status == 413
    names = [one["name"] for one in dj.get("playlists")["items"]]
    assert names == ["all of it", "large"]
    for name in names:
        dj.told("DELETE", "playlists", name=name)


def test_one_is_made_changed_and_removed(station: Station, dj: Dj, music: Path) -> None:
    """While the other one plays on."""
    root = Api(station, secret_of("root"))
    before = dj.get("state")["process"]
    body = {"music_dir": str(music), "format": "opus", "song_command": ["false", "s3cret"]}
    made = root.ask("POST", "/api/autodjs", body, mount=OTHER)
    assert made.status == 201, made
    station.wait_for_mount(OTHER, WAIT_S)
    assert root.ask("PATCH", "/api/autodjs", {"name": "Other"}, mount=OTHER).status == 200
    listed = root.get("/api/autodjs")["items"]
    assert [(one["mount"], one["state"]) for one in listed] == [(OTHER, "play"), (OWN, "play")]
    assert [one["mount"] for one in dj.api.get("/api/autodjs")["items"]] == [OWN]
    assert root.ask("DELETE", "/api/autodjs", mount=OTHER).status == 200
    assert root.ask("GET", "/api/autodjs/state", mount=OTHER).status == 404
    assert dj.get("state")["process"] == before
    told = root.get("/api/security/audit", action="autodjs.change")["items"]
    assert [one["mount"] for one in told] == [OTHER] * 3
    assert root.get("/api/security/audit", action="autodj.run")["total"] > 0


def test_who_may(station: Station, dj: Dj, music: Path) -> None:
    """A DJ drives their own; an admin sets up their own, with music from where it may be."""
    for method, path in (("GET", "state"), ("POST", "stop"), ("DELETE", "playlist")):
        assert dj.ask(method, path, mount=OTHER).status == 403
    body = {"music_dir": str(music)}
    assert dj.api.ask("PATCH", "/api/autodjs", body, mount=OWN).status == 403
    head = Api(station, secret_of("head"))
    assert head.ask("PATCH", "/api/autodjs", body, mount=OWN).status == 200
    for value, status in (
        ({"music_dir": "/etc"}, 422),
        ({"song_command": ["sh", "-c", "id"]}, 403),
        ({"mpd_port": 6600}, 403),
    ):
        assert head.ask("PATCH", "/api/autodjs", value, mount=OWN).status == status
    assert head.ask("POST", "/api/autodjs", body, mount=OTHER).status == 403
    assert head.ask("GET", "/api/autodjs/folders").status == 403


def test_folders_of_the_machine(station: Station, music: Path) -> None:
    """Those in ``media_roots``, and no others."""
    root = Api(station, secret_of("root"))
    (top,) = root.get("/api/autodjs/folders")["items"]
    assert top["path"] == str(music.parent)
    found = root.get(f"/api/autodjs/folders?path={quote(top['path'])}")
    assert [one["name"] for one in found["items"]] == ["music"]
    for path in ("/", "/etc", f"{music}/../..", "music", "x" * 4000, "\0"):
        assert root.ask("GET", f"/api/autodjs/folders?path={quote(path)}").status == 422


@pytest.mark.parametrize(
    ("asked", "query", "status"),
    [
        (("POST", "play", None), {"entry": 9999}, 404),
        (("POST", "playlist", {"paths": ["../../../etc/passwd"]}), {}, 422),
        (("POST", "playlist", {"paths": ["/etc/passwd"]}), {}, 422),
        (("POST", "playlist", {"tracks": [1] * 1001}), {}, 400),
        (("POST", "playlist", {"tracks": [2**60]}), {}, 400),
        (("POST", "playlist/remove", {"entries": [9999]}), {}, 404),
        (("GET", "library/tracks", None), {"folder": "../"}, 422),
        (("GET", "library/tracks", None), {"q": "x" * 201}, 400),
        (("POST", "library/scan", None), {"folder": ".."}, 422),
        (("POST", "playlists", None), {"name": "../../tinyice"}, 422),
        (("POST", "playlists", None), {"name": "x" * 201}, 400),
        (("GET", "playlists/file", None), {"name": "../../tinyice.json"}, 422),
        (("POST", "volume", {"percent": "loud"}), {}, 400),
        (("GET", "state", None), {"mount": "live"}, 400),
    ],
)
def test_what_can_not_be(
    dj: Dj, asked: tuple[str, str, object], query: dict[str, object], status: int
) -> None:
    method, path, body = asked
    root = Api(dj.api.station, secret_of("root"))
    reply = root.ask(method, f"/api/autodjs/{path}", body, **{"mount": OWN, **query})
    assert reply.status == status, reply
    assert reply.document["error"]


def test_a_mount_without_one(station: Station) -> None:
    reply = Api(station, secret_of("root")).ask("GET", "/api/autodjs/state", mount="/none")
    assert (reply.status, reply.document["field"]) == (404, "mount")


def send(dj: Dj, name: str, content: bytes) -> Reply:
    """A playlist file."""
    return dj.api.ask(
        "POST",
        "/api/autodjs/playlists/file",
        mount=OWN,
        name=name,
        content=content,
        headers={"Content-Type": "audio/x-mpegurl"},
    )
