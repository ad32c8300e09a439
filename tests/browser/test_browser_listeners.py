"""The pages around the player: a wall that stays true, a search, and lines to copy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from browser.broadcasting import broadcast
from browser.conftest import Visit
from features.conftest import Serve
from features.sounding import WAIT_S
from programs.raw import Recorder
from programs.station import Station
from programs.waiting import until

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("chromium", "ffmpeg")]

LIVE, JAZZ, NIGHT = "/live", "/jazz", "/night"
SOON_MS = 20_000
STAYS = "() => { window.__stayed = true; }"
HAS_STAYED = "() => window.__stayed === true"
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined });"
PASTED = "() => document.querySelector('#pasted').value"


@pytest.fixture(scope="module")
def station(serve: Serve) -> Iterator[Station]:
    """Two programmes on air."""
    station = serve()
    with (
        broadcast(station, LIVE, name="Radio Meridian"),
        broadcast(station, JAZZ, name="Meridian Jazz"),
    ):
        for mount in (LIVE, JAZZ):
            station.wait_for_mount(mount, WAIT_S)
        yield station


def test_the_wall(station: Station, visit: Visit) -> None:
    """Titles, counts and stations follow within seconds, and nobody touches it."""
    station.set_title(LIVE, "Kestrel - Low Tide")
    visitor = visit(station)
    page = visitor.page
    visitor.go("/kiosk")
    page.evaluate(STAYS)
    row = page.locator(f'.wall-rows [data-mount="{LIVE}"]')
    expect(row).to_contain_text("Low Tide")
    assert ":" in page.locator("[data-clock]").inner_text()

    station.set_title(LIVE, "Kestrel - First Light")
    expect(row).to_contain_text("First Light", timeout=SOON_MS)
    listener = Recorder(station.port, LIVE)
    expect(row.locator("[data-field=listeners]")).to_have_text("1", timeout=SOON_MS)
    expect(page.locator("[data-total]")).to_have_text("1", timeout=SOON_MS)
    listener.stop()
    with broadcast(station, NIGHT, name="Night Watch"):
        late = page.locator(f'.wall-rows [data-mount="{NIGHT}"]')
        expect(late).to_contain_text("Night Watch", timeout=WAIT_S * 1000)
        expect(page.locator("[data-on-air-count]")).to_have_text("3")
    expect(late).to_be_hidden(timeout=WAIT_S * 1000)
    assert page.evaluate(HAS_STAYED)


def test_the_search(station: Station, visit: Visit) -> None:
    """What fits stays while one types; the address can be handed on; titles are searched, too."""
    station.set_title(LIVE, "Kestrel - Low Tide")
    visitor = visit(station)
    page = visitor.page
    visitor.go("/explore")
    page.evaluate(STAYS)
    tiles, box = page.locator(".tile"), page.get_by_label("Search")
    expect(tiles).to_have_count(2)
    for words, mount in (("jazz", JAZZ), ("low tide", LIVE)):
        box.fill("")
        box.press_sequentially(words)
        expect(page.get_by_text("1 found for")).to_contain_text(words)
        expect(tiles).to_have_count(1)
        expect(tiles).to_have_attribute("data-mount", mount)
        expect(box).to_be_focused()
    assert page.url.endswith("/explore?q=low+tide")
    box.fill("nothing of that name")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    box.fill("")
    expect(tiles).to_have_count(2)
    assert page.url.endswith("/explore")
    assert page.evaluate(HAS_STAYED)


def paste(page: Page) -> str:
    """What the clipboard holds, through the keyboard."""
    page.evaluate("""() => {
      document.querySelector('#pasted')?.remove();
      const field = document.createElement('textarea');
      field.id = 'pasted';
      document.querySelector('main').append(field);
      field.focus();
    }""")
    page.keyboard.press("Control+v")
    until(lambda: page.evaluate(PASTED) != "", within=WAIT_S, what="something is pasted")
    text: str = page.evaluate(PASTED)
    return text


@pytest.mark.parametrize("is_old", [False, True], ids=["secure", "without-a-clipboard"])
def test_lines_are_copied(station: Station, visit: Visit, is_old: bool) -> None:
    """Each button copies the lines beside it, also where the browser has no clipboard for us."""
    visitor = visit(station)
    page = visitor.page
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    if is_old:
        visitor.context.add_init_script(NO_CLIPBOARD)
    visitor.go(f"/developers?mount={JAZZ}")
    blocks = page.locator(".makers div.lines")
    assert blocks.count() >= 8
    for number in range(1 if is_old else 0, 3 if is_old else blocks.count()):
        block = blocks.nth(number)
        button = block.get_by_role("button")
        button.click()
        expect(button).to_have_attribute("title", "Copied")
        assert paste(page) == block.locator("pre").inner_text()
    assert JAZZ in blocks.first.inner_text()


def test_lines_of_another_mount(station: Station, visit: Visit) -> None:
    """They are those of the mount that is chosen."""
    visitor = visit(station)
    visitor.go("/developers")
    visitor.page.get_by_label("Lines for").select_option(LIVE)
    visitor.send("Show")
    assert station.url(f"/player{LIVE}") in visitor.page.locator("#player pre").inner_text()
