"""The small player inside of pages of others; and nothing else of ours."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Frame, expect

from browser.broadcasting import broadcast
from browser.conftest import Visit
from browser.hearing import loudness, played_seconds
from browser.othersite import framing
from browser.visiting import Visitor, picture
from features.conftest import Serve
from features.sounding import WAIT_S
from programs.station import Station
from programs.waiting import until

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("chromium", "ffmpeg")]

FITS = "() => document.documentElement.scrollHeight <= innerHeight"


@pytest.fixture(scope="module")
def station(serve: Serve) -> Iterator[Station]:
    station = serve()
    with broadcast(station, "/live", name="Radio Meridian"):
        station.wait_for_mount("/live", WAIT_S)
        yield station


def framed(visitor: Visitor, site: str) -> Frame:
    """The frame on a page of somebody else."""
    visitor.watch.hosts.add(urlsplit(site).netloc)
    visitor.page.goto(site)
    (frame,) = visitor.page.frames[1:]
    return frame


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_plays_on_any_site(station: Station, visit: Visit, theme: str) -> None:
    """It fits its frame, plays after a press, and follows the title."""
    visitor = visit(station)
    with framing(station.url(f"/embed/live?theme={theme}")) as site:
        frame = framed(visitor, site)
        for width in (1440, 360):
            visitor.resize(width)
            assert frame.evaluate(FITS)
            visitor.page.screenshot(path=picture(f"embedded-{width}-{theme}"))
        frame.locator("[data-play]").click()
        until(lambda: played_seconds(frame) > 1, within=WAIT_S, what="the frame plays")
        assert loudness(frame) > 0.01
        station.set_title("/live", f"Kestrel - For {theme}")
        expect(frame.locator("[data-field=title]")).to_have_text(f"For {theme}")


@pytest.mark.parametrize("path", ["/", "/player/live", "/login", "/admin/"])
def test_no_other_page_is_framed(station: Station, visit: Visit, path: str) -> None:
    """A page of others can't lay itself over ours."""
    visitor = visit(station, "admin")
    with framing(station.url(path)) as site:
        frame = framed(visitor, site)
        assert not frame.url.startswith(station.url("/"))
    faults = visitor.watch.faults.copy()
    visitor.watch.faults.clear()
    assert any("frame-ancestors 'none'" in fault for fault in faults), faults
    assert all("BLOCKED" in fault or "frame-ancestors" in fault for fault in faults), faults
