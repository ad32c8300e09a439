"""What an operator does to a station on air: each deed is seen, heard, and taken back."""

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.broadcasting import broadcast
from browser.conftest import Visit
from browser.hearing import loudness, played_seconds
from browser.looking import axe_findings, keyboard_faults
from browser.visiting import Visitor
from features.conftest import Serve
from features.sounding import WAIT_S
from features.talk import ask, connect, read, request
from programs.raw import Recorder
from programs.station import Station
from programs.waiting import until

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("chromium", "ffmpeg")]

LIVE, JAZZ = "/live", "/jazz"
ELSEWHERE = "127.0.0.2"
SOON_MS = 20_000
AUDIBLE = 0.01


@pytest.fixture
def station(serve: Serve) -> Iterator[Station]:
    """Two programmes on air, with a title each."""
    station = serve(lockout_failures=0, source_timeout=60, mounts={LIVE: ""})
    with broadcast(station, LIVE, name="Radio Meridian"), broadcast(station, JAZZ):
        for mount in (LIVE, JAZZ):
            station.wait_for_mount(mount, WAIT_S)
            station.set_title(mount, f"A title of {mount}")
        yield station


def strip(page: Page, mount: str = LIVE) -> Locator:
    """What the page of what is on air shows of a mount."""
    return page.locator(f'[data-strips] > [data-mount="{mount}"]')


def choose(page: Page, words: str) -> None:
    """Press a line of the menu of the strip."""
    strip(page).get_by_label("More: move, hide, disable").click()
    strip(page).locator(".menu").get_by_text(words).click()


def undo(page: Page) -> None:
    """Press the button that stands beside what was just done."""
    page.locator(".toast").get_by_role("button", name="Undo").click()


def test_listeners_are_moved(station: Station, visit: Visit) -> None:
    """A player in a browser and one without: both go on, with the sound of the other mount."""
    operator, listener = visit(station, "admin"), visit(station)
    radio = Recorder(station.port, LIVE)
    listener.go(f"/player{LIVE}")
    listener.page.locator("[data-stage] [data-play]").click()
    until(lambda: played_seconds(listener.page) > 1, within=WAIT_S, what="the player plays")

    page = operator.page
    operator.go("/admin/")
    expect(strip(page).locator("[data-field=listeners]")).to_have_text("2", timeout=SOON_MS)
    choose(page, "Move listeners")
    strip(page).get_by_label("To").select_option(JAZZ)
    strip(page).get_by_role("button", name="Move", exact=True).click()

    expect(page.locator(".toast")).to_contain_text("2 moved")
    expect(strip(page).locator("[data-field=listeners]")).to_have_text("0", timeout=SOON_MS)
    expect(strip(page, JAZZ).locator("[data-field=listeners]")).to_have_text("2", timeout=SOON_MS)
    moved_at, so_far = played_seconds(listener.page), radio.size
    until(lambda: played_seconds(listener.page) > moved_at + 2, within=WAIT_S, what="it plays on")
    assert loudness(listener.page) > AUDIBLE
    until(lambda: radio.size > so_far + 30_000, within=WAIT_S, what="bytes go on")
    until(
        lambda: f"A title of {JAZZ}" in radio.answer.titles, within=WAIT_S, what="the other title"
    )
    assert not radio.ended
    radio.stop()


def test_hiding_is_undone(station: Station, visit: Visit) -> None:
    """What is hidden leaves the lists at once, and is back after one press."""
    operator, listener = visit(station, "admin"), visit(station)
    listener.go("/explore")
    tile = listener.page.locator(f'.tile[data-mount="{LIVE}"]')
    expect(tile).to_be_visible()
    page = operator.page
    operator.go("/admin/")
    page.evaluate("() => { window.__stayed = true; }")
    choose(page, "Hide from lists")
    expect(strip(page).get_by_text("Hidden", exact=True)).to_be_visible()
    expect(tile).to_be_hidden()
    assert LIVE not in station.sources()
    assert axe_findings(page, within="#toasts") == []
    undo(page)
    expect(strip(page).get_by_text("Hidden", exact=True)).to_be_hidden()
    expect(tile).to_be_visible()
    assert page.evaluate("() => window.__stayed")


def test_disabling_is_undone(station: Station, visit: Visit) -> None:
    """Source and listeners go; after one press the next source is let in."""
    operator = visit(station, "admin")
    radio = Recorder(station.port, LIVE)
    page = operator.page
    operator.go("/admin/")
    choose(page, "Disable mount")
    expect(page.locator(".toast")).to_contain_text("is disabled")
    expect(strip(page).locator(".tally")).not_to_have_text("Live", timeout=SOON_MS)
    until(lambda: radio.ended, within=WAIT_S, what="the listener is let go")
    assert LIVE not in station.statistics()
    undo(page)
    expect(page.locator(".toast")).to_contain_text("is enabled")
    with broadcast(station, LIVE):
        expect(strip(page).locator(".tally")).to_have_text("Live", timeout=WAIT_S * 1000)


def test_the_monitor_plays(station: Station, visit: Visit) -> None:
    """One mount at a time is listened to, without leaving the page, and as loud as last time."""
    operator = visit(station, "admin")
    page = operator.page
    operator.go("/admin/")
    button = strip(page).locator("[data-listen]")
    button.press("Space")
    until(lambda: played_seconds(page) > 1, within=WAIT_S, what="the monitor plays")
    assert loudness(page) > AUDIBLE
    monitor = page.locator("[data-monitor]")
    expect(monitor).to_contain_text(LIVE)
    expect(button).to_have_attribute("aria-pressed", "true")

    choose(page, "Hide from lists")
    expect(strip(page).get_by_text("Hidden", exact=True)).to_be_visible()
    before = played_seconds(page)
    until(lambda: played_seconds(page) > before, within=WAIT_S, what="it plays on")
    expect(button).to_have_attribute("aria-pressed", "true")

    strip(page, JAZZ).locator("[data-listen]").click()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(monitor).to_contain_text(JAZZ)
    page.get_by_label("Monitor volume").fill("30")
    page.get_by_role("button", name="Stop listening in").click()
    expect(monitor).to_be_hidden()
    operator.go("/admin/")
    assert page.locator("[data-monitor-volume]").input_value() == "30"


def ban_by_question(visitor: Visitor) -> None:
    """Ban somebody on the page that asks about it."""
    page = visitor.page
    visitor.go("/admin/audience")
    visitor.send(f"Ban {ELSEWHERE}")
    assert re.search(rf"Ban {re.escape(ELSEWHERE)}\?", page.inner_text("h2#asking-title"))
    page.get_by_label("For").select_option(index=1)
    page.get_by_label("Reason").fill("Sends <b>noise</b>")
    visitor.send("Ban")
    assert "1 address is banned." in page.inner_text("main")


def test_a_ban_and_its_end_without_scripts(station: Station, visit: Visit) -> None:
    """The question is a page; who is banned is let in again when the ban is lifted."""
    visitor = visit(station, "admin", scripts=False)
    with closing(connect(station.port, from_address=ELSEWHERE)) as connection:
        connection.sendall(request(LIVE))
        read(connection, b"\r\n\r\n")
        ban_by_question(visitor)
        read(connection)
    assert not is_let_in(station)
    visitor.go("/admin/access/bans")
    row = visitor.page.get_by_role("row").filter(has_text=ELSEWHERE)
    assert "Sends <b>noise</b>" in row.inner_text()
    visitor.send(f"Lift the ban of {ELSEWHERE}")
    assert ELSEWHERE not in visitor.page.inner_text("table, .empty")
    assert is_let_in(station)


def test_the_page_that_asks(station: Station, visit: Visit) -> None:
    """Opened by itself it is a page like others; in the list it is a dialog; a ban is lifted."""
    visitor = visit(station, "admin")
    page = visitor.page
    with closing(connect(station.port, from_address=ELSEWHERE)) as connection:
        connection.sendall(request(LIVE))
        read(connection, b"\r\n\r\n")
        visitor.go("/admin/audience")
        row = page.get_by_role("row").filter(has_text=ELSEWHERE)
        pick = row.get_by_role("checkbox").get_attribute("name")
        visitor.go(f"/admin/audience/ask?{pick}={LIVE}&what=ban")
        expect(page.get_by_role("heading", name=f"Ban {ELSEWHERE}?")).to_be_visible()
        assert axe_findings(page) == []
        assert keyboard_faults(page) == []
        page.get_by_role("link", name="Cancel").click()
        page.wait_for_url(station.url("/admin/audience"))

        page.get_by_role("button", name=f"Ban {ELSEWHERE}").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="Ban").click()
        expect(page.locator(".toast")).to_contain_text("1 address is banned.")
        read(connection)
    assert not is_let_in(station)
    visitor.go("/admin/access/bans")
    page.get_by_role("button", name=f"Lift the ban of {ELSEWHERE}").click()
    expect(page.get_by_text("Nobody is banned")).to_be_visible()
    assert is_let_in(station)


def is_let_in(station: Station) -> bool:
    """Whether somebody who comes from there is answered at all."""
    try:
        return bool(ask(station.port, request("/7.html"), from_address=ELSEWHERE).body)
    except ConnectionError:
        return False
