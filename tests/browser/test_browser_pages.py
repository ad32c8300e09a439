"""Every page at every width and in every theme: nothing fails, nothing is out of reach."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from browser import music
from browser.addresses import is_page, shown
from browser.broadcasting import broadcast
from browser.conftest import Visit
from browser.looking import axe_findings, keyboard_faults, too_wide
from browser.pages import PAGES
from browser.visiting import DESK, PHONE, TABLET
from features.conftest import Serve
from features.sounding import WAIT_S, Encoder
from programs.raw import Recorder
from programs.station import PASSWORD_HASH, Station

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("chromium", "ffmpeg")]

COLOURS = ("color-contrast",)
"""The rules of axe-core that depend on the theme."""

NOBODY = "http://127.0.0.1:9"
"""A server that is not there."""

SETTINGS: dict[str, object] = {
    "page_title": "Radio Meridian",
    "page_subtitle": "Slow radio from the harbour.",
    "location": "Pier 4",
    "admin_email": "desk@meridian.example",
    "lockout_failures": 0,
    "source_timeout": 600,
    "mounts": {"/live": "", "/quiet": "", "/members": ""},
    "advanced_mounts": {"/members": {"listener_accounts": {"joe": PASSWORD_HASH}}},
    "users": {
        "anna": {"password": PASSWORD_HASH, "role": "dj", "mounts": {"/live": PASSWORD_HASH}},
        "head": {"password": PASSWORD_HASH, "role": "admin", "mounts": {"/live": PASSWORD_HASH}},
    },
    "banned_ips": ["203.0.113.7"],
    "relays": [
        {"mount": "/relayed", "url": f"{NOBODY}/live", "urls": [f"{NOBODY}/second/choice"]},
        {"mount": "/off", "url": f"{NOBODY}/off", "enabled": False},
    ],
    "masters": [{"url": NOBODY, "prefix": "/hub"}],
    "pushes": [{"mount": "/live", "url": f"{NOBODY}/live", "password": "x"}],
}


@pytest.fixture(scope="module")
def station(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """Two programmes on air, one of them heard, an AutoDJ, and a mount that waits."""
    folder = music.fill(tmp_path_factory.mktemp("music"))
    station = serve(**SETTINGS, autodjs=[{"mount": "/night", "music_dir": str(folder)}])
    encoders = [
        broadcast(station, "/live", name="Radio Meridian"),
        broadcast(station, "/jazz.ogg", encoding="opus", name="Meridian Jazz", title="Low Tide"),
    ]
    for mount in ("/live", "/jazz.ogg", "/night"):
        station.wait_for_mount(mount, WAIT_S)
    station.set_title("/live", "Kestrel - The Long Way Round the Harbour")
    listeners = [Recorder(station.port, "/live") for _ in range(3)]
    with Encoder(station.port, "/members", "ice-name: Members only") as members:
        members.play(2)
        yield station
    for listener in listeners:
        listener.stop()
    for encoder in encoders:
        encoder.stop()


def test_no_page_is_forgotten(station: Station) -> None:
    """What answers with a page is looked at here."""
    there = {path for path in shown() if is_page(station, path)}
    looked_at = {urlsplit(page.path).path for page in PAGES.values()}
    assert there - looked_at == set()
    assert {"/", "/player/live", "/admin/", "/admin/system"} <= there


@pytest.mark.parametrize("name", PAGES)
def test_a_page(station: Station, visit: Visit, name: str) -> None:
    """It fits each width, axe-core finds nothing serious, and every theme can be read."""
    page = PAGES[name]
    visitor = visit(station, page.user)
    faults: list[str] = []
    for width in (TABLET, PHONE, DESK):
        visitor.resize(width)
        visitor.open(page)
        found = [f"too wide: {what}" for what in too_wide(visitor.page)]
        if width != TABLET:
            found += axe_findings(visitor.page)
        faults += [f"{width} px: {what}" for what in found]
        visitor.shoot(f"{name}-{width}-studio")
    for theme in ("light", "contrast"):
        visitor.wear(theme)
        visitor.open(page)
        faults += [f"{theme}: {what}" for what in axe_findings(visitor.page, *COLOURS)]
        for width in (DESK, PHONE):
            visitor.resize(width)
            faults += [f"{width} px, {theme}: {what}" for what in too_wide(visitor.page)]
            visitor.shoot(f"{name}-{width}-{theme}")
        visitor.resize(DESK)
    assert faults == [], "\n".join(faults)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_by_keyboard(station: Station, visit: Visit, name: str) -> None:
    """Tab reaches every control, in the order of the text, and one sees where one is."""
    page = PAGES[name]
    visitor = visit(station, page.user)
    visitor.open(page)
    faults = keyboard_faults(visitor.page)
    assert faults == [], "\n".join(faults)
