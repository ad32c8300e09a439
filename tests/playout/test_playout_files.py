"""Files as operators name them, and what may be wrong with them."""

import os
from pathlib import Path

import pytest

from formats.synthetic_frames import id3v1, id3v2, xing_frame
from playout.stage import numbered, numbers
from tinyice.formats.mpeg import MpegFramer
from tinyice.playout.errors import Unplayable
from tinyice.playout.files import PIECE_BYTES, AudioFile, path_of
from tinyice.playout.units import UnitCutter


def whole(file: AudioFile) -> bytes:
    """One round."""
    file.begin_in_worker()
    return b"".join(iter(file.read_in_worker, b""))


def test_relative_names_begin_in_the_folder(tmp_path: Path) -> None:
    """And absolute ones are as the operator wrote them."""
    assert path_of("loops/night.mp3", tmp_path) == tmp_path / "loops" / "night.mp3"
    assert path_of("/srv/night.mp3", tmp_path) == Path("/srv/night.mp3")


@pytest.mark.parametrize("name", ["../night.mp3", "loops/../../night.mp3", ".."])
def test_no_name_leads_out_of_the_folder(name: str, tmp_path: Path) -> None:
    """That could be tried for ever."""
    with pytest.raises(Unplayable, match="must not lead out") as caught:
        path_of(name, tmp_path)
    assert caught.value.is_final


def test_no_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    """A link inside is judged by where it leads."""
    folder = tmp_path / "data"
    folder.mkdir()
    (tmp_path / "night.mp3").write_bytes(b"x")
    (folder / "night.mp3").symlink_to(tmp_path / "night.mp3")
    (folder / "here.mp3").write_bytes(b"here")
    (folder / "link.mp3").symlink_to("here.mp3")
    with pytest.raises(Unplayable, match="outside of data_dir"):
        AudioFile(folder / "night.mp3", folder).begin_in_worker()
    assert whole(AudioFile(folder / "link.mp3", folder)) == b"here"


def test_tags_at_the_beginning_are_left_out(tmp_path: Path) -> None:
    """However long, with a picture or without: they are not even read."""
    path = tmp_path / "night.mp3"
    audio = numbered(0, 300)
    path.write_bytes(id3v2(200_000) + id3v2(10) + audio)
    file = AudioFile(path)
    assert whole(file) == audio
    assert whole(file) == audio
    file.close_in_worker()
    file.close_in_worker()


def faulty(tmp_path: Path, name: str) -> Path:
    """A path with something wrong."""
    path = tmp_path / "night.mp3"
    if name == "folder":
        path.mkdir()
    elif name == "pipe":
        os.mkfifo(path)
    elif name == "circle":
        path.symlink_to(path)
    return path


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing", "no such file or directory"),
        ("folder", "not a regular file"),
        ("pipe", "not a regular file"),
        ("circle", "symbolic links"),
    ],
)
def test_what_is_no_file_is_told_in_words(name: str, words: str, tmp_path: Path) -> None:
    """Nothing that could hold the worker for ever is opened."""
    with pytest.raises(Unplayable, match=words):
        AudioFile(faulty(tmp_path, name)).begin_in_worker()
    with pytest.raises(Unplayable, match="closed"):
        AudioFile(tmp_path / "x").read_in_worker()


def test_changes_are_seen(tmp_path: Path) -> None:
    """One that is written to in place can't be played on; one that is replaced can, for a round."""
    path = tmp_path / "night.mp3"
    path.write_bytes(b"a" * 3 * PIECE_BYTES)
    file = AudioFile(path)
    file.begin_in_worker()
    file.check_in_worker()
    assert len(file.read_in_worker()) == PIECE_BYTES
    other = tmp_path / "other"
    other.write_bytes(b"b")
    other.replace(path)
    assert file.read_in_worker() == b"a" * PIECE_BYTES
    with pytest.raises(Unplayable, match="has changed"):
        file.check_in_worker()
    file.begin_in_worker()
    path.write_bytes(b"cc")
    with pytest.raises(Unplayable, match="has changed while it was played"):
        file.read_in_worker()
    file.begin_in_worker()
    path.unlink()
    assert file.read_in_worker() == b"cc"
    with pytest.raises(Unplayable, match="no such file"):
        file.check_in_worker()
    with pytest.raises(Unplayable, match="no such file"):
        file.begin_in_worker()


def test_only_audio_is_played() -> None:
    """Tables of the file, tags and garbage between frames are no part of any unit."""
    audio = numbered(0, 50)
    ape = b"APETAGEX" + bytes(24) + b"\xff\xfb\x90\x64 no frame" * 5
    cutter = UnitCutter(MpegFramer())
    units = cutter.feed(xing_frame() + audio + id3v1() + ape + audio + ape + id3v1())
    played = b"".join(unit.chunk.data for unit in units)
    assert numbers(played) == [*range(50), *range(50)]
    assert [unit.begins for unit in units] == [True] + [False] * (len(units) - 1)
    assert sum(unit.chunk.seconds for unit in units) == pytest.approx(100 * 1152 / 44100)
