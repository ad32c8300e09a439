"""Meters in a real browser: what they show, to whom, and what that costs when nobody looks."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Visit
from browser.visiting import PHONE, PUT_ON_THEME, THEMES, picture
from features.conftest import Serve
from features.offspring import children_with
from features.sounding import WAIT_S
from features.test_feature_silence import METER, encoder, tone
from programs.station import Station
from programs.waiting import until

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("chromium", "ffmpeg")]

SOON_MS = 20_000
FIELD = '[data-meter="/live"]'
LIT = """field => {
  const canvas = document.querySelector(`${field} canvas`);
  const { width, height } = canvas;
  const pixels = canvas.getContext("2d").getImageData(0, Math.round(height / 4), width, 1).data;
  const seen = new Set();
  for (let at = 0; at < pixels.length; at += 4) {
    if (pixels[at + 3] > 250) seen.add(pixels.slice(at, at + 3).join());
  }
  return { width, colours: seen.size };
}"""
"""How wide the upper bar is, and how many colours are in it that are not dimmed."""


@pytest.fixture
def station(serve: Serve) -> Iterator[Station]:
    station = serve()
    with encoder(station, "/live", tone(440, (0, 0.5))):
        yield station


def on_air(visit: Visit, station: Station, *, moves: bool = True, **how: object) -> Page:
    """The page On air, once its meter shows something."""
    page = visit(station, "admin", **how).page
    page.emulate_media(reduced_motion="no-preference" if moves else "reduce")
    page.goto("/admin/")
    expect(page.locator(f"{FIELD}.is-none")).to_have_count(0, timeout=SOON_MS)
    expect(page.locator(f"{FIELD} .meter-db span")).to_have_count(2, timeout=SOON_MS)
    return page


def numbers(page: Page) -> list[str]:
    """The held peaks."""
    return page.locator(f"{FIELD} .meter-db span").all_text_contents()


def test_a_tone_is_shown_as_loud_as_it_is(station: Station, visit: Visit) -> None:
    """In bars, in numbers, and in words for those who see neither; in every theme."""
    page = on_air(visit, station)
    place = page.locator(FIELD)
    until(lambda: all(-7.5 < _db(one) < -5.5 for one in numbers(page)), within=WAIT_S, what="−6 dB")
    spoken = place.get_by_role("meter", name="Level of /live")
    until(
        lambda: (spoken.get_attribute("aria-valuetext") or "").startswith("left −9."),
        within=WAIT_S,
        what="it is said",
    )
    for name, theme in THEMES.items():
        page.evaluate(PUT_ON_THEME, theme)
        page.wait_for_timeout(300)
        found = page.evaluate(LIT, FIELD)
        # up to -9 dB: low, mid, and the tick of the held peak
        assert found["colours"] >= 3
        assert found["width"] > 200
        place.screenshot(path=picture(f"meter-{name}"))


def test_the_bars_do_not_move_the_page(station: Station, visit: Visit) -> None:
    """Levels come ten times a second, and nothing is laid out for them."""
    page = on_air(visit, station)
    page.wait_for_timeout(2000)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")

    def layouts() -> float:
        found = devtools.send("Performance.getMetrics")["metrics"]
        return next(one["value"] for one in found if one["name"] == "LayoutCount")

    before = layouts()
    page.wait_for_timeout(3000)
    # the clock, the times and the held peak are text
    assert layouts() - before < 20


def test_who_wants_no_motion_reads_numbers(station: Station, visit: Visit) -> None:
    """No bars, and no more than one change a second."""
    page = on_air(visit, station, moves=False)
    still = page.locator(f"{FIELD} .meter-still")
    expect(still).to_be_visible()
    expect(page.locator(f"{FIELD} canvas")).to_be_hidden()
    until(lambda: "peak −6." in still.inner_text(), within=WAIT_S, what="numbers")
    changes = page.evaluate(
        """async field => {
          let count = 0;
          const seen = new MutationObserver(() => { count += 1; });
          const what = { childList: true, characterData: true, subtree: true };
          seen.observe(document.querySelector(`${field} .meter-still`), what);
          await new Promise(done => setTimeout(done, 3000));
          return count;
        }""",
        FIELD,
    )
    assert changes <= 4


def test_nothing_is_measured_for_a_page_that_nobody_sees(station: Station, visit: Visit) -> None:
    """A tab that is gone is no reason to decode anything."""
    page = on_air(visit, station)
    assert len(children_with(station, METER)) == 1
    page.goto("/admin/account")
    until(lambda: not children_with(station, METER), within=30, what="nothing is measured")


def test_a_strip_on_a_phone(station: Station, visit: Visit) -> None:
    """The scale fits."""
    page = on_air(visit, station, width=PHONE)
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    assert wide == PHONE
    page.locator(FIELD).screenshot(path=picture("meter-phone"))


def test_an_encoder_that_is_gone_has_no_level(serve: Serve, visit: Visit) -> None:
    """The strip stays for a while, without a meter."""
    station = serve()
    with encoder(station, "/live", tone(440, (0, 0.5))):
        page = on_air(visit, station)
    expect(page.locator(f"{FIELD}:not(.is-none)")).to_have_count(0, timeout=SOON_MS)


def _db(text: str) -> float:
    return float(text.replace("−", "-")) if text[-1:].isdigit() else -100.0
