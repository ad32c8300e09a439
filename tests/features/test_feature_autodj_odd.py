"""A real server plays a folder of odd files: each is heard, or refused with a reason."""

from pathlib import Path
from typing import Any

import pytest

from features.api_talk import Api, accounts, secret_of
from features.conftest import Serve
from features.oddities import (
    LONG,
    LONG_S,
    bad_ones,
    cut_ones,
    encoded,
    good_ones,
    long_one,
    not_even_files,
)
from programs.station import Station
from programs.waiting import until
from tinyice.core.spelled import spelled

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("ffmpeg")]

MOUNT = "/odd"
WAIT_S = 150.0


class Playing:
    """A server that plays the folder ``music`` in order, once."""

    def __init__(self, serve: Serve, music: Path) -> None:
        entry = {"mount": MOUNT, "music_dir": str(music), "format": "flac", "loop": False}
        plain = {"crossfade": 0.0, "shuffle": False}
        self.station: Station = serve(
            autodjs=[{**entry, **plain}], media_roots=[str(music)], api_rate=0, **accounts()
        )
        self.api = Api(self.station, secret_of("root"))

    def command(self, name: str, body: object = None) -> None:
        """Have it do something."""
        reply = self.api.ask("POST", f"/api/autodjs/{name}", body, mount=MOUNT)
        assert reply.status == 200, reply

    def page(self, path: str, **query: object) -> list[Any]:
        """The items of a list."""
        items: list[Any] = self.api.get(path, mount=MOUNT, limit=500, **query)["items"]
        return items

    @property
    def broken(self) -> dict[str, str]:
        """What the library says can't be played, and why."""
        found = self.page("/api/autodjs/library/tracks", broken=True)
        return {each["path"]: each["fault"] for each in found}

    @property
    def failed(self) -> dict[str, str]:
        """What turned out to be unplayable, and why."""
        found = self.page("/api/autodjs/playlist")
        return {each["track"]["path"]: each["fault"] for each in found if each["fault"]}

    @property
    def played(self) -> list[str]:
        """What was heard, in that order."""
        return [each["path"] for each in reversed(self.page("/api/autodjs/history"))]

    @property
    def state(self) -> Any:  # noqa: ANN401 (a document)
        """How it is doing."""
        return self.api.get("/api/autodjs/state", mount=MOUNT)


class Odd(Playing):
    """What became of each file of a folder of odd ones."""

    def __init__(self, serve: Serve, folder: Path) -> None:
        music, secret = folder / "music", folder / "secret.mp3"
        music.mkdir()
        encoded(secret, "-c:a libmp3lame")
        self.good, self.cut, self.bad = good_ones(music), cut_ones(music), bad_ones(music, secret)
        not_even_files(music)
        super().__init__(serve, music)


@pytest.fixture(scope="module")
def odd(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Odd:
    """The folder, when a server has played all of it."""
    found = Odd(serve, tmp_path_factory.mktemp("odd"))
    until(lambda: found.state["now"], within=60.0, what="it has begun")
    until(lambda: found.state["state"] == "stop", within=WAIT_S, what="all of it was played")
    return found


def test_all_that_can_be_played_is_heard(odd: Odd) -> None:
    """Once each, whatever it is called and whatever its tags say."""
    played = odd.played
    assert set(map(spelled, odd.good)) - set(played) == set()
    assert len(played) == len(set(played))
    assert not set(played) & set(map(spelled, odd.bad))


def test_what_can_not_be_played_has_a_reason(odd: Odd) -> None:
    """In the library, or from the moment when it was tried."""
    reasons = {**odd.broken, **odd.failed}
    assert all(reasons.get(name) for name in odd.bad), set(odd.bad) - set(reasons)
    for name in odd.cut:
        assert reasons.get(name) or name in odd.played, name


def test_what_is_not_even_a_file_is_not_there(odd: Odd) -> None:
    """Folders, pipes, devices, links that lead out or round: none of them is opened."""
    known = {each["path"] for each in odd.page("/api/autodjs/library/tracks")}
    known |= set(odd.broken) | set(odd.played)
    for name in ("folder", "pipe", "nowhere", "round", "device", "leads out"):
        assert f"{name}.mp3" not in odd.played
    assert not [each for each in known if each.startswith("round/")]
    assert "secret" not in str(known)


def test_nothing_died(odd: Odd) -> None:
    """One process has played it all."""
    assert odd.state["restarts"] == 0
    assert "codec.lost" not in odd.station.child.output()


def test_six_hours(serve: Serve, tmp_path: Path) -> None:
    """They begin at once, can be entered near the end, and end in time."""
    long_one(tmp_path)
    one = Playing(serve, tmp_path)
    until(lambda: one.state["now"], within=20.0, what="it is heard")
    whole = one.state["now"]["track"]["seconds"]
    assert abs(whole - LONG_S) < 100
    one.command("seek", {"seconds": whole - 4})
    until(lambda: one.state["elapsed"] > whole - 4, within=10.0, what="it plays there")
    until(lambda: one.state["state"] == "stop", within=20.0, what="it ends")
    assert (one.played, one.failed) == ([LONG], {})
