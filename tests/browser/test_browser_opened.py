"""What opens on the pages of the console: menus, questions, the sheet; and what is refused."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.broadcasting import broadcast
from browser.conftest import Visit
from browser.looking import axe_findings, too_wide
from browser.visiting import DESK, PHONE, THEMES, Visitor, picture
from features.api_talk import accounts
from features.conftest import Serve
from features.sounding import WAIT_S, Encoder
from programs.raw import Recorder
from programs.station import PASSWORD_HASH, Station

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("chromium", "ffmpeg")]

STRIP = '[data-strips] > [data-mount="/live"]'
MENU = f'{STRIP} summary[aria-label^="More"]'
BOTH = (DESK, PHONE)
TICK = '#rows input[name^="pick."]'
DIALOG = "dialog[open]"
BELOW = "xpath=following-sibling::*"
FOCUS_IS_IN = "el => el.contains(document.activeElement)"
IS_IN_SIGHT = """el => {
  const { left, right, width } = el.getBoundingClientRect();
  return width > 0 && left >= 0 && right <= innerWidth;
}"""


@dataclass(frozen=True, slots=True)
class Opened:
    """What the last of ``openers`` opens on a page, after those before it.

    ``shown`` is where it is to be seen; without it, right behind the opener.
    """

    path: str
    openers: tuple[str, ...]
    shown: str = ""
    widths: tuple[int, ...] = BOTH

    def within(self, page: Page) -> Locator:
        """The part of the page that opens."""
        if self.shown:
            return page.locator(self.shown)
        return page.locator(self.openers[-1]).first.locator(BELOW)


def on_air(*openers: str, widths: tuple[int, ...] = BOTH) -> Opened:
    """Something of the strip of the mount."""
    return Opened("/admin/", openers, widths=widths)


def asked(path: str, button: str, widths: tuple[int, ...] = BOTH) -> Opened:
    """A question of the kind that covers the page; ``button`` is how its name begins."""
    return Opened(path, (f'button[aria-label^="{button}"]',), DIALOG, widths)


def ticked(what: str) -> Opened:
    """The same for those who are ticked, as on phones."""
    return Opened("/admin/audience", (TICK, f"[data-bulk] [value={what}]"), DIALOG, (PHONE,))


OPENED = {
    "title": on_air(f'{STRIP} summary:has-text("Edit title")'),
    "menu": on_air(MENU),
    "kick-source": on_air(f"{STRIP} .only-wide summary", widths=(DESK,)),
    "kick-source-below": on_air(MENU, f"{STRIP} .only-narrow summary", widths=(PHONE,)),
    "move-all": on_air(MENU, f'{STRIP} .menu summary:has-text("Move")'),
    "more": on_air(".dock-more > summary", widths=(PHONE,)),
    "find-or-do": Opened("/admin/", ("[data-find-or-do]",), DIALOG),
    "disable": Opened("/admin/stations?mount=/live", ('summary:has-text("Disable")',)),
    "remove": Opened("/admin/stations?mount=/live", ('summary:has-text("Remove")',)),
    "refuse": Opened("/admin/stations", (".refuse > summary",)),
    "kick": asked("/admin/audience", "Kick ", (DESK,)),
    "move": asked("/admin/audience", "Move ", (DESK,)),
    "ban": asked("/admin/audience", "Ban ", (DESK,)),
    "kick-ticked": ticked("kick"),
    "move-ticked": ticked("move"),
    "ban-ticked": ticked("ban"),
    "revoke-token": asked("/admin/access/tokens", "Revoke "),
    "end-session": asked("/admin/access/sessions", "End "),
    "remove-account": Opened(
        "/admin/access/account?name=anna", ('button:has-text("Remove the account")',), DIALOG
    ),
    "revoke-own-token": asked("/admin/account", "Revoke "),
    "end-own-session": asked("/admin/account", "End "),
}

REFUSED = {
    "station": ("/admin/stations/new", {"Mount": "/live"}, "Make station"),
    "account": ("/admin/access/account", {"Name": "anna", "Password": "x"}, "Make the account"),
    "ban": ("/admin/access/bans", {"Address or network": "nowhere"}, "Ban"),
    "allowed": ("/admin/access/allowed", {"Address or network": "nowhere"}, "Allow"),
    "settings": ("/admin/settings", {"Accent colour": "reddish"}, "Save Branding"),
}
"""Forms with something in them that can't be: page, what is typed, and the button."""


@pytest.fixture(scope="module")
def station(serve: Serve) -> Iterator[Station]:
    """Two programmes, one of them heard, one that waits, and accounts with tokens."""
    known = accounts()
    users = {"anna": {"password": PASSWORD_HASH, "role": "dj", "mounts": {"/live": PASSWORD_HASH}}}
    own = [
        {"id": digit * 16, "name": name, "user": "admin", "hash": digit * 64}
        for digit, name in (("0", "deploy"), ("1", "archive"))
    ]
    station = serve(
        lockout_failures=0,
        approve_mounts=True,
        source_timeout=600,
        mounts={"/live": "", "/jazz": ""},
        users={**known["users"], **users},  # type: ignore[dict-item]
        api_tokens=[*known["api_tokens"], *own],  # type: ignore[misc]
    )
    with broadcast(station, "/live"), broadcast(station, "/jazz"):
        for mount in ("/live", "/jazz"):
            station.wait_for_mount(mount, WAIT_S)
        listener = Recorder(station.port, "/live")
        with Encoder(station.port, "/stray") as stray:
            stray.play(2)
            yield station
        listener.stop()


def dressed(visitor: Visitor, name: str, within: str) -> list[str]:
    """What is wrong with a part of the page in one theme or the other."""
    faults = []
    for theme in THEMES:
        visitor.change_into(theme)
        rules = () if theme == "studio" else ("color-contrast",)
        findings = axe_findings(visitor.page, *rules, within=within)
        faults += [f"{theme}: {what}" for what in findings]
        visitor.page.screenshot(path=picture(f"opened-{name}-{theme}"), animations="disabled")
    return faults


@pytest.mark.parametrize("name", OPENED)
def test_it_opens_by_keyboard(station: Station, visit: Visit, name: str) -> None:
    """The focus goes in, Escape brings it back; it can be read in every theme."""
    opened = OPENED[name]
    visitor = visit(station, "admin")
    page = visitor.page
    faults = []
    for width in opened.widths:
        visitor.resize(width)
        visitor.go(opened.path)
        for opener in opened.openers:
            page.locator(opener).first.focus()
            page.keyboard.press("Space" if opener == TICK else "Enter")
        shown = opened.within(page)
        expect(shown).to_be_visible()
        page.wait_for_function(FOCUS_IS_IN, arg=shown.element_handle())
        assert shown.evaluate(IS_IN_SIGHT)
        assert too_wide(page) == []
        shown.evaluate("el => el.setAttribute('data-looked-at', '')")
        found = dressed(visitor, f"{name}-{width}", "[data-looked-at]")
        faults += [f"{width} px, {what}" for what in found]
        page.keyboard.press("Escape")
        expect(shown).to_be_hidden()
        expect(page.locator(opened.openers[-1]).first).to_be_focused()
    assert faults == [], "\n".join(faults)


def test_a_new_token(station: Station, visit: Visit) -> None:
    """It is shown this once, and copied by a button."""
    visitor = visit(station, "admin")
    page = visitor.page
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.go("/admin/account")
    page.get_by_label("Name", exact=True).fill("<b>robot</b>")
    page.get_by_role("button", name="Make a token").click()
    token = page.locator(".token")
    expect(token).to_be_visible()
    page.get_by_role("button", name="Copy").click()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied == token.inner_text()
    assert copied.startswith("ti_")
    expect(page.get_by_role("button", name="Revoke the token <b>robot</b>")).to_be_visible()
    faults = []
    for width in BOTH:
        visitor.resize(width)
        assert too_wide(page) == []
        faults += dressed(visitor, f"new-token-{width}", "main")
    assert faults == [], "\n".join(faults)
    page.reload()
    expect(token).to_have_count(0)


def test_who_says_yes(station: Station, visit: Visit) -> None:
    """Only then it is done; the page stays."""
    visitor = visit(station, "admin")
    page = visitor.page
    visitor.go("/admin/account")
    page.evaluate("() => { window.__stayed = true; }")
    revoke = page.get_by_role("button", name="Revoke the token deploy")
    dialog = page.get_by_role("dialog")
    revoke.click()
    dialog.get_by_role("button", name="Cancel").click()
    expect(revoke).to_be_focused()
    revoke.click()
    dialog.get_by_role("button", name="Revoke").click()
    expect(revoke).to_have_count(0)
    expect(dialog).to_have_count(0)
    assert page.evaluate("() => window.__stayed")


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(station: Station, visit: Visit, name: str) -> None:
    """The page stays, with what was typed, and says at the field what is wrong.

    Nothing of it is an error of the page: the browser's console stays empty.
    """
    path, typed, button = REFUSED[name]
    visitor = visit(station, "admin")
    page = visitor.page
    visitor.go(path)
    page.evaluate("() => { window.__stayed = true; }")
    for label, text in typed.items():
        page.get_by_label(label, exact=True).first.fill(text)
    page.get_by_role("button", name=button, exact=True).click()
    wrong = page.locator('[aria-invalid="true"]').first
    expect(wrong).to_be_focused()
    assert page.evaluate("() => window.__stayed")
    error = page.locator(f"[id='{(wrong.get_attribute('aria-describedby') or '').split()[0]}']")
    expect(error).to_be_visible()
    kept = {label: page.get_by_label(label, exact=True).first.input_value() for label in typed}
    assert {**typed, "Password": ""} == {**kept, "Password": ""}
    faults = []
    for width in BOTH:
        visitor.resize(width)
        assert too_wide(page) == []
        faults += dressed(visitor, f"refused-{name}-{width}", "main")
    assert faults == [], "\n".join(faults)
