"""AutoDJs as pages see and drive them, on real players and a real database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from autodj.studio_stage import HALF, TRACKS, StudioStage, settle
from tinyice.assembly.studio_dj import StudioDj
from tinyice.config.autodjs import AutoDJ
from tinyice.core.autodjs import (
    DjModes,
    DjState,
    EntryRows,
    GainBy,
    ListChanged,
    Mix,
    Turn,
)
from tinyice.core.errors import Conflict, NotThere, NotUsable
from tinyice.core.tracks import Condition, Match, Tag, TrackQuery
from tinyice.web.autodj_ports import AutoDjs, Picked
from tinyice.wire.errors import PeerError


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[StudioStage]:
    (tmp_path / "music").mkdir()
    made = StudioStage(tmp_path)
    yield made
    made.end()


@pytest.fixture
def dj(stage: StudioStage) -> StudioDj:
    """It plays the first track."""
    found = stage.begin()
    stage.child.is_ready()
    stage.enter()
    return found


def titles(rows: EntryRows) -> list[str]:
    return [row.track.title for row in rows.rows]


def by_title(rows: EntryRows) -> dict[str, int]:
    return {row.track.title: row.id for row in rows.rows}


def test_what_is_shown_of_one(stage: StudioStage, dj: StudioDj) -> None:
    """What plays, what comes next and how, and how loud it is made."""
    found = dj.snapshot()
    assert found.now is not None
    assert found.next is not None
    assert (found.state, found.is_heard) == (DjState.PLAY, True)
    assert (found.now.track.title, found.next.track.title) == ("One", "Two")
    assert (found.join, found.gain_db, found.loudness) == ("gapless", -4.0, HALF)
    assert (found.playlist_count, found.queue_count, found.volume) == (5, 0, 100)
    stage.clock.advance(3)
    assert dj.snapshot().elapsed_s == 3.0


def test_it_is_what_the_web_asks_for(stage: StudioStage, dj: StudioDj) -> None:
    studio: AutoDjs = stage.studio
    assert studio.get("/live") is dj
    assert studio.get("/other") is None
    assert [one.mount for one in studio.all()] == ["/live"]


def test_who_watches_is_told(stage: StudioStage, dj: StudioDj) -> None:
    """Of changes, and of one that comes or goes; not any more when they have stopped."""
    told: list[int] = []
    unwatch = stage.studio.watch(lambda: told.append(1))
    dj.deck.set_volume(50)
    assert told
    before = len(told)
    stage.autodjs.apply(())
    assert len(told) > before
    assert stage.studio.get("/live") is None
    unwatch()
    before = len(told)
    stage.begin()
    assert len(told) == before


def test_a_server_without_any_has_none(stage: StudioStage) -> None:
    stage.autodjing.running = None
    assert stage.studio.get("/live") is None
    assert list(stage.studio.all()) == []


def test_the_deck(stage: StudioStage, dj: StudioDj) -> None:
    dj.deck.pause(on=True)
    assert dj.snapshot().state is DjState.PAUSE
    dj.deck.play()
    assert dj.snapshot().state is DjState.PLAY
    dj.deck.seek(100.0)
    assert round(dj.snapshot().elapsed_s) == 100
    dj.deck.next()
    stage.enter()
    now = dj.snapshot().now
    assert now is not None
    assert now.track.title == "Two"
    dj.deck.previous()
    stage.enter()
    dj.deck.stop()
    assert dj.snapshot().state is DjState.STOP
    with pytest.raises(Conflict, match="nothing plays"):
        dj.deck.seek(10.0)
    with pytest.raises(NotThere):
        dj.deck.play(999)


def test_modes_and_mix(dj: StudioDj) -> None:
    modes = DjModes(shuffle=True, loop=False, single=Turn.ONCE, consume=Turn.ON)
    dj.deck.set_modes(modes)
    mix = Mix(5.5, "linear", GainBy.ALBUM, -18.0, 1.5)
    dj.deck.set_mix(mix)
    assert (dj.snapshot().modes, dj.snapshot().mix) == (modes, mix)


def test_tracks_are_added_in_many_ways(dj: StudioDj) -> None:
    """By number and path, from a folder, by a search; what is broken is left out."""
    dj.playlist.clear()
    put = settle(dj.playlist.add(Picked(ids=(3, 99), paths=("top.opus", "gone.mp3"))))
    assert titles(dj.playlist.page(0, 9)) == ["Loud", "top"]
    assert put.missing == ("track 99", "gone.mp3")
    first = dj.playlist.page(0, 1).rows[0].id
    put = settle(
        dj.playlist.add(Picked(query=TrackQuery(folder="Bert", broken=None)), before=first)
    )
    assert titles(dj.playlist.page(0, 9)) == ["Café \\udce9", "Loud", "Loud", "top"]
    assert put.left_out == 1
    search = TrackQuery((Condition(Tag.ARTIST, "Anna", Match.IS),))
    put = settle(dj.playlist.replace(Picked(query=search)))
    assert titles(dj.playlist.page(0, 9)) == ["One", "Two"]
    assert list(put.entries) == [row.id for row in dj.playlist.page(0, 9).rows]


def test_names_that_are_no_text_come_back(dj: StudioDj) -> None:
    """What the page was told of a file's path names that file."""
    page = settle(dj.library.tracks(TrackQuery(folder="Bert")))
    strange = page.rows[0].path
    strange.encode("utf-8")
    dj.playlist.clear()
    assert settle(dj.playlist.add(Picked(paths=(strange,)))).missing == ()


def test_entries_are_moved_removed_and_shuffled(dj: StudioDj) -> None:
    page = dj.playlist.page(0, 9)
    ids = by_title(page)
    dj.playlist.move([ids["top"], ids["Loud"]], ids["One"], version=page.version)
    assert titles(dj.playlist.page(0, 9)) == ["top", "Loud", "One", "Two", "Café \\udce9"]
    dj.playlist.remove([ids["Loud"], ids["top"]])
    assert titles(dj.playlist.page(1, 1)) == ["Two"]
    dj.playlist.shuffle()
    dj.playlist.prioritise([ids["Two"]], 5)
    shown = {row.track.title: row.priority for row in dj.playlist.page(0, 9).rows}
    assert shown == {"One": 0, "Two": 5, "Café \\udce9": 0}
    with pytest.raises(NotThere):
        dj.playlist.remove([ids["One"], 999])
    assert len(dj.playlist.page(0, 9).rows) == 3


def test_what_plays_goes_on_when_it_is_taken_out(stage: StudioStage, dj: StudioDj) -> None:
    dj.playlist.clear()
    found = dj.snapshot()
    assert found.now is not None
    assert (found.now.track.title, found.now.position) == ("One", -1)
    assert found.state is DjState.PLAY
    assert len(stage.child.loaded) == 2


def test_two_who_edit_at_once(dj: StudioDj) -> None:
    """Who saw an older list is told so, and has changed nothing."""
    seen = dj.playlist.page(0, 9).version
    dj.playlist.remove([dj.playlist.page(1, 1).rows[0].id], version=seen)
    after = dj.playlist.page(0, 9)
    for edit in (
        lambda: dj.playlist.clear(version=seen),
        lambda: dj.playlist.shuffle(version=seen),
        lambda: dj.playlist.move([1], None, version=seen),
        lambda: settle(dj.playlist.add(Picked(ids=(1,)), version=seen)),
        lambda: settle(dj.playlist.replace(Picked(ids=(1,)), version=seen)),
    ):
        with pytest.raises(ListChanged, match="changed meanwhile"):
            edit()
    assert dj.playlist.page(0, 9) == after
    waiting = dj.queue.page(0, 9).version
    settle(dj.queue.add(Picked(ids=(1,)), version=waiting))
    with pytest.raises(ListChanged):
        dj.queue.clear(version=waiting)


def test_the_queue(dj: StudioDj) -> None:
    settle(dj.queue.add(Picked(ids=(1, 2))))
    settle(dj.queue.add(Picked(ids=(3, 5)), first=True))
    page = dj.queue.page(0, 9)
    assert titles(page) == ["Loud", "top", "One", "Two"]
    assert all(row.is_queued for row in page.rows)
    ids = by_title(page)
    dj.queue.move([ids["Two"]], ids["Loud"])
    dj.queue.remove([ids["top"], ids["One"]])
    assert titles(dj.queue.page(0, 9)) == ["Two", "Loud"]
    found = dj.snapshot().next
    assert found is not None
    assert (found.track.title, found.is_queued) == ("Two", True)
    with pytest.raises(NotThere):
        dj.queue.remove([ids["Two"], 999])
    dj.queue.clear()
    assert dj.queue.page(0, 9).total == 0


def test_a_queue_takes_all_or_nothing(dj: StudioDj) -> None:
    with pytest.raises(Conflict, match="room for 500"):
        settle(dj.queue.add(Picked(ids=(1,) * 501)))
    assert dj.queue.page(0, 9).total == 0


def test_the_library(dj: StudioDj) -> None:
    page = settle(dj.library.tracks(TrackQuery(broken=True)))
    assert [(row.title, row.fault) for row in page.rows] == [("Broken", "no audio in it")]
    folders = settle(dj.library.folders(TrackQuery()))
    assert [(row.name, row.path, row.tracks) for row in folders.rows] == [
        ("Anna", "Anna", 2),
        ("Bert", "Bert", 2),
    ]
    below = settle(dj.library.folders(TrackQuery(folder="Anna")))
    assert [row.path for row in below.rows] == ["Anna/First"]
    artists = settle(dj.library.names(Tag.ARTIST, TrackQuery()))
    assert [row.name for row in artists.rows] == ["Anna", "Bert", "Cleo"]
    facts = settle(dj.library.facts())
    assert (facts.tracks, facts.broken, facts.artists) == (6, 1, 3)
    assert dj.library.scan("Bert") > 0
    for trick in ("../up", "/etc", "a//b", "a/\0"):
        with pytest.raises(NotUsable):
            settle(dj.library.tracks(TrackQuery(folder=trick)))
        with pytest.raises(NotUsable):
            dj.library.scan(trick)
        with pytest.raises(NotUsable):
            settle(dj.playlist.add(Picked(paths=(trick,))))


def test_playlists_are_saved_loaded_and_given(dj: StudioDj) -> None:
    assert settle(dj.saved.save("morning")) == 5
    assert [one.name for one in settle(dj.saved.names())] == ["morning"]
    dj.playlist.clear()
    settle(dj.playlist.replace(Picked(saved="morning")))
    assert len(dj.playlist.page(0, 9).rows) == 5
    assert dj.snapshot().playlist_name == "morning"
    with pytest.raises(Conflict, match="already"):
        settle(dj.saved.save("morning", replace=False))
    settle(dj.saved.rename("morning", "evening"))
    given = settle(dj.saved.give("evening", "pls"))
    assert b"File1=Anna/First/01.flac" in given
    assert b"Title1=Anna - One" in given
    settle(dj.saved.remove("evening"))
    with pytest.raises(NotThere):
        settle(dj.saved.give("evening", "m3u8"))
    for name in ("../up", "a/b", ".hidden", " x", "x" * 300):
        with pytest.raises(NotUsable):
            settle(dj.saved.save(name))


def test_entries_bring_the_gain_of_their_playlist(stage: StudioStage, dj: StudioDj) -> None:
    """Loaded or appended, in front of others and in the queue; the deck says what is in force."""
    settle(dj.saved.save("morning"))
    settle(dj.saved.set_gain("morning", -3.0))
    assert [one.gain_db for one in settle(dj.saved.names())] == [-3.0]
    settle(
        dj.playlist.add(Picked(ids=(1,), saved="morning"), before=dj.playlist.page(0, 1).rows[0].id)
    )
    gains = [row.gain_db for row in dj.playlist.page(0, 99).rows]
    assert gains == [0.0, *[-3.0] * 5, *[0.0] * 5]
    settle(dj.queue.add(Picked(paths=("top.opus",), gains=(1.5,), saved="morning"), first=True))
    assert [row.gain_db for row in dj.queue.page(0, 9).rows] == [1.5, *[-3.0] * 5]
    dj.queue.clear()
    settle(dj.playlist.replace(Picked(saved="morning")))
    last = dj.playlist.page(0, 9).rows[-1].id
    dj.playlist.move([last], dj.playlist.page(0, 1).rows[0].id)
    dj.playlist.prioritise([last], 9)
    assert {row.gain_db for row in dj.playlist.page(0, 9).rows} == {-3.0}
    assert stage.child.loaded[-1].gain_db == -7.0
    stage.enter()
    assert dj.snapshot().gain_db == -7.0


def test_playlists_of_others_are_taken(stage: StudioStage, dj: StudioDj) -> None:
    """With the paths of another machine; what is not here is told, and kept."""
    data = b"#EXTM3U\n#EXTINF:3,Her one\nC:\\Music\\Anna\\First\\01.flac\n/else/where.mp3\n"
    put = settle(dj.saved.take("hers", data, "", replace=False))
    assert (put.entries, put.missing) == ((1,), ("/else/where.mp3",))
    assert b"Her one\nAnna/First/01.flac\n" in settle(dj.saved.give("hers", "m3u8"))
    with pytest.raises(Conflict):
        settle(dj.saved.take("hers", data, "", replace=False))
    with pytest.raises(PeerError):
        settle(dj.saved.take("xml", b"<playlist", "xspf", replace=False))
    assert settle(dj.saved.take("hers", b"top.opus\n", "m3u", replace=True)).entries == (5,)


def test_the_history(stage: StudioStage, dj: StudioDj) -> None:
    stage.played(*TRACKS[1:4])
    newest, *rest = settle(dj.history(2))
    assert newest.title == "Café \\udce9"
    newest.path.encode("utf-8")
    before = settle(dj.history(9, rest[-1].id))
    assert [row.title for row in before] == ["Two", "One"]


def test_folders_for_music(stage: StudioStage, tmp_path: Path) -> None:
    """No further than ``media_roots`` go, whatever the way."""
    inside, outside = tmp_path / "music" / "Jazz", tmp_path / "secret"
    inside.mkdir()
    outside.mkdir()
    (tmp_path / "music" / "Bl\udcfcs").mkdir()
    (tmp_path / "music" / "out").symlink_to(outside)
    (tmp_path / "music" / ".hidden").mkdir()
    (tmp_path / "music" / "file.mp3").touch()
    stage.media_roots = ("music",)
    root = str(stage.folder / "music")
    top = settle(stage.studio.browse(""))
    assert (top.path, top.parent, [row.path for row in top.rows]) == ("", None, [root])
    found = settle(stage.studio.browse(root))
    assert (found.path, found.parent, found.is_cut) == (root, "", False)
    assert [row.name for row in found.rows] == ["Bl\ueffcs", "Jazz", "out"]
    assert settle(stage.studio.browse(found.rows[0].path)).parent == root
    for trick in (str(outside), f"{root}/out", f"{root}/../secret", "music", "/", f"{root}/none"):
        with pytest.raises(NotUsable):
            settle(stage.studio.browse(trick))
    stage.media_roots = ()
    assert [row.path for row in settle(stage.studio.browse("")).rows] == ["/"]
    assert settle(stage.studio.browse("/")).parent == ""


def test_many_folders_are_cut(stage: StudioStage, tmp_path: Path) -> None:
    for number in range(510):
        (tmp_path / "music" / f"{number:03}").mkdir()
    stage.media_roots = ("music",)
    found = settle(stage.studio.browse(str(stage.folder / "music")))
    assert (len(found.rows), found.is_cut) == (500, True)


def test_another_folder_on_the_same_mount(stage: StudioStage, dj: StudioDj) -> None:
    """It stays who it is, with another library, and what the configuration loads there."""
    settle(dj.saved.save("morning"))
    settle(dj.playlist.replace(Picked(saved="morning")))
    (stage.folder / "else").mkdir()
    stage.begin(AutoDJ(mount="/live", music_dir="else", name="New", last_playlist="evening"))
    assert stage.studio.get("/live") is dj
    found = dj.snapshot()
    assert (found.name, found.playlist_name, found.playlist_count) == ("New", "evening", 0)
    put = settle(dj.playlist.replace(Picked(saved="morning")))
    assert (len(put.missing), dj.snapshot().playlist_name) == (5, "morning")
