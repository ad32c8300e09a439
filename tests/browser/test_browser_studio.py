"""The Studio in Chromium: an AutoDJ is set up, seen as it plays, and driven."""

import pytest
from playwright.sync_api import Page, expect

from browser import music
from browser.conftest import Visit
from browser.hearing import loudness
from browser.looking import axe_findings, too_wide
from browser.visiting import DESK, PHONE, TABLET, THEMES, Visitor
from features.conftest import Serve
from features.sounding import WAIT_S, Encoder
from programs.station import PASSWORD_HASH, Station
from programs.waiting import until

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("chromium", "ffmpeg")]

STUDIO = "/admin/studio/night"
SOON_MS = 20_000
TITLES = {song[1] for song in music.SONGS}
SECONDS = "() => Number(document.querySelector('.wave-seek').value)"


@pytest.fixture(scope="module")
def station(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Station:
    """An AutoDJ that plays, and a folder for another one."""
    folder = music.fill(tmp_path_factory.mktemp("music"))
    station = serve(
        source_timeout=60,
        return_after=0,
        lockout_failures=0,
        mounts={"/night": "", "/live": ""},
        media_roots=[str(folder)],
        users={
            "anna": {"password": PASSWORD_HASH, "role": "dj", "mounts": {"/night": PASSWORD_HASH}},
            "oskar": {"password": PASSWORD_HASH, "role": "dj", "mounts": {"/live": PASSWORD_HASH}},
        },
        autodjs=[{"mount": "/night", "music_dir": str(folder), "crossfade": 2}],
    )
    station.wait_for_mount("/night", WAIT_S)
    return station


@pytest.fixture
def studio(station: Station, visit: Visit) -> Visitor:
    """Somebody who looks at it; that page stays."""
    visitor = visit(station, "anna")
    visitor.go(STUDIO)
    page = visitor.page
    expect(page.locator("main.is-tabbed")).to_be_visible(timeout=SOON_MS)
    expect(page.locator(".deck-title")).not_to_have_text("Nothing plays", timeout=SOON_MS)
    page.evaluate("window.__stayed = true")
    return visitor


def title(page: Page) -> str:
    """What plays."""
    return page.locator(".deck-title").inner_text()


def seconds(page: Page) -> float:
    """Where in it."""
    at: float = page.evaluate(SECONDS)
    return at


def test_what_plays_is_driven(studio: Visitor) -> None:
    """Each press is seen within moments, nothing is loaded again, and nothing is asked for."""
    page = studio.page
    assert title(page) in TITLES
    expect(page.locator(".deck .tally")).to_have_text("AutoDJ")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".deck .tally")).to_have_text("Paused")
    here = seconds(page)
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator(".deck .tally")).to_have_text("AutoDJ")
    until(lambda: seconds(page) > here, within=WAIT_S, what="time goes on")
    before = title(page)
    page.get_by_role("button", name="Skip with a crossfade").click()
    expect(page.locator(".deck-title")).not_to_have_text(before)
    shuffle = page.get_by_role("button", name="Shuffle")
    was = shuffle.get_attribute("aria-pressed")
    shuffle.click()
    expect(shuffle).to_have_attribute("aria-pressed", "false" if was == "true" else "true")
    shuffle.click()
    expect(shuffle).to_have_attribute("aria-pressed", str(was))
    assert page.evaluate("window.__stayed") is True


def test_a_place_in_the_track_is_chosen(studio: Visitor) -> None:
    """By a press into the waveform, and by the keyboard, which says where it leads."""
    page = studio.page
    seek = page.get_by_label("Position in the track")
    box = seek.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] / 2)
    until(lambda: 9 <= seconds(page) <= 16, within=WAIT_S, what="it plays there")
    seek.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(page.locator("[data-time=aim]")).to_contain_text("to 0:1")
    until(lambda: page.locator("[data-time=aim]").inner_text() == "", within=WAIT_S, what="it does")
    assert 14 <= seconds(page) <= 25
    assert "of 0:40" in (seek.get_attribute("aria-valuetext") or "")
    assert page.locator(".wave .bars").first.get_attribute("d")
    assert page.evaluate("window.__stayed") is True


def test_the_mix_is_set(studio: Visitor) -> None:
    """A number that can't be is refused with its reason, and what was typed stays."""
    page = studio.page
    page.locator(".mix-set summary").click()
    page.locator("#mix-crossfade").fill("99")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Give a number from 0 to 15.")
    assert page.locator("#mix-crossfade").input_value() == "99"
    page.locator("#mix-crossfade").fill("3,5")
    page.get_by_label("Loudness evened out").select_option("album")
    page.get_by_role("button", name="Set", exact=True).click()
    summary = page.locator("[data-mix-words]")
    expect(summary).to_have_attribute("title", "Crossfade 3.5 s, gain by album")
    expect(page.locator(".mix-set .dialog")).to_be_hidden()


def test_nothing_is_asked_for_again(studio: Visitor) -> None:
    """While nothing happens but that time goes on."""
    page = studio.page
    page.get_by_label("Position in the track").press("Home")
    until(lambda: seconds(page) <= 3, within=WAIT_S, what="it begins anew")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    def is_quiet() -> bool:
        asked.clear()
        page.wait_for_timeout(1500)
        return not asked

    until(is_quiet, within=WAIT_S, what="all that follows from it was asked for")
    page.wait_for_timeout(4000)
    assert asked == []


def test_a_live_source_is_heard_instead(station: Station, studio: Visitor) -> None:
    """The page says so while it lasts, and what plays afterwards."""
    page = studio.page
    with Encoder(station.port, "/night", "User-Agent: BUTT/0.1") as encoder:
        encoder.play(2)
        expect(page.locator(".deck .tally")).to_have_text("Live", timeout=SOON_MS)
        expect(page.locator("[data-play=words]")).to_have_text(
            "BUTT/0.1 is on air. The AutoDJ waits."
        )
    expect(page.locator(".deck .tally")).to_have_text("AutoDJ", timeout=2 * SOON_MS)
    expect(page.locator(".deck-title")).not_to_have_text("Nothing plays", timeout=SOON_MS)
    assert page.evaluate("window.__stayed") is True


def test_it_is_heard_at_the_side(studio: Visitor) -> None:
    """By the player of the console."""
    page = studio.page
    page.get_by_role("button", name="Listen in").click()
    expect(page.locator("[data-monitor]")).to_be_visible()
    expect(page.locator("[data-monitor-state]")).to_have_text("Listening in", timeout=2 * SOON_MS)
    until(lambda: loudness(page) > 0.01, within=WAIT_S, what="it is heard")


def test_it_is_stopped_and_begins_again(studio: Visitor) -> None:
    """Who stops it is asked first."""
    page = studio.page
    page.locator(".t-stop summary").click()
    page.get_by_role("button", name="Stop it").click()
    expect(page.locator(".deck .tally")).to_have_text("Stopped", timeout=SOON_MS)
    expect(page.locator(".deck-title")).to_have_text("Nothing plays")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator(".deck .tally")).to_have_text("AutoDJ", timeout=2 * SOON_MS)
    expect(page.locator(".deck-title")).not_to_have_text("Nothing plays", timeout=SOON_MS)


def test_a_phone_shows_one_part_at_a_time(studio: Visitor) -> None:
    """Which one is in the address, too."""
    studio.resize(PHONE)
    page = studio.page
    expect(page.locator("#deck")).to_be_visible()
    expect(page.locator("#lists")).to_be_hidden()
    page.get_by_role("link", name="Lists", exact=True).click()
    expect(page.locator("#lists")).to_be_visible()
    expect(page.locator("#deck")).to_be_hidden()
    page.reload()
    expect(page.locator("#lists")).to_be_visible()


@pytest.mark.parametrize("opener", [".mix-set", ".t-stop"])
@pytest.mark.parametrize("width", [DESK, TABLET, PHONE])
def test_what_opens_is_in_sight(studio: Visitor, opener: str, width: int) -> None:
    """In every theme it can be read, and Escape closes it."""
    studio.resize(width)
    page = studio.page
    page.locator(f"{opener} > summary").click()
    dialog = page.locator(f"{opener} > .dialog")
    expect(dialog).to_be_in_viewport(ratio=0.99)
    assert too_wide(page) == []
    faults = axe_findings(page)
    for theme in THEMES:
        studio.change_into(theme)
        faults += axe_findings(page, "color-contrast", within=opener)
    assert faults == []
    studio.shoot(f"opened-studio{opener}-{width}")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_without_scripts(station: Station, visit: Visit) -> None:
    """The same forms, and pages that say what came of them."""
    visitor = visit(station, "anna", scripts=False)
    page = visitor.page
    visitor.go("/admin/studio")
    assert page.url.endswith(STUDIO)
    for part in ("#deck", "#library", "#lists"):
        assert page.locator(part).is_visible()
    visitor.send("Pause")
    assert page.locator(".deck .tally").inner_text() == "PAUSED"
    visitor.send("Play")
    assert page.locator(".deck .tally").inner_text() == "AUTODJ"
    page.get_by_label("Position in the track").fill("20")
    visitor.send("Go there")
    assert seconds_told(page) >= 19
    page.locator(".mix-set summary").click()
    page.locator("#mix-crossfade").fill("77")
    visitor.watch.expect(422, "/admin/studio-deck/mix")
    with page.expect_navigation():
        page.get_by_role("button", name="Set", exact=True).click()
    assert "Give a number from 0 to 15." in page.get_by_role("alert").inner_text()


def seconds_told(page: Page) -> int:
    """What stands below the waveform."""
    minutes, rest = page.locator("[data-time=elapsed]").inner_text().split(":")
    return 60 * int(minutes) + int(rest)


def test_another_one_is_set_up(station: Station, visit: Visit) -> None:
    """A folder that there is not is told at its field; then it plays without a reload by hand."""
    visitor = visit(station, "admin")
    page = visitor.page
    visitor.go("/admin/")
    page.get_by_role("link", name="Studio").first.click()
    # the script is there
    expect(page.locator("main.is-tabbed .deck")).to_be_visible(timeout=SOON_MS)
    with page.expect_navigation():
        page.get_by_label("Mount", exact=True).select_option("")
    page.get_by_label("Mount", exact=True).fill("/second")
    page.get_by_label("Folder of music").fill("/nowhere")
    page.get_by_role("button", name="Begin").click()
    expect(page.locator("#music_dir-error")).to_be_visible()
    root = page.locator("#music-folders option").first.get_attribute("value") or ""
    page.get_by_label("Folder of music").fill(root)
    page.get_by_role("button", name="Begin").click()
    expect(page).to_have_url(station.url("/admin/studio/second"))
    expect(page.locator(".deck .tally")).to_have_text("AutoDJ", timeout=4 * SOON_MS)
    expect(page.locator(".deck-title")).not_to_have_text("Nothing plays", timeout=SOON_MS)
    assert title(page) in TITLES
    api = visitor.context.request
    token = page.locator("body").get_attribute("data-csrf") or ""
    gone = api.delete("/api/autodjs?mount=/second", headers={"X-CSRF-Token": token})
    assert gone.ok, gone.text()
    expect(page.locator(".deck .tally")).to_have_text("Gone", timeout=SOON_MS)
    expect(page.locator(".deck-title")).to_have_text("Nothing plays")


def test_who_has_none_finds_none(station: Station, visit: Visit) -> None:
    """The navigation does not lead there, and who comes all the same is told why."""
    visitor = visit(station, "oskar")
    visitor.go("/admin/")
    assert visitor.page.get_by_role("link", name="Studio").count() == 0
    visitor.go("/admin/studio")
    assert "No AutoDJ plays here" in visitor.page.inner_text("main")
    visitor.watch.expect(403, STUDIO)
    visitor.go(STUDIO)
