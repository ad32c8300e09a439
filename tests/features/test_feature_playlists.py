"""Saved playlists of a whole server: each mount has its own, and all load the station's."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from mpd import CommandError, MPDClient

from features.api_talk import OTHER, OWN, Api, accounts, secret_of, token_of
from features.conftest import Serve
from features.djs import WAIT_S, Tone, autodj, put
from features.mpd_clients import connected
from features.test_feature_upgrade import control
from programs.station import PASSWORD_HASH, Station, free_port_pair
from programs.waiting import until

LONG = (Tone("a.flac", 440, 60.0), Tone("b.flac", 660, 60.0), Tone("c.flac", 880, 60.0))

pytestmark = pytest.mark.timeout(120)


class Place:
    """A station with an AutoDJ on each of two mounts, each with a DJ and a port."""

    def __init__(self, serve: Serve, folder: Path) -> None:
        music = folder / "music"
        put(music, *LONG)
        self.playlists = folder / "data" / "playlists"
        self.write("jingles.m3u", "c.flac")
        self.write("first.m3u8", "a.flac")
        self.write("own/first.m3u8", "b.flac")
        self.ports = {OWN: free_port_pair(), OTHER: free_port_pair()}
        told = accounts()
        self._add(told, "bert", OTHER)
        self.djs = [
            autodj(mount, music, mpd_enabled=True, mpd_port=port, last_playlist="first")
            for mount, port in self.ports.items()
        ]
        self.station = serve(
            **told, autodjs=self.djs, data_dir=str(self.playlists.parent), api_rate=0
        )
        for mount in self.ports:
            self.station.wait_for_mount(mount, WAIT_S)
        self.anna = Dj(Api(self.station, secret_of("anna")), OWN)
        self.bert = Dj(Api(self.station, secret_of("bert")), OTHER)
        for dj in (self.anna, self.bert):
            until(lambda dj=dj: dj.paths, within=WAIT_S, what="there is something to play")
        self.began = self.anna.paths, self.bert.paths

    def write(self, name: str, *paths: str) -> None:
        """Put a file there, by hand."""
        file = self.playlists / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(paths))

    @property
    def files(self) -> list[str]:
        """All that lies there."""
        found = (each for each in self.playlists.rglob("*") if each.is_file())
        return sorted(str(each.relative_to(self.playlists)) for each in found)

    def _add(self, told: Any, user: str, mount: str) -> None:  # noqa: ANN401
        account = {"password": PASSWORD_HASH, "role": "dj", "mounts": {mount: PASSWORD_HASH}}
        told["users"][user] = account
        told["api_tokens"].append(token_of(user))


class Dj:
    """What a DJ asks about playlists; ``mount`` is theirs."""

    def __init__(self, api: Api, mount: str) -> None:
        self.api = api
        self.mount = mount

    def ask(
        self, method: str, name: str = "", body: object = None, **query: object
    ) -> tuple[int, Any]:
        asked = {"mount": self.mount, "name": name or None, **query}
        reply = self.api.ask(method, "/api/autodjs/playlists", body, **asked)
        return reply.status, reply.document

    def refused(self, method: str, name: str, body: object = None, **query: object) -> object:
        status, document = self.ask(method, name, body, **query)
        return status, document["code"]

    @property
    def names(self) -> dict[str, bool]:
        """Which there are, and whether they are the station's."""
        return {one["name"]: one["station"] for one in self.ask("GET")[1]["items"]}

    @property
    def paths(self) -> list[str]:
        """What is in the playlist now."""
        found = self.api.get("/api/autodjs/playlist", mount=self.mount)["items"]
        return [one["track"]["path"] for one in found]

    def load(self, name: str) -> list[str]:
        """Let it play one."""
        told = {"saved": name}
        reply = self.api.ask("PUT", "/api/autodjs/playlist", told, mount=self.mount)
        assert reply.status == 200, reply
        return self.paths


@pytest.fixture(scope="module")
def place(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(serve, tmp_path_factory.mktemp("place").resolve())


@pytest.fixture
def clients(place: Place) -> Iterator[tuple[MPDClient, MPDClient]]:
    """MPD clients of both."""
    found = connected(place.ports[OWN]), connected(place.ports[OTHER])
    yield found
    for client in found:
        client.disconnect()


def test_they_begin_with_their_own_or_the_stations(place: Place) -> None:
    """``last_playlist`` is looked for among the AutoDJ's own first."""
    assert place.began == (["b.flac"], ["a.flac"])
    assert place.anna.names == {"first": False, "jingles": True}
    assert place.bert.names == {"first": True, "jingles": True}


def test_a_dj_of_another_mount_gets_nowhere(place: Place) -> None:
    """Neither by the other's mount nor by names; of one name both have their own."""
    place.anna.load("first")
    assert place.anna.ask("POST", "mine")[0] == 201
    before = place.files
    trespass = Dj(place.bert.api, OWN)
    for method, name, body in (
        ("GET", "", None),
        ("POST", "mine", None),
        ("PATCH", "mine", {"name": "x"}),
        ("DELETE", "mine", None),
    ):
        assert trespass.refused(method, name, body) == (403, "not-permitted")
    for method, body in (("PATCH", {"name": "x"}), ("DELETE", None)):
        assert place.bert.refused(method, "mine", body) == (404, "not-found")
        for name in ("../own/mine", "own/mine", "own%2Fmine"):
            assert place.bert.ask(method, name, body)[0] in (404, 422)
    assert place.files == before
    assert place.bert.ask("POST", "mine")[0] == 201
    assert place.bert.ask("PATCH", "mine", {"name": "hers"})[0] == 200
    assert set(place.files) == {*before, "other/hers.m3u8"}
    assert place.bert.ask("DELETE", "hers")[0] == 200
    assert place.anna.load("mine") == ["b.flac"]
    assert place.anna.ask("DELETE", "mine")[0] == 200


@pytest.mark.parametrize("user", ["anna", "root"])
def test_the_stations_are_loaded_and_never_changed(place: Place, user: str) -> None:
    """Not even by a superadmin; another name is the way."""
    dj = Dj(Api(place.station, secret_of(user)), OWN)
    before = {name: (place.playlists / name).read_bytes() for name in place.files}
    assert dj.load("jingles") == ["c.flac"]
    for method, body, query in (
        ("POST", None, {}),
        ("POST", None, {"replace": "true"}),
        ("PATCH", {"name": "x"}, {}),
        ("DELETE", None, {}),
    ):
        assert dj.refused(method, "jingles", body, **query) == (409, "playlist-of-station")
    assert {name: (place.playlists / name).read_bytes() for name in place.files} == before
    assert dj.ask("POST", "my jingles")[0] == 201
    status, told = dj.ask("PATCH", "my jingles", {"name": "jingles"})
    assert status == 409
    assert told["error"].endswith("may load it, none may change it. Choose another name.")
    assert dj.ask("DELETE", "my jingles")[0] == 200
    given = dj.api.ask("GET", "/api/autodjs/playlists/file", mount=OWN, name="jingles", kind="m3u8")
    assert b"c.flac" in given.body


def test_mpd_clients_have_the_same_bounds(
    place: Place, clients: tuple[MPDClient, MPDClient]
) -> None:
    """They list all that there is for their mount; of another's they are not even told."""
    own, other = clients
    third = connected(place.ports[OTHER])
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(other.idle, "stored_playlist", "mixer")
        own.save("evening")
        third.setvol(50)
        assert told.result(30) == ["mixer"]
    third.disconnect()
    assert [one["playlist"] for one in own.listplaylists()] == ["evening", "first", "jingles"]
    assert [one["playlist"] for one in other.listplaylists()] == ["first", "jingles"]
    with pytest.raises(CommandError, match="No such playlist"):
        other.rm("evening")
    other.save("evening")
    other.rm("evening")
    assert own.listplaylist("evening")
    for deed in (
        lambda: own.rm("jingles"),
        lambda: own.rename("jingles", "x"),
        lambda: own.playlistadd("jingles", "a.flac"),
        lambda: own.playlistclear("jingles"),
        lambda: own.save("jingles", "replace"),
        lambda: other.playlistclear("first"),
    ):
        with pytest.raises(CommandError, match=r"\[4@0\].*the station's.*none may change it"):
            deed()
    own.clear()
    own.load("jingles")
    assert [one["file"] for one in own.playlistinfo()] == ["c.flac"]
    own.rm("evening")
    assert place.files == ["first.m3u8", "jingles.m3u", "own/first.m3u8"]


def test_what_is_put_there_by_hand(place: Place) -> None:
    """It is there at once, for all; links lead nowhere, and one's own goes before."""
    place.write("news.m3u", "a.flac", "b.flac")
    place.write("own/link.m3u")
    (place.playlists / "own" / "link.m3u").unlink()
    (place.playlists / "own" / "link.m3u").symlink_to(place.station.home / "tinyice.json")
    (place.playlists / "link.m3u").symlink_to(place.station.home / "tinyice.json")
    assert place.bert.load("news") == ["a.flac", "b.flac"]
    assert list(place.anna.names) == ["first", "jingles", "news"]
    assert place.anna.refused("DELETE", "link") == (404, "not-found")
    place.write("own/news.pls", "[playlist]", "File1=c.flac")
    assert place.anna.load("news") == ["c.flac"]
    assert place.bert.load("news") == ["a.flac", "b.flac"]
    assert place.anna.ask("DELETE", "news")[0] == 200
    assert place.anna.names["news"]
    for name in ("news.m3u", "link.m3u", "own/link.m3u"):
        (place.playlists / name).unlink()


def test_the_folder_outlives_the_autodj(place: Place) -> None:
    """Who sets one up there again finds what was saved."""
    assert place.bert.ask("POST", "kept")[0] == 201
    for djs in (place.djs[:1], place.djs):
        settle(place.station, djs)
        assert "other/kept.m3u8" in place.files
    place.station.wait_for_mount(OTHER, WAIT_S)
    assert not place.bert.names["kept"]
    assert place.bert.ask("DELETE", "kept")[0] == 200


def settle(station: Station, djs: list[dict[str, object]]) -> None:
    """Let the server have these AutoDJs."""
    path = station.home / "tinyice.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "autodjs": djs}))
    done = control(station, "reload")
    assert done.returncode == 0, done.stderr
