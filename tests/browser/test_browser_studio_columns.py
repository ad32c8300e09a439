"""The library and the lists of the Studio in Chromium: chosen from, moved by hand, kept true."""

from pathlib import Path

import pytest
from mutagen.flac import FLAC
from playwright.sync_api import Page, expect

from browser.conftest import Visit
from browser.looking import axe_findings, keyboard_faults, too_wide
from browser.test_browser_hostile import HOSTILE, STILL_CLEAN
from browser.visiting import DESK, PHONE, TABLET, THEMES, Visitor
from features.conftest import Serve
from features.mpd_clients import connected, music
from features.sounding import WAIT_S
from programs.station import Station, free_port_pair
from programs.waiting import until

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("chromium")]

STUDIO = "/admin/studio/night"
TITLES = [f"Song {letter}" for letter in "ABCDEFGH"]
MPD_PORT = free_port_pair()
LISTED = "#lists [data-rows] > li"
FOUND = "#library [data-rows] > li"
PLACE_ON = "() => document.activeElement.closest('li')?.querySelector('p')?.textContent"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight songs in their order, and hostile ones behind them; one file is broken."""
    names = [f"{number:02} {title}" for number, title in enumerate(TITLES)]
    hostile = [f"zz/{number:02}" for number in range(len(HOSTILE))]
    root = music(tmp_path_factory.mktemp("music"), *names, *hostile, seconds=60.0)
    for number, title in enumerate(TITLES):
        _tag(root / f"{names[number]}.flac", title, f"Artist {number % 3}")
    for number, word in enumerate(HOSTILE.values()):
        _tag(root / f"zz/{number:02}.flac", word.replace("\0", ""), word.replace("\0", ""))
    (root / "torn.mp3").write_bytes(b"not audio " * 100)
    return root


def _tag(path: Path, title: str, artist: str) -> None:
    file = FLAC(path)
    file.update({"title": title, "artist": artist, "album": title, "genre": "test"})
    file.save()


@pytest.fixture(scope="module")
def station(serve: Serve, folder: Path) -> Station:
    """A station whose AutoDJ plays them in their order."""
    told = {
        "mount": "/night",
        "music_dir": str(folder),
        "shuffle": False,
        "crossfade": 0.0,
        "mpd_enabled": True,
        "mpd_port": MPD_PORT,
    }
    station = serve(autodjs=[told])
    station.wait_for_mount("/night", WAIT_S)
    count = len(TITLES) + len(HOSTILE)
    until(lambda: b"Add all %d" % count in _library(station), within=30, what="the library is read")
    return station


def _library(station: Station) -> bytes:
    return station.get("/admin/studio-library?mount=/night", user="admin")


@pytest.fixture
def studio(station: Station, visit: Visit) -> Visitor:
    """A visitor at the Studio, whose playlist is as it was at first."""
    client = connected(MPD_PORT)
    client.clear()
    for number, title in enumerate(TITLES):
        client.add(f"{number:02} {title}.flac")
    client.play(0)
    client.disconnect()
    visitor = visit(station, "admin")
    visitor.go(STUDIO)
    expect(visitor.page.locator(f"{LISTED}.is-now")).to_contain_text(TITLES[0])
    visitor.page.evaluate("window.__stayed = true")
    return visitor


def titles(page: Page) -> str:
    """The letters of the playlist, as it is seen."""
    return "".join(one.strip()[-1] for one in page.locator(f"{LISTED} p").all_inner_texts())


def is_seen(page: Page, order: str) -> None:
    """The playlist is in this order, and the page is still the same."""
    until(lambda: titles(page) == order, within=5, what=f"{order}, not {titles(page)}")
    assert page.evaluate("window.__stayed") is True


def kept(station: Station) -> str:
    """The letters of the playlist, as the server has it."""
    client = connected(MPD_PORT)
    songs = client.playlistinfo()
    client.disconnect()
    return "".join(str(song["title"])[-1] for song in songs)


class TestTheLists:
    """The playlist, the queue and history."""

    def test_keys_move_and_remove(self, studio: Visitor, station: Station) -> None:
        """The focus stays with what is moved; what was removed comes back."""
        page = studio.page
        page.locator(LISTED).nth(2).locator("[data-grip]").focus()
        for _ in range(3):
            page.keyboard.press("Alt+ArrowDown")
        is_seen(page, "ABDEFCGH")
        until(lambda: kept(station) == "ABDEFCGH", within=5, what="it is moved")
        assert page.evaluate(PLACE_ON) == "Song C"
        page.keyboard.press("Alt+ArrowUp")
        is_seen(page, "ABDECFGH")
        page.keyboard.press("ArrowUp")
        assert page.evaluate(PLACE_ON) == "Song E"
        page.keyboard.press("Delete")
        is_seen(page, "ABDCFGH")
        assert page.evaluate(PLACE_ON) == "Song C"
        page.get_by_role("button", name="Undo").click()
        is_seen(page, "ABDECFGH")
        page.keyboard.press("Escape")
        assert kept(station) == "ABDECFGH"

    @pytest.mark.parametrize(("start", "end", "order"), [(6, 1, "AGBCDEFH"), (1, 4, "ACDEBFGH")])
    def test_rows_are_dragged(
        self, studio: Visitor, station: Station, start: int, end: int, order: str
    ) -> None:
        """To between two others, which a line shows."""
        page = studio.page
        grip = page.locator(LISTED).nth(start).locator("[data-grip]").bounding_box()
        row = page.locator(LISTED).nth(end).bounding_box()
        assert grip is not None
        assert row is not None
        at = row["y"] + (3 if end < start else row["height"] - 3)
        page.mouse.move(grip["x"] + 5, grip["y"] + 10)
        page.mouse.down()
        page.mouse.move(grip["x"] + 5, grip["y"] + 30, steps=3)
        page.mouse.move(grip["x"] + 5, at, steps=5)
        expect(page.locator(".is-above, .is-below")).to_have_count(1)
        page.mouse.up()
        is_seen(page, order)
        until(lambda: kept(station) == order, within=5, what="it is moved")
        page.mouse.move(grip["x"] + 5, grip["y"] + 10)
        page.mouse.down()
        page.mouse.move(grip["x"] + 5, at, steps=5)
        page.keyboard.press("Escape")
        page.mouse.up()
        is_seen(page, order)

    def test_what_others_do_is_seen(self, studio: Visitor, station: Station) -> None:
        """By a program; who works on the page keeps the focus and the place."""
        page = studio.page
        page.locator(LISTED).nth(3).locator("[data-grip]").focus()
        client = connected(MPD_PORT)
        client.move(7, 1)
        is_seen(page, "AHBCDEFG")
        assert page.evaluate(PLACE_ON) == "Song D"
        client.delete(2)
        is_seen(page, "AHCDEFG")
        client.next()
        expect(page.locator(f"{LISTED}.is-now")).to_contain_text("Song H")
        client.clear()
        expect(page.get_by_text("The playlist is empty", exact=True)).to_be_visible()
        client.add("00 Song A.flac")
        is_seen(page, "A")
        client.disconnect()

    def test_menus_of_rows(self, studio: Visitor) -> None:
        """Up, down, to the top, next and now."""
        page = studio.page

        def press(row: str, words: str) -> None:
            page.locator(LISTED, has_text=row).locator("summary").click()
            page.locator("details[open]").get_by_role("button", name=words).click()

        press("Song C", "Move up")
        is_seen(page, "ACBDEFGH")
        press("Song G", "Move down")
        is_seen(page, "ACBDEFHG")
        press("Song E", "To the top")
        is_seen(page, "EACBDFHG")
        press("Song D", "Play next")
        expect(page.locator("#lists .tabs")).to_contain_text("Queue 1")
        press("Song F", "Play now")
        expect(page.locator(f"{LISTED}.is-now")).to_contain_text("Song F")
        page.get_by_role("link", name="Queue").click()
        expect(page.locator(LISTED)).to_have_count(1)
        press("Song D", "Remove")
        expect(page.get_by_text("Nothing waits")).to_be_visible()

    def test_history_is_not_empty(self, studio: Visitor) -> None:
        """What plays is its newest, and can be played again."""
        page = studio.page
        page.get_by_role("link", name="History").click()
        row = page.locator("#lists .rows > li").first
        expect(row).to_contain_text("Song")
        row.hover()
        row.get_by_role("button", name="Play next").click()
        expect(page.locator("#lists .tabs")).to_contain_text("Queue 1")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#lists .tabs")).to_contain_text("Queue 0")

    def test_a_playlist_of_thousands(self, studio: Visitor, station: Station) -> None:
        """Only a window of it is on the page; keys and the wheel lead everywhere."""
        page = studio.page
        client = connected(MPD_PORT)
        for _ in range(50):
            client.command_list_ok_begin()
            for _ in range(200):
                client.add("01 Song B.flac")
            client.command_list_end()
        client.disconnect()
        expect(page.locator("#lists .tabs")).to_contain_text("Playlist 10,008")
        assert page.locator(LISTED).count() <= 60
        page.locator(LISTED).first.locator("[data-grip]").focus()
        place = "() => document.activeElement.closest('li')?.dataset.place"
        for key, where in (("End", "10008"), ("ArrowUp", "10007"), ("Home", "1")):
            page.keyboard.press(key)
            until(lambda: page.evaluate(place) == where, within=5, what=f"{key} to {where}")  # noqa: B023
        page.locator("#lists [data-rows]").evaluate("list => { list.scrollTop = 230000; }")
        expect(page.locator(f"{LISTED}[data-place='5001']")).to_be_in_viewport(timeout=30_000)
        assert page.locator(LISTED).count() <= 60
        page.get_by_role("button", name="Clear").click()
        expect(page.get_by_text("The playlist is empty", exact=True)).to_be_visible()
        expect(page.locator("#toasts")).to_contain_text("10,008 tracks removed")


class TestTheLibrary:
    """Looked through, and taken from."""

    def test_searched_as_one_types(self, studio: Visitor) -> None:
        """Enter adds, Shift and Enter plays next, arrows lead, Escape leads back."""
        page = studio.page
        field = page.get_by_label("Search the library")
        field.fill("song artist 2")
        expect(page.locator(FOUND)).to_have_count(2)
        assert "find=song+artist+2" in page.url
        field.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert page.evaluate(PLACE_ON) == "Song F"
        page.keyboard.press("Enter")
        is_seen(page, "ABCDEFGHF")
        page.keyboard.press("Shift+Enter")
        expect(page.locator("#lists .tabs")).to_contain_text("Queue 1")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#lists .tabs")).to_contain_text("Queue 0")
        page.locator(FOUND).first.locator("[data-main]").focus()
        page.keyboard.press("Escape")
        expect(field).to_be_focused()
        field.fill("nothing of that kind")
        expect(page.get_by_text("Nothing fits")).to_be_visible()
        page.get_by_role("link", name="Show all").click()
        expect(field).to_have_value("")
        expect(page.locator(FOUND)).to_have_count(1 + len(TITLES))

    def test_folders_and_all_of_one(self, studio: Visitor) -> None:
        """A folder opens in place; all of it is added at once, and taken back."""
        page = studio.page
        page.locator(FOUND).first.get_by_role("link").click()
        expect(page.locator(".crumbs [aria-current]")).to_have_text("zz")
        page.get_by_role("button", name="Add all").click()
        expect(page.locator("#lists .tabs")).to_contain_text(f"Playlist {8 + len(HOSTILE)}")
        page.get_by_role("button", name="Undo").click()
        is_seen(page, "ABCDEFGH")
        page.locator(".crumbs").get_by_role("link", name="Music").click()
        expect(page.locator(FOUND)).to_have_count(1 + len(TITLES))

    def test_what_is_broken_and_what_is_new(self, studio: Visitor, folder: Path) -> None:
        """With the reason; a scan finds what has come, and the page shows it by itself."""
        page = studio.page
        page.get_by_role("link", name="1 broken file").click()
        expect(page.locator(FOUND)).to_have_count(1)
        expect(page.locator(FOUND)).to_contain_text("torn.mp3")
        (folder / "torn too.mp3").write_bytes(b"not audio either " * 100)
        page.get_by_role("button", name="Look for changes").click()
        expect(page.locator(FOUND)).to_have_count(2, timeout=15000)
        (folder / "torn too.mp3").unlink()
        page.get_by_role("button", name="Look for changes").click()
        expect(page.locator(FOUND)).to_have_count(1, timeout=15000)

    def test_hostile_words_stay_words(self, studio: Visitor) -> None:
        """In the library, in the lists and in what is said."""
        page = studio.page
        page.locator(FOUND).first.get_by_role("link").click()
        page.get_by_role("button", name="Add all").click()
        expect(page.locator("#lists .tabs")).to_contain_text(f"Playlist {8 + len(HOSTILE)}")
        page.keyboard.press("Tab")
        for width in (DESK, TABLET, PHONE):
            studio.resize(width)
            assert page.evaluate(STILL_CLEAN)
            assert too_wide(page) == []


class TestSavedPlaylists:
    """In a dialog over the page."""

    def test_the_way_of_one(self, studio: Visitor, tmp_path: Path) -> None:
        """Saved, given away, taken over under another name, loaded, renamed, deleted."""
        page = studio.page
        page.get_by_role("link", name="Save…").click()
        dialog = page.locator("dialog.saved")
        dialog.get_by_label("Save what is in the playlist").fill("Morning <b>")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_contain_text("Saved, with 8 tracks.")
        dialog.get_by_label("More for Morning <b>").click()
        with page.expect_download() as waiting:
            dialog.get_by_role("link", name="As PLS").click()
        assert waiting.value.suggested_filename == "Morning <b>.pls".replace("<", "_").replace(
            ">", "_"
        )
        file = tmp_path / "Evening.pls"
        waiting.value.save_as(file)
        dialog.get_by_label("Take over a playlist file").set_input_files(file)
        expect(dialog.get_by_label("Name of the playlist")).to_have_value("Evening")
        dialog.get_by_role("button", name="Take over", exact=True).click()
        expect(dialog.get_by_role("button", name="Load Evening")).to_be_visible()
        dialog.get_by_role("button", name="Append Evening").click()
        expect(dialog).not_to_be_visible()
        is_seen(page, "ABCDEFGHABCDEFGH")
        page.get_by_role("link", name="Load…").click()
        dialog.get_by_role("button", name="Load Morning <b>").click()
        is_seen(page, "ABCDEFGH")
        page.get_by_role("button", name="Undo").click()
        is_seen(page, "ABCDEFGHABCDEFGH")
        page.get_by_role("link", name="Load…").click()
        for name in ("Evening", "Morning <b>"):
            dialog.get_by_label(f"More for {name}").click()
            dialog.locator("details[open] .btn-danger").click()
            dialog.get_by_role("button", name="Delete", exact=True).click()
            expect(dialog.get_by_label(f"More for {name}")).to_have_count(0)
        page.keyboard.press("Escape")
        expect(dialog).not_to_be_visible()

    def test_a_gain(self, studio: Visitor) -> None:
        """Set in place; what the server refuses is said there, in a menu that is open."""
        page = studio.page
        page.get_by_role("link", name="Save…").click()
        dialog = page.locator("dialog.saved")
        dialog.get_by_label("Save what is in the playlist").fill("Soft")
        dialog.get_by_role("button", name="Save").click()
        more = dialog.get_by_label("More for Soft")
        field = dialog.get_by_role("group", name="Gain of Soft").get_by_label("Gain, dB")
        more.click()
        dialog.locator("summary:visible", has_text="Gain").click()
        field.evaluate("field => field.removeAttribute('max')")
        field.fill("99")
        dialog.get_by_role("button", name="Set the gain").click()
        expect(dialog.get_by_text("Give a number of decibels from -24 to 12.")).to_be_visible()
        expect(field).to_be_focused()
        field.fill("-4.5")
        dialog.get_by_role("button", name="Set the gain").click()
        expect(dialog.get_by_text("\u22124.5 dB")).to_be_visible()
        expect(field).not_to_be_visible()

    def test_a_refusal_stands_at_its_field(self, studio: Visitor) -> None:
        """And what was typed is still there."""
        page = studio.page
        page.get_by_role("link", name="Save…").click()
        dialog = page.locator("dialog.saved")
        field = dialog.get_by_label("Save what is in the playlist")
        field.fill("../escape")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.locator("[aria-invalid=true], .notice-bad")).to_be_visible()
        expect(field).to_have_value("../escape")


class TestEverybody:
    """On any screen, with any hands, with or without scripts."""

    @pytest.mark.parametrize("width", [DESK, TABLET, PHONE])
    def test_nothing_is_in_the_way(self, studio: Visitor, width: int) -> None:
        """Of those who look closely, and of those who use keys."""
        page = studio.page
        studio.resize(width)
        for query in ("", "?list=queue", "?list=history&folder=zz", "?broken=1&find="):
            studio.go(f"{STUDIO}{query}")
            expect(page.locator(".tabs [aria-current]")).to_be_attached()
            for part in ("library", "lists"):
                if width == PHONE:
                    page.locator(f"[data-shows={part}]").click()
                for theme in THEMES:
                    studio.change_into(theme)
                    assert axe_findings(page, within=f"#{part}") == []
                assert too_wide(page) == []
        assert keyboard_faults(page) == []

    def test_a_phone(self, studio: Visitor) -> None:
        """What is pressed is large enough for a finger."""
        page = studio.page
        studio.resize(PHONE)
        page.locator("[data-shows=lists]").click()
        page.locator(LISTED).nth(1).locator("summary").click()
        menu = page.locator("details[open] .menu")
        expect(menu).to_be_in_viewport()
        menu.get_by_role("button", name="Remove").click()
        is_seen(page, "ACDEFGH")

    def test_without_scripts(self, studio: Visitor, station: Station, visit: Visit) -> None:
        """Forms and pages do the same."""
        del studio
        visitor = visit(station, "admin", scripts=False)
        page = visitor.page
        visitor.go(STUDIO)
        page.locator(LISTED).nth(1).locator("summary").click()
        with page.expect_navigation():
            page.locator("details[open]").get_by_role("button", name="Move down").click()
        assert titles(page) == "ACBDEFGH"
        page.locator(LISTED).nth(3).locator("summary").click()
        with page.expect_navigation():
            page.locator("details[open]").get_by_role("button", name="Remove").click()
        assert titles(page) == "ACBEFGH"
        visitor.send("Undo")
        assert titles(page) == "ACBDEFGH"
        page.get_by_label("Search the library").fill("artist 2")
        with page.expect_navigation():
            page.get_by_label("Search the library").press("Enter")
        assert page.locator(FOUND).count() == 2
        visitor.send("Add to the playlist: Song C")
        assert titles(page) == "ACBDEFGHC"
        assert page.get_by_label("Search the library").input_value() == "artist 2"
        page.get_by_role("link", name="Load…").click()
        page.get_by_label("Save what is in the playlist").fill("Plain")
        visitor.send("Save")
        assert "Saved, with 9 tracks." in page.inner_text("main")
        visitor.send("Append Plain")
        assert len(titles(page)) == 18
        page.get_by_role("link", name="History").click()
        expect(page.locator("#lists .rows > li").first).to_be_visible()
