"""Many tabs of one browser: all of them live, with one stream for all, and the player plays on."""

import re
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from browser.broadcasting import broadcast
from browser.conftest import Visit
from browser.hearing import played_seconds
from features.conftest import Serve
from features.sounding import WAIT_S
from programs.station import Station
from programs.waiting import until

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("chromium", "ffmpeg")]

TABS = 8
SOON_MS = 20_000
SILENT_MS = 30_000
MOUNT = "/live"


@pytest.fixture
def station(serve: Serve) -> Iterator[Station]:
    station = serve()
    with broadcast(station, MOUNT, name="Radio Meridian"):
        station.wait_for_mount(MOUNT, WAIT_S)
        yield station


def subscribers(station: Station) -> int:
    """How many streams of live data are open."""
    figures = station.get("/metrics", user="admin").decode()
    (count,) = re.findall(r"^tinyice_subscribers (\d+)", figures, re.MULTILINE)
    return int(count)


def shows(tab: Page, title: str) -> None:
    """A tab of the console says that this plays."""
    place = tab.locator(f'[data-strips] > [data-mount="{MOUNT}"] [data-field=title]')
    expect(place).to_have_text(title, timeout=SOON_MS)


def test_eight_tabs_and_a_player(station: Station, visit: Visit) -> None:
    """A browser opens six connections to a server: one carries the live data of all tabs."""
    visitor = visit(station, "admin")
    context = visitor.context
    tabs = [visitor.page, *(context.new_page() for _ in range(TABS - 1))]
    for tab in tabs:
        tab.goto("/admin/")
    player = context.new_page()
    player.goto(f"/player{MOUNT}")
    player.locator("[data-stage] [data-play]").click()
    until(lambda: played_seconds(player) > 1, within=WAIT_S, what="the player plays")

    for title in ("First Light", "Second Wind"):
        station.set_title(MOUNT, title)
        for tab in tabs:
            shows(tab, title)
        expect(player.locator("[data-stage] [data-field=title]")).to_have_text(title)
    assert subscribers(station) == len(["the console", "the player"])

    # whoever leads may leave
    for tab in tabs[: TABS // 2]:
        tab.close()
    station.set_title(MOUNT, "Third Time")
    for tab in tabs[TABS // 2 :]:
        shows(tab, "Third Time")
    assert subscribers(station) == len(["the console", "the player"])
    assert played_seconds(player) > 1


def test_it_says_when_it_is_not_live(station: Station, visit: Visit) -> None:
    """When the server has gone, old figures are not shown as if they were new."""
    visitor = visit(station, "admin")
    visitor.page.clock.install()
    visitor.go("/admin/")
    stale = visitor.page.locator("[data-stale]")
    station.set_title(MOUNT, "Fourth Wall")
    shows(visitor.page, "Fourth Wall")
    expect(stale).to_be_hidden()
    station.child.send(signal.SIGSTOP)
    try:
        visitor.page.clock.fast_forward(SILENT_MS)
        expect(stale).to_be_visible()
    finally:
        station.child.send(signal.SIGCONT)
    station.set_title(MOUNT, "Fifth Element")
    shows(visitor.page, "Fifth Element")
    expect(stale).to_be_hidden()
