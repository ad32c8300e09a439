"""Libraries outlive restarts, tracks keep their numbers, and searches find what people mean."""

import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.stored import OnDisk, session
from tinyice.core.tracks import (
    Condition,
    FileState,
    Gains,
    LibraryCount,
    Match,
    Named,
    Order,
    Play,
    Tag,
    Track,
    TrackQuery,
)
from tinyice.store.faults import NoDatabase
from tinyice.store.library import KeptLibraries
from tinyice.store.track_tables import PLAYS_KEPT

ROOT = "/music"

TRACKS = [
    Track("Abba/Gold/01.mp3", title="Waterloo", artist="ABBA", album="Gold", number=1, seconds=160),
    Track("Abba/Gold/02.mp3", title="S.O.S.", artist="ABBA", album="Gold", number=2, seconds=200),
    Track("Björk/Debut.flac", title="Human Behaviour", artist="Björk", year=1993, seconds=250),
    Track("Beyoncé/100%.m4a", title="100% _Halo_", artist="Beyoncé", genre="R&B", seconds=260),
    Track("broken/none.mp3", fault="it is empty"),
    Track("caf\udce9.ogg", title="Café", album_artist="Various", year=2001, seconds=100),
    Track("top.mp3", title="Иван Купала", artist="ИВАН", seconds=120),
]
GOOD = [track.path for track in TRACKS if not track.fault]


class Shelf(OnDisk):
    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.library = KeptLibraries(self.store)

    def paths(self, *conditions: Condition, **more: object) -> list[str]:
        query = TrackQuery(conditions, **more)  # type: ignore[arg-type]
        return [track.path for track in self.settle(self.library.page(ROOT, query)).tracks]


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path / "tinyice.db")
    made.settle(made.library.put(ROOT, TRACKS))
    yield made
    made.end()


def test_without_a_file_there_is_nothing_and_none_is_made(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "tinyice.db")
    assert shelf.paths() == []
    assert shelf.settle(shelf.library.count(ROOT)) == LibraryCount()
    assert shelf.settle(shelf.library.draw(ROOT, "/live", 5)) == []
    shelf.end()
    assert list(tmp_path.iterdir()) == []


def test_everything_about_a_track_is_kept(shelf: Shelf) -> None:
    """What was written is there after a restart, byte for byte."""
    full = Track(
        "a/\udcff\udc80.mp3",
        title="\ud800 broken",
        artist="a",
        album="b",
        album_artist="c",
        genre="d",
        number=3,
        disc=2,
        year=1999,
        seconds=61.5,
        gains=Gains(-7.5, 0.99, -6.0, None),
        has_cover=True,
        samplerate=44100,
        channels=2,
        bitrate=320_000,
        size=2**40,
        mtime_ns=2**62,
    )
    shelf.settle(shelf.library.put(ROOT, [full]))
    shelf.end()
    later = Shelf(shelf.path)
    (back,) = later.settle(later.library.at_paths(ROOT, [full.path]))
    assert back.id > 0
    assert (back.path, back.gains, back.seconds, back.mtime_ns) == (
        full.path,
        full.gains,
        full.seconds,
        full.mtime_ns,
    )
    assert back.title == "\\ud800 broken"
    later.end()


def test_a_changed_file_keeps_its_number(shelf: Shelf) -> None:
    (before,) = shelf.settle(shelf.library.at_paths(ROOT, ["top.mp3"]))
    shelf.settle(shelf.library.put(ROOT, [Track("top.mp3", title="Other")]))
    (after,) = shelf.settle(shelf.library.of_ids(ROOT, [before.id]))
    assert (after.id, after.title) == (before.id, "Other")
    shelf.settle(shelf.library.remove(ROOT, ["top.mp3"]))
    shelf.settle(shelf.library.put(ROOT, [Track("top.mp3")]))
    (again,) = shelf.settle(shelf.library.at_paths(ROOT, ["top.mp3"]))
    assert again.id > before.id


def is_(tag: Tag, text: str) -> Condition:
    return Condition(tag, text, Match.IS)


def holds(tag: Tag, text: str) -> Condition:
    return Condition(tag, text)


def begins(tag: Tag, text: str) -> Condition:
    return Condition(tag, text, Match.BEGINS)


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ([], GOOD),
        ([holds(Tag.ANY, "BJORK")], ["Björk/Debut.flac"]),
        ([holds(Tag.ANY, "иван")], ["top.mp3"]),
        ([holds(Tag.ANY, "0%")], ["Beyoncé/100%.m4a"]),
        ([holds(Tag.ANY, "_h")], ["Beyoncé/100%.m4a"]),
        ([holds(Tag.ANY, "0_")], []),
        ([holds(Tag.TITLE, "o")], ["Abba/Gold/01.mp3", "Abba/Gold/02.mp3", *GOOD[2:4]]),
        ([holds(Tag.TITLE, "o"), holds(Tag.ARTIST, "abba")], GOOD[:2]),
        ([holds(Tag.ARTIST, "gold")], []),
        ([is_(Tag.ARTIST, "ABBA")], GOOD[:2]),
        ([is_(Tag.ARTIST, "abba")], []),
        ([is_(Tag.ANY, "Gold")], GOOD[:2]),
        ([begins(Tag.ARTIST, "bey")], ["Beyoncé/100%.m4a"]),
        ([begins(Tag.ARTIST, "ey")], []),
        ([begins(Tag.ANY, "cafe")], ["caf\udce9.ogg"]),
        ([is_(Tag.YEAR, "1993")], ["Björk/Debut.flac"]),
        ([holds(Tag.YEAR, "2001-05-01")], ["caf\udce9.ogg"]),
        ([is_(Tag.YEAR, "nonsense")], []),
        ([is_(Tag.PATH, "top.mp3")], ["top.mp3"]),
        ([begins(Tag.PATH, "Abba/G")], GOOD[:2]),
        ([begins(Tag.PATH, "caf\udce9")], ["caf\udce9.ogg"]),
        ([holds(Tag.PATH, "GOLD/02")], ["Abba/Gold/02.mp3"]),
        ([Condition(Tag.ARTIST, "ABBA", Match.IS, negated=True)], GOOD[2:]),
        ([holds(Tag.ANY, "' OR 1=1 --")], []),
        ([holds(Tag.ANY, "x" * 10_000)], []),
        ([holds(Tag.TITLE, "\ud800")], []),
    ],
)
def test_searches(shelf: Shelf, conditions: list[Condition], found: list[str]) -> None:
    """Neither case nor accents matter but where exactly this is asked for."""
    assert shelf.paths(*conditions) == sorted(
        found, key=lambda p: p.encode("utf-8", "surrogateescape")
    )


def test_broken_files_are_found_only_by_those_who_ask(shelf: Shelf) -> None:
    assert shelf.paths(broken=True) == ["broken/none.mp3"]
    assert len(shelf.paths(broken=None)) == len(TRACKS)


def test_pages(shelf: Shelf) -> None:
    page = shelf.settle(shelf.library.page(ROOT, TrackQuery(offset=1, limit=2)))
    assert (len(page.tracks), page.total) == (2, len(GOOD))
    assert page.tracks[0].path == "Abba/Gold/02.mp3"
    assert shelf.paths(offset=99, limit=-5) == []
    counted = shelf.settle(shelf.library.page(ROOT, TrackQuery(limit=2)))
    assert (len(counted.tracks), counted.total) == (2, len(GOOD))
    assert shelf.paths(order=Order.TITLE, limit=2) == ["Beyoncé/100%.m4a", "caf\udce9.ogg"]
    assert shelf.paths(order=Order.ARTIST)[-1] == "top.mp3"


def test_folders(shelf: Shelf) -> None:
    """Folders have what is below them, in one step after the other."""
    page = shelf.settle(shelf.library.folders(ROOT, TrackQuery()))
    assert page.names == (
        Named("Abba", 2, 360.0),
        Named("Beyoncé", 1, 260.0),
        Named("Björk", 1, 250.0),
    )
    assert page.total == 3
    inside = shelf.settle(shelf.library.folders(ROOT, TrackQuery(folder="Abba")))
    assert inside.names == (Named("Gold", 2, 360.0),)
    assert shelf.paths(only_here=True) == ["caf\udce9.ogg", "top.mp3"]
    assert shelf.paths(folder="Abba", only_here=True) == []
    assert shelf.paths(folder="Abba") == GOOD[:2]
    assert shelf.paths(folder="Abb") == []
    assert shelf.settle(shelf.library.folders("/other", TrackQuery())).names == ()


def test_names_of_tags(shelf: Shelf) -> None:
    page = shelf.settle(shelf.library.names(ROOT, Tag.ARTIST, TrackQuery()))
    assert [each.name for each in page.names] == ["ABBA", "Beyoncé", "Björk", "ИВАН"]
    assert page.names[0] == Named("ABBA", 2, 360.0)
    years = shelf.settle(shelf.library.names(ROOT, Tag.YEAR, TrackQuery()))
    assert [each.name for each in years.names] == ["1993", "2001"]
    query = TrackQuery((is_(Tag.ARTIST, "ABBA"),))
    albums = shelf.settle(shelf.library.names(ROOT, Tag.ALBUM, query))
    assert [each.name for each in albums.names] == ["Gold"]


def test_what_there_is(shelf: Shelf) -> None:
    shelf.settle(shelf.library.put("/other", [Track("x.mp3")]))
    assert shelf.settle(shelf.library.count(ROOT)) == LibraryCount(7, 1, 1090.0, 4, 1)
    assert shelf.settle(shelf.library.roots()) == [ROOT, "/other"]
    shelf.settle(shelf.library.forget(ROOT))
    assert shelf.settle(shelf.library.count(ROOT)) == LibraryCount()
    assert shelf.settle(shelf.library.count("/other")).tracks == 1


def test_what_is_known_is_told_piece_by_piece(shelf: Shelf) -> None:
    shelf.settle(shelf.library.put(ROOT, [Track("z", size=5, mtime_ns=7)]))
    first = shelf.settle(shelf.library.known(ROOT, "", 3))
    rest = shelf.settle(shelf.library.known(ROOT, first[-1].path, 100))
    assert len(first) == 3
    assert rest[-1] == FileState("z", 5, 7)
    assert len(first) + len(rest) == len(TRACKS) + 1


def play(track: Track, at: float = 1000.0) -> Play:
    return Play(at, "/live", ROOT, track)


def test_a_draw_gives_what_was_not_played_for_longest(shelf: Shelf) -> None:
    """In a round everything good has its turn, whatever restarts come in between."""
    drawn = [track.path for track in shelf.settle(shelf.library.draw(ROOT, "/live", 100))]
    assert sorted(drawn) == sorted(GOOD)
    heard = []
    for at in range(3 * len(GOOD)):
        (track,) = shelf.settle(shelf.library.draw(ROOT, "/live", 1))
        shelf.settle(shelf.library.note(play(track, at)))
        heard.append(track.path)
    for start in range(0, len(heard), len(GOOD)):
        assert sorted(heard[start : start + len(GOOD)]) == sorted(GOOD)
    below = shelf.settle(shelf.library.draw(ROOT, "/live", 9, "Abba"))
    assert sorted(track.path for track in below) == GOOD[:2]
    assert len(shelf.settle(shelf.library.draw(ROOT, "/other", 9))) == len(GOOD)


def test_plays_are_kept(shelf: Shelf) -> None:
    for at in range(5):
        shelf.settle(shelf.library.note(play(TRACKS[at], at + 0.5)))
    newest = shelf.settle(shelf.library.plays("/live", 2))
    assert [each.at for each in newest] == [4.5, 3.5]
    older = shelf.settle(shelf.library.plays("/live", 99, newest[-1].id))
    assert [each.track.title for each in older] == ["Human Behaviour", "S.O.S.", "Waterloo"]
    assert shelf.settle(shelf.library.plays("/other", 9)) == []


def test_plays_do_not_fill_the_disk(shelf: Shelf) -> None:
    shelf.settle(shelf.library.note(play(TRACKS[0])))
    shelf.end()
    with sqlite3.connect(shelf.path) as raw:
        raw.execute("UPDATE plays SET id = ?", [PLAYS_KEPT])
    raw.close()
    later = Shelf(shelf.path)
    for _ in range(3):
        later.settle(later.library.note(play(TRACKS[1])))
    assert len(later.settle(later.library.plays("/live", 99))) == 4
    with sqlite3.connect(shelf.path) as raw:
        raw.execute("UPDATE plays SET id = 2 WHERE id = ?", [PLAYS_KEPT])
    raw.close()
    later.settle(later.library.note(play(TRACKS[1])))
    assert len(later.settle(later.library.plays("/live", 99))) == 4
    later.end()


def test_a_database_that_is_refused_says_so(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "tinyice.db") as raw:
        raw.execute("CREATE TABLE songs (id INTEGER)")
    raw.close()
    shelf = Shelf(tmp_path / "tinyice.db")
    with pytest.raises(NoDatabase, match="another program"):
        shelf.settle(shelf.library.put(ROOT, TRACKS))
    shelf.store.sessions.keep(session())
    shelf.turn()
    with pytest.raises(NoDatabase, match="another program"):
        shelf.paths()
    shelf.end()


@pytest.mark.parametrize("limit", [1, 2, 3, len(GOOD), len(GOOD) + 1])
def test_pages_one_after_the_other_need_no_counting(shelf: Shelf, limit: int) -> None:
    """Also over names that are no UTF-8; the last one says that there is no more."""
    found: list[str] = []
    while True:
        after = found[-1] if found else ""
        query = TrackQuery(after=after, limit=limit, is_counted=False)
        page = shelf.settle(shelf.library.page(ROOT, query))
        found += [track.path for track in page.tracks]
        if len(page.tracks) >= page.total:
            break
    assert found == shelf.paths() == sorted(GOOD, key=os.fsencode)


anything = st.builds(
    Condition, st.sampled_from(list(Tag)), st.text(), st.sampled_from(list(Match)), st.booleans()
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    conditions=st.lists(anything, max_size=4),
    order=st.sampled_from(list(Order)),
    tag=st.sampled_from([Tag.TITLE, Tag.ARTIST, Tag.YEAR]),
)
def test_any_question_has_an_answer(
    shelf: Shelf, conditions: list[Condition], order: Order, tag: Tag
) -> None:
    """No text of a client makes an error, and a page never has more than there is."""
    query = TrackQuery(tuple(conditions), order=order)
    page = shelf.settle(shelf.library.page(ROOT, query))
    assert len(page.tracks) == page.total <= len(GOOD)
    names = shelf.settle(shelf.library.names(ROOT, tag, query))
    assert len(names.names) == names.total


def test_a_large_library_is_searched_in_no_time(tmp_path: Path) -> None:
    """Searches in 30,000 tracks take a fraction of a second."""
    shelf = Shelf(tmp_path / "tinyice.db")
    for start in range(0, 30_000, 1000):
        tracks = [
            Track(f"a{n % 300}/b{n % 3000}/{n}.mp3", title=f"Song {n}", artist=f"Artist {n % 300}")
            for n in range(start, start + 1000)
        ]
        shelf.settle(shelf.library.put(ROOT, tracks))
    begun = time.process_time()
    assert len(shelf.paths(holds(Tag.ANY, "song 29999"))) == 1
    assert len(shelf.paths(holds(Tag.TITLE, "99"), order=Order.TITLE)) == 100
    assert shelf.settle(shelf.library.folders(ROOT, TrackQuery())).total == 300
    assert shelf.settle(shelf.library.names(ROOT, Tag.ARTIST, TrackQuery())).total == 300
    assert len(shelf.settle(shelf.library.draw(ROOT, "/live", 100))) == 100
    assert time.process_time() - begun < 3.0
    shelf.end()
