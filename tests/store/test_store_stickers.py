"""What clients attach to songs is kept, song by song and library by library."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.stored import OnDisk
from tinyice.core.errors import Conflict
from tinyice.store.sticker_tables import OF_A_SONG_MAX
from tinyice.store.stickers import KeptStickers

SONG = "caf\udce9/it's 100%_1.mp3"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[OnDisk]:
    made = OnDisk(tmp_path / "tinyice.db")
    yield made
    made.end()


def test_what_is_attached_is_found_again(disk: OnDisk) -> None:
    """In its place stands what is attached later under the same name."""
    kept = KeptStickers(disk.store, "/music")
    assert disk.settle(kept.of(SONG)) == {}
    disk.settle(kept.set(SONG, "rating", "3"))
    disk.settle(kept.set(SONG, "rating", "8"))
    disk.settle(kept.set(SONG, "mood", "a=b 'ü' \udcff"))
    assert disk.settle(kept.of(SONG)) == {"rating": "8", "mood": "a=b 'ü' \\udcff"}
    assert disk.settle(KeptStickers(disk.store, "/other").of(SONG)) == {}


def test_what_is_taken_off_is_gone(disk: OnDisk) -> None:
    kept = KeptStickers(disk.store, "/music")
    for name in ("a", "b", "c"):
        disk.settle(kept.set(SONG, name, "1"))
    assert disk.settle(kept.remove(SONG, "a")) is True
    assert disk.settle(kept.remove(SONG, "a")) is False
    assert sorted(disk.settle(kept.of(SONG))) == ["b", "c"]
    assert disk.settle(kept.remove(SONG, None)) is True
    assert disk.settle(kept.of(SONG)) == {}


def test_songs_are_found_by_name_below_a_folder(disk: OnDisk) -> None:
    """Signs that stand for others in a search of a database mean themselves."""
    kept = KeptStickers(disk.store, "/music")
    for path in ("a/1.mp3", "a/b/2.mp3", "ab/3.mp3", "a%/4.mp3", SONG):
        disk.settle(kept.set(path, "rating", path[-5]))
    assert disk.settle(kept.named("a", "rating")) == [("a/1.mp3", "1"), ("a/b/2.mp3", "2")]
    assert disk.settle(kept.named("a%", "rating")) == [("a%/4.mp3", "4")]
    assert disk.settle(kept.named("caf\udce9", "rating")) == [(SONG, "1")]
    assert len(disk.settle(kept.named("", "rating"))) == 5
    assert disk.settle(kept.named("", "mood")) == []


def test_a_song_takes_only_so_many(disk: OnDisk) -> None:
    kept = KeptStickers(disk.store, "/music")
    for number in range(OF_A_SONG_MAX):
        disk.settle(kept.set(SONG, f"n{number}", "1"))
    disk.settle(kept.set(SONG, "n0", "2"))
    with pytest.raises(Conflict):
        disk.settle(kept.set(SONG, "more", "1"))
