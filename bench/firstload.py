"""What a first visit to a page costs in Chromium: bytes, requests, time until it is drawn."""

import importlib.util
import shutil
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.children import HOST

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WIDTH, HEIGHT = 1440, 900
LOADED = """() => new Promise(done => setTimeout(() => {
  const [page] = performance.getEntriesByType("navigation");
  const parts = performance.getEntriesByType("resource").filter(one => one.responseEnd);
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  done({
    bytes: [page, ...parts].reduce((sum, one) => sum + one.transferSize, 0),
    requests: 1 + parts.length,
    painted: paint ? paint.startTime : page.loadEventEnd,
    loaded: page.loadEventEnd,
  });
}, 150))"""


class NoBrowser(Exception):
    """Nothing here can open a page; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class FirstLoad:
    """The medians of some visits with an empty cache; times from the click on, in ms."""

    kilobytes: float
    requests: int
    painted_ms: float
    loaded_ms: float


@contextmanager
def chromium() -> Iterator["Browser"]:
    """Run Debian's Chromium until the block ends."""
    program = shutil.which("chromium")
    if program is None:
        raise NoBrowser("chromium is not installed")
    if importlib.util.find_spec("playwright") is None:
        raise NoBrowser("playwright is not installed (`make test` does it)")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only tests install it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--disable-gpu", "--no-proxy-server"]
        )
        try:
            yield browser
        finally:
            browser.close()


def first_load(browser: "Browser", address: str, cookie: tuple[str, str], visits: int) -> FirstLoad:
    """Visit ``address`` so many times, each time as somebody who was never here."""
    told = [_visit(browser, address, cookie) for _ in range(visits)]

    def middle(key: str) -> float:
        return statistics.median(one[key] for one in told)

    return FirstLoad(
        middle("bytes") / 1000, round(middle("requests")), middle("painted"), middle("loaded")
    )


def _visit(browser: "Browser", address: str, cookie: Sequence[str]) -> dict[str, float]:
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    name, value = cookie
    if name:
        context.add_cookies([{"name": name, "value": value, "domain": HOST, "path": "/"}])
    page = context.new_page()
    page.goto(address)
    found: dict[str, float] = page.evaluate(LOADED)
    context.close()
    return found
