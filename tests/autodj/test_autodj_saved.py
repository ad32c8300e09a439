"""Playlists under names are files that people can read, and no name leads anywhere else."""

import os
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from tinyice.autodj.keeping import name_of
from tinyice.autodj.mpd.needs import PlaylistNameRefused, PlaylistUnknown, StoredPlaylists
from tinyice.autodj.places import candidates
from tinyice.autodj.saved import PLAYLISTS_MAX, PlaylistNotKept, SavedPlaylists, check_name
from tinyice.core.autodjs import PlaylistOfStation
from tinyice.core.tracks import Track
from tinyice.wire.listed import Listed
from tinyice.work.testing import MemoryWorker

T = TypeVar("T")


class Shelf:
    """A library of a few tracks."""

    def __init__(self, *paths: str) -> None:
        self.paths = paths

    async def listed(self, listed: Sequence[Listed], folder: str = "") -> list[Track | None]:
        places = [candidates(each, "/music", folder) for each in listed]
        found = ([path for path in each if path in self.paths] for each in places)
        return [Track(each[0]) if each else None for each in found]


class Desk:
    """The playlists of ``/night``; ``folder`` are its own, ``station`` everybody's."""

    def __init__(self, station: Path, *paths: str, mount: str = "/night") -> None:
        self.station = station
        self.folder = station / name_of(mount)
        self.worker = MemoryWorker()
        self.changes: list[str] = []
        self.saved = SavedPlaylists(
            station, mount, Shelf(*paths), self.worker, lambda: self.changes.append(mount)
        )
        self.protocol: StoredPlaylists = self.saved

    def settle(self, story: Coroutine[Deferred[Any], Any, T]) -> T:
        outcome: list[T | Failure] = []
        Deferred.fromCoroutine(story).addBoth(outcome.append)
        self.worker.flush()
        (result,) = outcome
        if isinstance(result, Failure):
            result.raiseException()
        return result

    @property
    def names(self) -> list[str]:
        return [each.name for each in self.settle(self.saved.names())]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "playlists", "a.mp3", "b/c.mp3", "caf\udce9.mp3")


def test_what_was_saved_is_read_again(desk: Desk) -> None:
    """Byte for byte, whatever the names of files are made of, and the newest wins."""
    assert desk.names == []
    desk.settle(desk.saved.write("Night & Day", ["a.mp3"]))
    paths = ["b/c.mp3", "caf\udce9.mp3", "b/c.mp3", "gone.mp3"]
    desk.settle(desk.saved.write("Night & Day", paths))
    assert desk.settle(desk.saved.read("Night & Day")) == paths
    assert desk.names == ["Night & Day"]
    assert (desk.folder / "Night & Day.m3u8").read_bytes().startswith(b"#EXTM3U\n")
    assert [each.name for each in desk.folder.iterdir()] == ["Night & Day.m3u8"]


def test_files_of_others_are_read(desk: Desk) -> None:
    desk.folder.mkdir(parents=True)
    (desk.folder / "win.pls").write_bytes(b"[playlist]\nFile1=D:\\Music\\b\\c.mp3\n")
    (desk.folder / "old.m3u").write_bytes(b"/music/a.mp3\r\nnone.mp3\r\n")
    (desk.folder / "old.pls").write_bytes(b"")
    (desk.folder / "bad.xspf").write_bytes(b"<html>")
    (desk.folder / "notes.txt").write_bytes(b"")
    assert desk.names == ["bad", "old", "win"]
    assert desk.settle(desk.saved.read("win")) == ["b/c.mp3"]
    assert desk.settle(desk.saved.read("old")) == ["a.mp3", "none.mp3"]
    with pytest.raises(PlaylistNotKept, match="well-formed"):
        desk.settle(desk.saved.read("bad"))


def test_titles_of_others_are_kept(desk: Desk) -> None:
    desk.settle(desk.saved.keep("x", [Listed("http://example.org/", "Live", 5.0)]))
    assert desk.settle(desk.saved.listed("x")) == (Listed("http://example.org/", "Live", 5.0),)


def test_a_gain_stays_until_another_is_said(desk: Desk) -> None:
    """Whatever is saved over it, and under whatever name."""
    desk.settle(desk.saved.keep("x", [Listed("a.mp3")], -3.0))
    assert (desk.folder / "x.m3u8").read_bytes() == b"#EXTM3U\n#TINYICE-GAIN:-3.0\na.mp3\n"
    desk.settle(desk.saved.write("x", ["b/c.mp3"]))
    desk.settle(desk.saved.rename("x", "y"))
    desk.settle(desk.saved.write("plain", ["a.mp3"]))
    found = desk.settle(desk.saved.names())
    assert [(each.name, each.gain_db) for each in found] == [("plain", 0.0), ("y", -3.0)]
    assert desk.settle(desk.saved.read("y")) == ["b/c.mp3"]
    assert desk.settle(desk.saved.gain("y")) == -3.0
    desk.settle(desk.saved.keep("y", [], 0.0))
    assert (desk.folder / "y.m3u8").read_bytes() == b"#EXTM3U\n"
    with pytest.raises(PlaylistUnknown):
        desk.settle(desk.saved.gain("x"))


def test_gains_of_the_station(desk: Desk) -> None:
    """Put there by hand; only the one kind of file says any, and one's own counts."""
    desk.station.mkdir()
    for name in ("jingles.m3u8", "old.m3u", "mine.m3u8"):
        (desk.station / name).write_bytes(b"#TINYICE-GAIN:-6\na.mp3\n")
    desk.settle(desk.saved.write("her", []))
    (desk.folder / "mine.m3u8").write_bytes(b"a.mp3\n#TINYICE-GAIN:-6\n")
    found = {each.name: each.gain_db for each in desk.settle(desk.saved.names())}
    assert found == {"her": 0.0, "jingles": -6.0, "mine": 0.0, "old": 0.0}
    with pytest.raises(PlaylistOfStation):
        desk.settle(desk.saved.keep("jingles", [], 3.0))


def test_names_change_and_go(desk: Desk) -> None:
    desk.settle(desk.saved.write("a", ["a.mp3"]))
    desk.settle(desk.saved.write("b", []))
    with pytest.raises(PlaylistNameRefused, match="of this name"):
        desk.settle(desk.saved.rename("a", "b"))
    desk.settle(desk.saved.rename("a", "c"))
    assert desk.names == ["b", "c"]
    desk.settle(desk.saved.remove("b"))
    assert desk.settle(desk.saved.read("c")) == ["a.mp3"]
    for story in (desk.saved.read("b"), desk.saved.remove("b"), desk.saved.rename("b", "d")):
        with pytest.raises(PlaylistUnknown):
            desk.settle(story)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", ".hidden", "a/b", "../a", "/etc/x", "a\\b", "a\0b", "a\n", " a", "é" * 101],
)
def test_names_that_are_refused(desk: Desk, name: str) -> None:
    desk.folder.mkdir(parents=True)
    for folder in (desk.station.parent, desk.station):
        folder.joinpath("a.m3u8").write_bytes(b"a.mp3\n")
    for story in (
        desk.saved.read(name),
        desk.saved.write(name, []),
        desk.saved.remove(name),
        desk.saved.rename("x", name),
    ):
        with pytest.raises(PlaylistNameRefused):
            desk.settle(story)


@given(st.text())
def test_any_name_that_is_taken_is_one_in_the_folder(name: str) -> None:
    try:
        check_name(name)
    except PlaylistNameRefused:
        return
    assert Path("/x") / f"{name}.m3u8" == Path("/x", f"{name}.m3u8")
    assert (Path("/x") / f"{name}.m3u8").parent == Path("/x")
    assert len(os.fsencode(f"{name}.m3u8")) < 255


def test_links_and_pipes_are_no_playlists(desk: Desk, tmp_path: Path) -> None:
    desk.folder.mkdir(parents=True)
    (tmp_path / "secret").write_bytes(b"secret\n")
    (desk.folder / "link.m3u").symlink_to(tmp_path / "secret")
    os.mkfifo(desk.folder / "pipe.m3u")
    assert desk.names == []
    for name in ("link", "pipe"):
        with pytest.raises(PlaylistUnknown):
            desk.settle(desk.saved.read(name))
    desk.settle(desk.saved.write("link", ["a.mp3"]))
    assert (tmp_path / "secret").read_bytes() == b"secret\n"


def test_what_is_too_much_is_refused(desk: Desk) -> None:
    with pytest.raises(PlaylistNotKept, match="16384 entries"):
        desk.settle(desk.saved.write("x", ["a"] * 16_385))
    desk.folder.mkdir(parents=True)
    for number in range(PLAYLISTS_MAX):
        (desk.folder / f"{number}.m3u8").touch()
    with pytest.raises(PlaylistNotKept, match="1000 playlists"):
        desk.settle(desk.saved.write("x", []))
    desk.settle(desk.saved.write("5", ["a.mp3"]))
    assert desk.settle(desk.saved.read("5")) == ["a.mp3"]


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    desk = Desk(tmp_path / "file")
    for story in (desk.saved.names(), desk.saved.write("x", [])):
        with pytest.raises(PlaylistNotKept, match="Not a directory"):
            desk.settle(story)


class TestOfTheStation:
    """What operators put into the folder belongs to everybody, and to nobody."""

    @pytest.fixture
    def desk(self, desk: Desk) -> Desk:
        desk.station.mkdir()
        (desk.station / "jingles.pls").write_bytes(b"[playlist]\nFile1=a.mp3\n")
        return desk

    def test_all_read_them(self, desk: Desk) -> None:
        other = Desk(desk.station, "a.mp3", mount="/day")
        desk.settle(desk.saved.write("mine", ["b/c.mp3"]))
        stored = desk.settle(desk.saved.names())
        assert [(one.name, one.is_station) for one in stored] == [
            ("jingles", True),
            ("mine", False),
        ]
        assert other.names == ["jingles"]
        for each in (desk, other):
            assert each.settle(each.saved.read("jingles")) == ["a.mp3"]

    def test_nobody_changes_them(self, desk: Desk) -> None:
        """The refusal says what can be done."""
        desk.settle(desk.saved.write("mine", []))
        before = (desk.station / "jingles.pls").stat()
        desk.changes.clear()
        for story, way in (
            (desk.saved.write("jingles", []), "Save under another name"),
            (desk.saved.remove("jingles"), "Only who has the server's files"),
            (desk.saved.rename("jingles", "x"), "Load it, and save it under another name"),
            (desk.saved.rename("mine", "jingles"), "Choose another name"),
        ):
            with pytest.raises(PlaylistOfStation, match=f"jingles is the station's.* {way}"):
                desk.settle(story)
        assert (desk.station / "jingles.pls").stat() == before
        assert sorted(each.name for each in desk.station.iterdir()) == ["jingles.pls", "night"]
        assert desk.changes == []

    def test_an_own_one_goes_before(self, desk: Desk) -> None:
        """It can be changed as any other, and then the station's is there again."""
        desk.folder.mkdir()
        (desk.folder / "jingles.xspf").write_bytes(b"")
        desk.settle(desk.saved.write("jingles", ["b/c.mp3"]))
        (one,) = desk.settle(desk.saved.names())
        assert not one.is_station
        assert desk.settle(desk.saved.read("jingles")) == ["b/c.mp3"]
        desk.settle(desk.saved.remove("jingles"))
        assert list(desk.folder.iterdir()) == []
        (one,) = desk.settle(desk.saved.names())
        assert one.is_station
        assert desk.settle(desk.saved.read("jingles")) == ["a.mp3"]

    def test_folders_of_mounts_are_no_playlists(self, desk: Desk) -> None:
        """Nor is what lies in those of other mounts, by whatever name."""
        other = Desk(desk.station, mount="/day/one")
        other.settle(other.saved.write("theirs", ["a.mp3"]))
        (desk.station / "odd.m3u8").mkdir()
        assert desk.names == ["jingles"]
        for name in ("day%2Fone", "odd", "theirs"):
            with pytest.raises(PlaylistUnknown):
                desk.settle(desk.saved.remove(name))
        with pytest.raises(PlaylistNameRefused):
            desk.settle(desk.saved.read("../day%2Fone/theirs"))
        assert other.names == ["jingles", "theirs"]

    def test_links_lead_nowhere(self, desk: Desk, tmp_path: Path) -> None:
        other = Desk(desk.station, mount="/day")
        other.settle(other.saved.write("theirs", ["a.mp3"]))
        (desk.station / "link.m3u").symlink_to(other.folder / "theirs.m3u8")
        assert desk.names == ["jingles"]
        desk.folder.symlink_to(other.folder)
        for story in (
            desk.saved.names(),
            desk.saved.read("theirs"),
            desk.saved.write("theirs", []),
            desk.saved.remove("theirs"),
            desk.saved.rename("theirs", "x"),
        ):
            with pytest.raises(PlaylistNotKept, match="night is a link"):
                desk.settle(story)
        assert other.settle(other.saved.read("theirs")) == ["a.mp3"]


def test_each_has_its_own(tmp_path: Path) -> None:
    """Of one name there is one on each mount; what one does, no other is told of."""
    night, day = Desk(tmp_path, "a.mp3"), Desk(tmp_path, "a.mp3", mount="/day")
    for desk, paths in ((night, ["a.mp3"]), (day, [])):
        desk.settle(desk.saved.write("mine", paths))
    night.settle(night.saved.rename("mine", "ours"))
    day.settle(day.saved.remove("mine"))
    assert (night.names, day.names) == (["ours"], [])
    assert night.changes == ["/night"] * 2
    again = Desk(tmp_path, "a.mp3")
    assert again.settle(again.saved.read("ours")) == ["a.mp3"]
