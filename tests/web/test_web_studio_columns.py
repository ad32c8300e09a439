"""The outer columns of the Studio: what they show, and what their forms do."""

from urllib.parse import urlencode

import pytest
from studio_support import FakeDj, song
from web_support import BOSS, DJ, Reply, Web, mount

from tinyice.core.access.principal import Principal
from tinyice.core.autodjs import EntryRow, PlayRow

HEAD = b"Cookie: sid=cookie1\r\n"
XSS = "<script>alert('x')</script>\"'&"
FILES = (
    song(1, "Glasshouse", "Jazz/Night/glass.mp3", artist="Oda Lindqvist Trio"),
    song(2, "Greenroom", "Jazz/Night/green.mp3", artist="Oda Lindqvist Trio"),
    song(3, "Northbound", "Jazz/north.mp3", artist="The Quiet Hours"),
    song(4, XSS, "top.mp3", artist=XSS),
    song(5, "torn", "Jazz/torn.mp3", fault="no audio in it"),
)


class Studio:
    """A site with an AutoDJ, and somebody who has signed in."""

    def __init__(self, who: Principal = BOSS, path: str = "/live", **dj: object) -> None:
        self.dj = FakeDj(path, **{"files": FILES, **dj})  # type: ignore[arg-type]
        self.web = Web(mount(path))
        self.web.open_session(who)
        self.web.bench.autodjs.running[path] = self.dj

    def see(self, part: str = "library", **query: str) -> Reply:
        """A column."""
        tail = urlencode({"mount": self.dj.mount, **query})
        return self.web.ask(f"/admin/studio-{part}?{tail}", HEAD)

    def page(self, **query: str) -> Reply:
        return self.web.ask(f"/admin/studio{self.dj.mount}?{urlencode(query)}", HEAD)

    def do(self, path: str, *, part: str = "1", **form: str) -> Reply:
        """A form, sent by a script; what it is led to."""
        told = {"mount": self.dj.mount, "csrf": "csrf1", "part": part, **form}
        answer = self.web.post(f"/admin/studio-{path}", urlencode(told).encode(), HEAD)
        place = answer.head.get("location", "")
        return self.web.ask(place, HEAD) if place else answer

    @property
    def ids(self) -> list[int]:
        return [row.id for row in self.dj.playlist.rows]


class TestTheLibrary:
    """Folders, tracks, what is found, and what is broken."""

    def test_folders_come_first_and_tracks_then(self) -> None:
        """With how much is below each; the way back stands above them."""
        studio = Studio()
        text = studio.see().text
        assert "4 tracks, 15:00" in text
        assert text.index(">Jazz<") < text.index("&lt;script&gt;")
        assert 'data-total="2"' in text
        text = studio.see(folder="Jazz").text
        assert text.index(">Night<") < text.index(">Northbound<")
        assert 'href="/admin/studio/live#library"' in text

    def test_all_words_are_looked_for_below_the_folder(self) -> None:
        studio = Studio()
        text = studio.see(find="trio  GREEN").text
        assert ">Greenroom<" in text
        assert "1 found" in text
        assert "Glasshouse" not in text
        assert "Search everywhere" in studio.see(find="alert", folder="Jazz").text

    def test_what_is_broken_is_listed_with_its_reason_and_can_not_be_taken(self) -> None:
        text = Studio().see(broken="1").text
        assert "Jazz/torn.mp3" in text
        assert "no audio in it" in text
        assert 'name="add"' not in text
        assert "Add all" not in text

    def test_a_window_of_a_long_list(self) -> None:
        """Folders and tracks are one row of places."""
        folders = [song(n, path=f"a{n:03}/x.mp3") for n in range(1, 71)]
        tracks = [song(n, path=f"t{n:03}.mp3") for n in range(71, 200)]
        studio = Studio(files=[*folders, *tracks])
        seen = [studio.see(start=str(start)).text for start in (0, 30, 60, 180)]
        assert [text.count("data-key=") for text in seen] == [60, 60, 60, 19]
        assert [text.count('class="folder"') for text in seen] == [60, 40, 10, 0]
        assert all('data-total="199"' in text for text in seen)
        assert 'data-key="t 120"' in seen[2]
        assert "start=120#library" in seen[2]

    def test_a_window_alone(self) -> None:
        """For a script that has all the rest."""
        studio = Studio()
        text = studio.see(window="1", folder="Jazz").text
        assert (text.count("data-key="), "data-search" in text) == (2, False)
        studio.dj.library.fault = "there is no database"
        assert studio.see(window="1").status == 409

    def test_nothing_is_made_of_hostile_words(self) -> None:
        for part in ("library", "lists"):
            assert "<script>alert" not in Studio().see(part).text
        assert "<script>alert" not in Studio().see(find=XSS, folder=XSS).text

    @pytest.mark.parametrize("part", ["library", "lists"])
    def test_a_database_that_is_not_there_is_named(self, part: str) -> None:
        studio = Studio(history_fault="there is no database")
        studio.dj.library.fault = "there is no database"
        reply = studio.see(part, list="history")
        assert (reply.status, "there is no database" in reply.text) == (200, True)
        assert studio.page(list="history").status == 200

    def test_scanning_is_seen(self) -> None:
        studio = Studio()
        assert studio.do("library/scan").status == 200
        assert studio.dj.library.scans == 1


class TestWhatIsTaken:
    """From the library into the lists."""

    def test_one_track(self) -> None:
        studio = Studio()
        reply = studio.do("library/add", add="3")
        assert studio.dj.playlist.titles.endswith(", Northbound")
        assert "1 track added to the playlist." in reply.text
        studio.do("library/add", next="2")
        studio.do("library/add", next="1")
        assert studio.dj.queue.titles == "Glasshouse, Greenroom"

    def test_all_that_is_below_a_folder_or_found(self) -> None:
        """Not what can't be played."""
        studio = Studio()
        studio.dj.playlist.rows.clear()
        studio.do("library/add", all="1", view="folder=Jazz")
        assert studio.dj.playlist.titles == "Glasshouse, Greenroom, Northbound"
        studio.do("library/add", all="1", view="find=quiet&broken=1")
        assert studio.dj.playlist.titles.endswith("Northbound, Northbound")

    def test_what_has_played_by_its_path(self) -> None:
        studio = Studio()
        assert "Not found: 1." in studio.do("library/add", add="/gone.mp3").text
        studio.do("library/add", next="/Jazz/north.mp3")
        assert studio.dj.queue.titles == "Northbound"

    def test_it_is_taken_back(self) -> None:
        studio = Studio()
        before = studio.dj.playlist.titles
        reply = studio.do("library/add", all="1")
        assert "data-undo" in reply.text
        assert "It is as it was." in studio.do("lists/undo").text
        assert studio.dj.playlist.titles == before
        again = studio.do("lists/undo")
        assert again.status == 404
        assert "data-said" in again.text


class TestTheLists:
    """Looked at, and edited."""

    def test_times_warnings_and_what_plays(self) -> None:
        studio = Studio(playing=2)
        rows = studio.dj.playlist.rows
        rows[2] = EntryRow(3, rows[2].track, begins_in=90.0, too_soon="repeats its artist")
        text = studio.see("lists").text
        assert text.count('class="is-now" aria-current="true"') == 1
        assert '<b dir="auto">Northbound</b> repeats its artist.' in text
        assert text.count('title="bound to begin"') == 1

    def test_the_window_is_around_what_plays(self) -> None:
        files = [song(n) for n in range(1, 501)]
        studio = Studio(files=files, playing=300)
        text = studio.see("lists").text
        assert 'data-start="296"' in text
        assert text.count("data-key=") == 60
        assert 'data-start="0"' in studio.see("lists", at="0").text
        assert 'data-start="499"' in studio.see("lists", at="100000").text

    def test_up_down_and_to_the_top(self) -> None:
        """The buttons of each row say where it comes to, at the ends of the window, too."""
        studio = Studio(files=[song(n) for n in range(1, 201)])
        text = studio.see("lists", at="100").text
        assert 'value="move 101 100"' in text  # up
        assert 'value="move 101 1"' in text
        assert 'value="move 160 162"' in text  # down
        assert 'value="move 199 0"' in studio.see("lists", at="150").text
        studio.do("lists/do", do="move 101 100")
        assert studio.ids[98:102] == [99, 101, 100, 102]
        studio.do("lists/do", do="move 101 100")
        assert studio.ids[98:102] == [99, 101, 100, 102]
        studio.do("lists/do", do="move 101 0")
        assert studio.ids[-1] == 101

    def test_removed_and_put_back(self) -> None:
        studio = Studio()
        before = studio.dj.playlist.titles
        reply = studio.do("lists/do", do="remove 2 2")
        assert "1 track removed." in reply.text
        assert 2 not in studio.ids
        studio.do("lists/undo")
        assert studio.dj.playlist.titles == before

    def test_removed_from_where_nobody_thought_it_was(self) -> None:
        studio = Studio(files=[song(n) for n in range(1, 201)])
        studio.do("lists/do", do="remove 5 180")
        assert 5 not in studio.ids
        studio.do("lists/undo")
        assert studio.dj.playlist.rows[4].track.id == 5

    def test_cleared_and_put_back(self) -> None:
        studio = Studio()
        before = studio.dj.playlist.titles
        assert "4 tracks removed." in studio.do("lists/do", do="clear").text
        assert studio.ids == []
        studio.do("lists/undo")
        assert studio.dj.playlist.titles == before

    def test_played_now_and_next(self) -> None:
        studio = Studio()
        studio.do("lists/do", do="play 3")
        studio.do("lists/do", do="next 3 3")
        studio.do("lists/do", do="next 1 1")
        assert studio.dj.queue.titles == "Glasshouse, Northbound"
        last = studio.dj.queue.rows[1].id
        studio.do("lists/do", do=f"play {last}", view="list=queue")
        assert studio.dj.queue.titles == "Northbound, Glasshouse"
        assert studio.dj.deck.told == ["play 3", "next"]

    @pytest.mark.parametrize(
        "order",
        ["", "remove", "remove x 1", "move 1", "shuffle", "move 1 2 3", "play -1", "play \u0663"],
    )
    def test_orders_that_are_none(self, order: str) -> None:
        studio = Studio()
        assert studio.do("lists/do", do=order).status == 400
        assert len(studio.ids) == 4

    @pytest.mark.parametrize("order", ["remove 99 1", "next 99 1", "move 99 1"])
    def test_entries_that_are_not_there(self, order: str) -> None:
        studio = Studio()
        assert studio.do("lists/do", do=order).status == 404
        assert studio.do("lists/do", do="play 1", view="list=queue").status == 404
        assert studio.do("lists/do", do="clear", view="list=history").status == 400

    def test_history(self) -> None:
        """A page of it, and the way to what was before."""
        plays = [
            PlayRow(n, 1_795_000_000.0 + n, f"{n}.mp3", f"Play {n}") for n in range(250, 0, -1)
        ]
        studio = Studio(plays=plays)
        text = studio.see("lists", list="history").text
        assert (text.count("data-key="), ">Play 250<" in text) == (100, True)
        assert "list=history&amp;before=151" in text
        text = studio.see("lists", list="history", before="51").text
        assert (text.count("data-key="), "Older" in text, "Newest" in text) == (50, False, True)
        assert "Nothing has played yet" in Studio().see("lists", list="history").text


class TestWithoutScripts:
    """Forms lead back to the page, to where they were sent from."""

    def test_back_to_the_page(self) -> None:
        studio = Studio()
        told = {"mount": "/live", "csrf": "csrf1", "view": "find=trio&list=queue", "add": "1"}
        answer = studio.web.post("/admin/studio-library/add", urlencode(told).encode(), HEAD)
        place = answer.head.get("location", "")
        assert place.startswith("/admin/studio/live?find=trio&list=queue&said=added&n=1")
        text = studio.web.ask(place.partition("#")[0], HEAD).text
        assert "1 track added to the playlist." in text
        assert 'action="/admin/studio-lists/undo"' in text

    def test_a_refusal_is_on_the_page(self) -> None:
        reply = Studio().do("lists/do", part="", do="remove 99 1")
        assert reply.status == 404
        assert 'id="library-h"' in reply.text
        assert "There is no entry 99." in reply.text

    def test_a_link_can_say_nothing_that_was_not_done(self) -> None:
        text = Studio().page(said=XSS, n="-3").text
        assert "<script>alert" not in text
        assert "data-said" not in text


class TestSavedPlaylists:
    """Saved, loaded, renamed, deleted, taken over and given away."""

    def test_the_way_of_one(self) -> None:
        studio = Studio()
        saved = studio.dj.saved
        assert "Saved, with 4 tracks." in studio.do("saved/do", do="save", name=" Night ").text
        reply = studio.do("saved/do", do="save", name="Night")
        assert (reply.status, 'id="saved-name-error"' in reply.text) == (409, True)
        studio.do("saved/do", do="rename", name="Night", to=XSS)
        assert list(saved.kept) == [XSS]
        assert "<script>alert" not in studio.see("saved").text
        studio.dj.playlist.rows.clear()
        assert "4 tracks loaded." in studio.do("saved/do", do="load", name=XSS).text
        assert "4 tracks added" in studio.do("saved/do", do="append", name=XSS).text
        assert len(studio.ids) == 8
        studio.do("lists/undo")
        assert len(studio.ids) == 4
        studio.do("saved/do", do="delete", name=XSS)
        assert saved.kept == {}

    def test_loading_is_taken_back(self) -> None:
        studio = Studio()
        studio.dj.saved.kept["one"] = ("top.mp3", "gone.mp3")
        before = studio.dj.playlist.titles
        assert "Not found: 1." in studio.do("saved/do", do="load", name="one").text
        studio.do("lists/undo")
        assert studio.dj.playlist.titles == before

    def test_a_gain(self) -> None:
        """Entries bring it along wherever they go: into the queue, and back by undo."""
        studio = Studio()
        saved, playlist = studio.dj.saved, studio.dj.playlist
        saved.kept["one"] = saved.kept["two"] = ("top.mp3",)
        reply = studio.do("saved/do", do="gain", name="one", gain=" \u22123,5 ")
        assert "It holds from the next time" in reply.text
        assert (saved.gains, "\u22123.5 dB</small>" in reply.text) == ({"one": -3.5}, True)
        assert 'name="gain" value="-3.5" min="-24.0" max="12.0"' in reply.text
        studio.do("saved/do", do="load", name="one")
        studio.do("saved/do", do="append", name="two")
        assert [row.gain_db for row in playlist.rows] == [-3.5, 0.0]
        first = playlist.rows[0].id
        studio.do("lists/do", part="", do=f"next {first} 0")
        assert [row.gain_db for row in studio.dj.queue.rows] == [-3.5]
        studio.do("lists/do", part="", do=f"remove {first} 0")
        studio.do("lists/undo")
        assert [row.gain_db for row in playlist.rows] == [-3.5, 0.0]
        studio.do("saved/do", do="load", name="two")
        studio.do("lists/undo")
        assert [row.gain_db for row in playlist.rows] == [-3.5, 0.0]

    @pytest.mark.parametrize("gain", ["", "x", "12.1", "-25", "nan", "1e1", "1" * 400, XSS])
    def test_a_gain_that_is_none(self, gain: str) -> None:
        """The reason is at its field, which is in view, and says what was given."""
        studio = Studio()
        studio.dj.saved.kept["one"] = studio.dj.saved.kept["two"] = ("top.mp3",)
        reply = studio.do("saved/do", do="gain", name="two", gain=gain)
        assert reply.status == 400
        assert reply.text.count("Give a number of decibels from -24 to 12.") == 1
        assert reply.text.count('aria-describedby="saved-gain-error"') == 1
        assert reply.text.count('<details class="pop" open>') == 2
        opened = reply.text.index('<details class="pop" open>')
        assert reply.text.index(">one</p>") < reply.text.index(">two</p>") < opened
        assert ("<script>alert" in reply.text, studio.dj.saved.gains) == (False, {})

    def test_a_gain_of_one_that_is_gone(self) -> None:
        reply = Studio().do("saved/do", do="gain", name="gone", gain="1")
        assert (reply.status, "there is no playlist gone" in reply.text.lower()) == (404, True)

    def test_those_of_the_station(self) -> None:
        """Loaded and given like others; for nothing else is there a button, or a way."""
        studio = Studio()
        studio.dj.saved.kept["jingles"] = ("top.mp3",)
        studio.dj.saved.of_station.add("jingles")
        studio.dj.told["playlist_name"] = "jingles"
        text = studio.see("saved").text
        assert ", of the station, loaded last" in text
        assert [
            f'value="{deed}"' in text for deed in ("load", "append", "rename", "gain", "delete")
        ] == [
            True,
            True,
            False,
            False,
            False,
        ]
        assert 'id="saved-name" name="name" value=""' in text
        assert "1 track loaded." in studio.do("saved/do", do="load", name="jingles").text
        for told in (
            {"do": "save", "name": "jingles", "replace": "1"},
            {"do": "rename", "name": "jingles", "to": "mine"},
            {"do": "delete", "name": "jingles"},
            {"do": "gain", "name": "jingles", "gain": "-3"},
        ):
            reply = studio.do("saved/do", **told)
            assert reply.status == 409
            assert "The playlist jingles is the station&#39;s: every AutoDJ" in reply.text
        assert studio.dj.saved.kept == {"jingles": ("top.mp3",)}

    def test_files_are_given(self) -> None:
        studio = Studio()
        studio.dj.saved.kept["a/b \u00fc"] = ("top.mp3",)
        reply = studio.see("saved/file", name="a/b \u00fc", kind="pls")
        assert reply.body == b"pls\ntop.mp3"
        told = reply.head["content-disposition"]
        assert told == "attachment; filename*=UTF-8''a%2Fb%20%C3%BC.pls"
        assert studio.see("saved/file", name="a", kind="exe").status == 400
        assert studio.see("saved/file", name="none", kind="pls").status == 404

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"import-name": "new"}, "Choose a file"),
            ({"file": "a.mp3"}, "Give it a name."),
            ({"file": "a.mp3", "import-name": "old"}, "already"),
        ],
    )
    def test_files_that_are_refused(self, fields: dict[str, str], words: str) -> None:
        studio = Studio()
        studio.dj.saved.kept["old"] = ()
        assert words in studio.do("saved/import", **fields).text

    def test_a_file_is_taken(self) -> None:
        studio = Studio()
        lines = "#EXTM3U\ngone.mp3\n"
        reply = studio.do("saved/import", file=lines, **{"import-name": "new"})
        assert "Not found: 1." in reply.text
        assert studio.dj.saved.files["new"].decode().strip() == lines.strip()


class TestWhoMay:
    """Of their own mounts only."""

    def test_a_dj_of_another_mount_sees_nothing(self) -> None:
        studio = Studio(DJ, path="/other")
        for part in ("library", "lists", "saved"):
            assert studio.see(part).status == 403
        assert studio.do("lists/do", do="clear").status == 403
        assert len(studio.ids) == 4

    def test_where_there_is_none(self) -> None:
        studio = Studio()
        studio.web.bench.autodjs.running.clear()
        for part in ("library", "lists", "saved"):
            assert studio.see(part).status == 404
