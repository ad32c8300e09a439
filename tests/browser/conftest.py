"""One browser for the tests of a module, and visitors who must have nothing to complain of."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, StorageState, expect, sync_playwright

from browser.visiting import WITHIN_S, Visitor
from features.conftest import serve
from programs.station import Station

__all__ = ["serve"]

Visit = Callable[..., Visitor]
Cookies = dict[tuple[int, str], StorageState]

expect.set_options(timeout=WITHIN_S * 1000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a screen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--disable-gpu", "--no-proxy-server", "--mute-audio"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def cookies() -> Cookies:
    """What the browsers of those remember who have signed in."""
    return {}


@pytest.fixture
def visit(browser: Browser, cookies: Cookies) -> Iterator[Visit]:
    """Opens profiles, signed in as ``user`` if asked for.

    The test fails when anything went wrong on a page of theirs.
    """
    visitors: list[Visitor] = []

    def come(station: Station, user: str = "", **how: Any) -> Visitor:  # noqa: ANN401
        remembered = cookies.get((station.port, user))
        visitor = Visitor(browser, station, remembered=remembered, **how)
        visitors.append(visitor)
        if user and remembered is None:
            visitor.sign_in(user)
            cookies[station.port, user] = visitor.context.storage_state()
        return visitor

    yield come
    for visitor in visitors:
        visitor.leave()
    faults = [fault for visitor in visitors for fault in visitor.watch.faults]
    assert faults == [], "\n".join(faults)
