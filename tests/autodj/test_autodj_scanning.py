"""A scan finds what there is, reads what changed, and nothing leads out of the folder."""

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodj.files import JPEG, id3, mp3_frames
from tinyice.autodj import librarian
from tinyice.autodj.bounds import Bounds, PathRefused, check_relative
from tinyice.autodj.librarian import Scanning, TooSlow, at_most
from tinyice.autodj.librarian_messages import (
    FROM_LIBRARIAN,
    Found,
    Go,
    Gone,
    Heard,
    Known,
    Picture,
    Piece,
    Scan,
    Scanned,
    Wanted,
    from_librarian,
    to_librarian,
)
from tinyice.autodj.places import candidates
from tinyice.autodj.walking import Walk
from tinyice.core.tracks import FileState, Gains, Track
from tinyice.wire.listed import Listed
from tinyice.work.frames import Frame, FrameError


class Disk:
    """A library, and the scans of it."""

    def __init__(self, root: Path, bounds: Sequence[Path] = ()) -> None:
        self.root = root
        self.bounds = [str(each) for each in bounds or [root]]
        self.known: dict[str, tuple[int, int]] = {}
        self.tracks: dict[str, Track] = {}
        self.last = Scanned()
        root.mkdir(exist_ok=True)

    def put(self, path: str, title: str = "x", *, age_s: float = 100.0) -> Path:
        whole = self.root / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_bytes(id3((b"TIT2", b"\x03" + title.encode())) + mp3_frames()[:5000])
        moment = time.time() - age_s
        os.utime(whole, (moment, moment))
        return whole

    def scan(self, *pieces: Piece, again: bool = False) -> list[str]:
        """Scan as the server does; the paths that were read."""
        read: list[str] = []

        def take(frame: Frame) -> None:
            match from_librarian(frame):
                case Found(tracks):
                    for track in tracks:
                        read.append(track.path)
                        self.tracks[track.path] = track
                        self.known[track.path] = track.size, track.mtime_ns
                case Gone(paths):
                    for path in paths:
                        del self.tracks[path], self.known[path]
                case Scanned() as outcome:
                    self.last = outcome

        order = Scan(str(self.root), self.bounds, pieces or (Piece(""),), again=again)
        Scanning(order, dict(self.known), take).run()
        return sorted(read)


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path / "music")


pytestmark = pytest.mark.needs_program("ffmpeg")


def test_only_what_changed_is_read(disk: Disk) -> None:
    disk.put("a.mp3"), disk.put("b/c.mp3"), disk.put("b/d/e.mp3")
    assert disk.scan() == ["a.mp3", "b/c.mp3", "b/d/e.mp3"]
    assert disk.scan() == []
    assert (disk.last.files, disk.last.read) == (3, 0)
    disk.put("b/c.mp3", "other", age_s=50)
    (disk.root / "a.mp3").unlink()
    disk.put("new.mp3")
    assert disk.scan() == ["b/c.mp3", "new.mp3"]
    assert disk.last.gone == 1
    assert disk.tracks["b/c.mp3"].title == "other"
    assert disk.scan(again=True) == ["b/c.mp3", "b/d/e.mp3", "new.mp3"]


def test_a_piece_of_it_is_scanned(disk: Disk) -> None:
    """Neither what is elsewhere nor, if it is not to go deep, what is below is touched."""
    for path in ("a.mp3", "b/c.mp3", "b/d/e.mp3", "f/g.mp3"):
        disk.put(path)
    disk.scan()
    for path in ("a.mp3", "b/c.mp3", "b/d/e.mp3", "f/g.mp3"):
        (disk.root / path).unlink()
    disk.put("b/new.mp3"), disk.put("b/d/new.mp3"), disk.put("f/new.mp3")
    assert disk.scan(Piece("b", deep=False)) == ["b/new.mp3"]
    assert sorted(disk.tracks) == ["a.mp3", "b/d/e.mp3", "b/new.mp3", "f/g.mp3"]
    assert disk.scan(Piece("b")) == ["b/d/new.mp3"]
    assert disk.scan(Piece("", deep=False), Piece("f", deep=False), Piece("f")) == ["f/new.mp3"]
    assert sorted(disk.tracks) == ["b/d/new.mp3", "b/new.mp3", "f/new.mp3"]


def test_a_folder_that_is_gone_takes_its_tracks_along(disk: Disk) -> None:
    disk.put("a.mp3"), disk.put("b/c.mp3")
    disk.scan()
    (disk.root / "b/c.mp3").unlink()
    (disk.root / "b").rmdir()
    disk.scan(Piece("b"))
    assert sorted(disk.tracks) == ["a.mp3"]


def test_a_disk_that_is_not_there_takes_nothing_along(disk: Disk) -> None:
    """A folder that can't be read, or is bare, is a fault, and no reason to forget anything."""
    path = disk.put("a.mp3")
    disk.scan()
    path.unlink()
    disk.scan()
    assert "perhaps its disk is not there" in disk.last.fault
    disk.root.rmdir()
    disk.scan()
    assert disk.last.fault == "No such file or directory"
    disk.root.write_bytes(b"")
    disk.scan()
    assert disk.last.fault == "Not a directory"
    assert sorted(disk.tracks) == ["a.mp3"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_keeps_its_tracks(disk: Disk) -> None:
    disk.put("a.mp3"), disk.put("b/c.mp3")
    disk.scan()
    (disk.root / "b").chmod(0)
    disk.scan()
    (disk.root / "b").chmod(0o700)
    assert disk.last.unread == (("b", "Permission denied"),)
    assert sorted(disk.tracks) == ["a.mp3", "b/c.mp3"]


def test_what_is_no_audio_is_not_looked_at(disk: Disk) -> None:
    disk.put("a.mp3"), disk.put(".hidden.mp3"), disk.put(".trash/b.mp3")
    for name in ("cover.jpg", "list.m3u", "notes.txt", "none"):
        (disk.root / name).write_bytes(JPEG)
    (disk.root / "folder.mp3").mkdir()
    assert disk.scan() == ["a.mp3"]
    assert disk.tracks["a.mp3"].has_cover


def test_broken_files_are_listed_with_the_reason(disk: Disk) -> None:
    (disk.root / "empty.mp3").write_bytes(b"")
    (disk.root / "zeros.mp3").write_bytes(bytes(9999))
    os.mkfifo(disk.root / "pipe.mp3")
    (disk.root / "nowhere.mp3").symlink_to("nothing")
    disk.put("new\nline.mp3")
    disk.put("good.mp3")
    disk.scan()
    faults = {path: track.fault for path, track in disk.tracks.items()}
    assert faults.pop("good.mp3") == ""
    assert faults.pop("zeros.mp3").startswith("its tags can't be read")
    assert faults == {
        "empty.mp3": "it is empty",
        "pipe.mp3": "it is no file",
        "nowhere.mp3": "No such file or directory",
        "new\nline.mp3": "its name has control characters",
    }
    assert disk.last.broken == 5
    assert disk.scan() == []


def test_names_that_are_no_utf_8(disk: Disk) -> None:
    """A name is bytes; it comes through to the server and back to the disk."""
    name = b"caf\xe9 \xff.mp3"
    disk.put("x.mp3").rename(os.fsdecode(os.fsencode(disk.root) + b"/" + name))
    (read,) = disk.scan()
    assert os.fsencode(read) == name
    assert disk.tracks[read].fault == ""
    assert disk.scan() == []


def test_links_count_where_they_lead(tmp_path: Path) -> None:
    """What is allowed elsewhere may be linked; what is not allowed is refused, and said."""
    allowed, secret = Disk(tmp_path / "allowed"), Disk(tmp_path / "secret")
    disk = Disk(tmp_path / "music", [tmp_path / "music", tmp_path / "allowed"])
    allowed.put("good.mp3"), secret.put("bad.mp3"), secret.put("deep/bad.mp3")
    (disk.root / "album").symlink_to(allowed.root)
    (disk.root / "file.mp3").symlink_to(allowed.root / "good.mp3")
    (disk.root / "out").symlink_to(secret.root)
    (disk.root / "out.mp3").symlink_to(secret.root / "bad.mp3")
    (disk.root / "round").symlink_to(disk.root)
    (disk.root / "up").symlink_to("..")
    disk.scan()
    faults = {path: track.fault for path, track in disk.tracks.items()}
    outside = "it leads out of the folders that are allowed"
    assert faults == {"album/good.mp3": "", "file.mp3": "", "out.mp3": outside}
    assert sorted(disk.last.unread) == [("out", outside), ("up", outside)]


def test_what_is_not_allowed_any_more_is_gone(tmp_path: Path) -> None:
    allowed = Disk(tmp_path / "allowed")
    allowed.put("good.mp3")
    disk = Disk(tmp_path / "music", [tmp_path / "music", tmp_path / "allowed"])
    disk.put("own.mp3")
    (disk.root / "album").symlink_to(allowed.root)
    disk.scan()
    disk.bounds.pop()
    disk.scan()
    assert sorted(disk.tracks) == ["own.mp3"]


def test_the_root_itself_must_be_allowed(tmp_path: Path) -> None:
    disk = Disk(tmp_path / "music", [tmp_path / "other"])
    disk.put("a.mp3")
    assert disk.scan() == []
    assert disk.last.fault == "it leads out of the folders that are allowed"


@pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "..", "a/../b", "./a", "a//b", "a/", "a\0b", "x" * 5000]
)
def test_paths_that_are_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(PathRefused):
        check_relative(path)
    with pytest.raises(PathRefused):
        Bounds([str(tmp_path)]).file_in_worker(str(tmp_path), path)


def test_folders_that_are_refused(tmp_path: Path) -> None:
    (tmp_path / "in/deep").mkdir(parents=True)
    (tmp_path / "in/file").write_bytes(b"")
    (tmp_path / "in/link").symlink_to(tmp_path)
    bounds = Bounds([str(tmp_path / "in"), "relative", "/nul\0"])
    assert bounds.folder_in_worker(str(tmp_path / "in/deep/..")) == str(tmp_path / "in")
    for path in ("in", str(tmp_path), f"{tmp_path}/in/..", f"{tmp_path}/in/link", "/\0", "/"):
        with pytest.raises(PathRefused):
            bounds.folder_in_worker(path)
    with pytest.raises(PathRefused, match="no folder"):
        bounds.folder_in_worker(f"{tmp_path}/in/file")
    with pytest.raises(PathRefused):
        Bounds([f"{tmp_path}/in"]).folder_in_worker(f"{tmp_path}/input")
    assert Bounds(["/"]).folder_in_worker(str(tmp_path)) == str(tmp_path)
    with pytest.raises(PathRefused):
        Bounds([]).folder_in_worker("/")


@pytest.mark.parametrize(
    ("place", "folder", "first", "never"),
    [
        ("a.mp3", "lists", ["lists/a.mp3", "a.mp3"], None),
        ("../b/a.mp3", "lists", ["b/a.mp3"], None),
        ("../../etc/x.mp3", "lists", [], "etc/x.mp3"),
        ("/music/b/a.mp3", "", ["b/a.mp3"], None),
        ("/music/../etc/x.mp3", "", [], "etc/x.mp3"),
        ("/home/anna/Music/b/a.mp3", "", ["home/anna/Music/b/a.mp3"], "/a.mp3"),
        ("D:\\Music\\b\\a.mp3", "", [], "D:/Music/b/a.mp3"),
        ("b\\a.mp3", "", ["b\\a.mp3", "b/a.mp3"], None),
        ("http://example.org/a.mp3", "", [], "example.org/a.mp3"),
        ("", "", [], ""),
        ("./#a.mp3", "", ["#a.mp3"], None),
    ],
)
def test_where_files_of_playlists_may_be(
    place: str, folder: str, first: list[str], never: str | None
) -> None:
    found = candidates(Listed(place), "/music", folder)
    assert found[: len(first)] == first
    assert never not in found


def test_a_windows_path_is_found_by_its_end() -> None:
    assert "b/a.mp3" in candidates(Listed("D:\\Music\\b\\a.mp3"), "/music", "")


@given(st.text(), st.sampled_from(["", "a", "a/b"]))
def test_no_place_leads_out(place: str, folder: str) -> None:
    for path in candidates(Listed(place.replace("\0", "")), "/music", folder):
        if "//" not in path and len(path) < 4096:
            check_relative(path)


paths = st.binary(min_size=1, max_size=20).map(lambda raw: raw.decode("utf-8", "surrogateescape"))
floats = st.none() | st.floats(-60, 60)


@given(paths, st.text(), floats, st.integers(0, 2**62), st.binary(max_size=50))
def test_messages_come_through(
    path: str, text: str, gain: float | None, number: int, data: bytes
) -> None:
    track = Track(
        path, title=text.encode("utf-8", "replace").decode(), gains=Gains(gain), size=number
    )
    for message in (
        Found([track]),
        Gone([path]),
        Picture(7, data),
        Heard(),
        Scanned(1, 2, fault=path),
    ):
        assert from_librarian(message.framed()) == message
    scan = Scan("/r", ["/r"], [Piece(path, deep=False)], "cp1251", again=True)
    known = Known([FileState(path, number, number)])
    for order in (scan, known, Go(), Wanted(7, "/r", ["/r"], path, is_small=True)):
        assert to_librarian(order.framed()) == order


@given(st.sampled_from(sorted(FROM_LIBRARIAN)), st.binary(max_size=30))
def test_nonsense_of_a_child_is_seen(kind: int, payload: bytes) -> None:
    with suppress(FrameError):
        from_librarian(Frame(kind, payload))


def test_a_file_that_takes_too_long_is_left_alone(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that hangs over one file does not hold up the others."""

    def endless(path: str, _whole: str, **_more: str) -> Track:
        while path == "slow.mp3":
            pass
        return Track(path)

    monkeypatch.setattr(librarian, "FILE_S", 0.05)
    monkeypatch.setattr(librarian, "read_track", endless)
    disk.put("slow.mp3"), disk.put("tame.mp3")
    assert disk.scan() == ["slow.mp3", "tame.mp3"]
    assert disk.tracks["slow.mp3"].fault == "to read it takes too long"
    assert disk.tracks["tame.mp3"].fault == ""
    with pytest.raises(TooSlow), at_most(0.01):
        endless("slow.mp3", "")


def test_depth_has_a_bound(disk: Disk) -> None:
    deep = "/".join("d" * 70)
    disk.put(f"{deep}/a.mp3")
    walk = Walk(str(disk.root), Bounds(disk.bounds))
    assert list(walk.below("", deep=True)) == []
