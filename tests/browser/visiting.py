"""Somebody who opens the pages of a station in a browser."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Response, StorageState

from browser.pages import Shown
from browser.watching import Watch
from programs.station import PASSWORD, PROJECT, Station

SCREENSHOTS = PROJECT / ".cache/screenshots"
WITHIN_S = 30.0
PHONE, TABLET, DESK = 360, 768, 1440
LONGEST = 6000
"""So many pixels of a page are drawn at once."""
HEIGHTS = {PHONE: 740, TABLET: 1024, DESK: 900}
THEMES = {"studio": "", "light": "light", "contrast": "contrast"}
"""Names of screenshots, and what the pages keep for each."""

KEEP_THEME = """theme => {
  if (theme) localStorage.setItem("tinyice-theme", theme);
  else localStorage.removeItem("tinyice-theme");
}"""

PUT_ON_THEME = """theme => {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}"""

DRAWN = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))"

REMEMBER_PLAYERS = """
const play = HTMLMediaElement.prototype.play;
window.__players = new Set();
HTMLMediaElement.prototype.play = function () {
  window.__players.add(this);
  return play.call(this);
};
"""
"""Media elements need not be part of the page to be heard."""


def picture(name: str) -> Path:
    """Where the screenshot of that name is kept."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS / f"{name}.png"


@dataclass
class Visitor:
    """One browser profile at one station, with a first tab open; what goes wrong is noted.

    ``remembered``: cookies of an earlier visit.
    """

    browser: Browser
    station: Station
    width: int = DESK
    scripts: bool = True
    remembered: StorageState | None = None

    def __post_init__(self) -> None:
        self.context = self.browser.new_context(
            base_url=self.station.url(""),
            viewport={"width": self.width, "height": HEIGHTS[self.width]},
            java_script_enabled=self.scripts,
            reduced_motion="reduce",
            locale="en-GB",
            storage_state=self.remembered,
        )
        self.context.set_default_timeout(WITHIN_S * 1000)
        self.watch = Watch({urlsplit(self.station.url("/")).netloc})
        self.watch.follow(self.context)
        if self.scripts:
            self.context.add_init_script(REMEMBER_PLAYERS)
        self.page = self.context.new_page()

    def go(self, path: str) -> Response:
        """Open a page of the station."""
        response = self.page.goto(path)
        assert response is not None, path
        return response

    def open(self, shown: Shown) -> None:
        """Open a page in the way in which people come to it, and let it be drawn."""
        self.go(shown.path)
        if shown.press:
            self.send(shown.press)
        if self.scripts:
            self.evaluate(DRAWN)

    def sign_in(self, user: str = "admin", password: str = PASSWORD) -> None:
        """Fill in the login form, as everybody does."""
        self.go("/login")
        self.page.get_by_label("User").fill(user)
        self.page.get_by_label("Password").fill(password)
        self.send("Sign in")
        assert urlsplit(self.page.url).path != "/login", self.page.inner_text("main")

    def send(self, button: str) -> None:
        """Press the first button of that name, which leads to another page."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button).first.click()

    def resize(self, width: int) -> None:
        """Look at the page through a window of that width."""
        self.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})

    def wear(self, theme: str) -> None:
        """Choose a theme as the button does, for the pages to come."""
        self.page.evaluate(KEEP_THEME, THEMES[theme])

    def change_into(self, theme: str) -> None:
        """Put a theme on this page as it stands, with all that is open on it."""
        self.page.evaluate(PUT_ON_THEME, THEMES[theme])
        self.page.evaluate(DRAWN)

    def shoot(self, name: str) -> Path:
        """Write a screenshot of the whole page, or of its beginning if it is very long."""
        path = picture(name)
        whole = self.evaluate("() => document.documentElement.scrollHeight") < LONGEST
        self.page.screenshot(path=path, full_page=whole, animations="disabled")
        return path

    def evaluate(self, expression: str, argument: object = None) -> Any:  # noqa: ANN401 (JSON)
        """What a piece of JavaScript gives on the page."""
        return self.page.evaluate(expression, argument)

    def leave(self) -> None:
        """Close the browser profile."""
        self.context.close()
