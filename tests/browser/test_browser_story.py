"""An operator's evening: from the first login to the last, with a real encoder and a listener."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.broadcasting import broadcast
from browser.conftest import Visit
from browser.hearing import loudness, played_seconds
from browser.visiting import Visitor
from features.conftest import Serve
from features.sounding import WAIT_S
from features.talk import ask, connect, listening_status, read, request
from programs.children import Child
from programs.station import Station
from programs.waiting import until

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("chromium", "ffmpeg")]

MOUNT, STRAY = "/harbour", "/stray"
ELSEWHERE = "127.0.0.2"
HEARD_S = 2.0
AUDIBLE = 0.01
SOON_MS = 20_000


@pytest.fixture
def station(serve: Serve) -> Station:
    return serve(page_title="Radio Meridian", approve_mounts=True)


@pytest.fixture
def encoders() -> Iterator[list[Child]]:
    """Those on air; they end with the test."""
    started: list[Child] = []
    yield started
    for child in started:
        child.stop()


def strip(page: Page, mount: str = MOUNT) -> Locator:
    """What the page of what is on air shows of a mount."""
    return page.locator(f'[data-strips] > [data-mount="{mount}"]')


def make_station(operator: Visitor) -> str:
    """Set up the mount; the password that the page has made for it."""
    page = operator.page
    operator.go("/admin/stations")
    page.get_by_role("link", name="New station").click()
    page.get_by_label("Mount", exact=True).fill(MOUNT)
    page.get_by_label("Name", exact=True).fill("Harbour Radio")
    page.get_by_role("button", name="Generate").click()
    password = page.get_by_label("Source password").input_value()
    assert len(password) >= 12
    page.get_by_role("button", name="Make station").click()
    expect(page.get_by_text("The password is shown this once")).to_be_visible()
    expect(page.locator(".connect")).to_contain_text(password)
    return password


def test_an_evening(station: Station, visit: Visit, encoders: list[Child]) -> None:
    """Each thing that is done on a page is seen on the others, and heard."""
    operator, listener = visit(station), visit(station)
    operator.sign_in()
    password = make_station(operator)
    page = operator.page

    operator.go("/admin/")
    page.evaluate("() => { window.__stayed = true; }")
    expect(strip(page)).to_contain_text("Off air")
    encoders.append(broadcast(station, MOUNT, password=password, name="Harbour Radio"))
    expect(strip(page).locator(".tally")).to_have_text("Live", timeout=WAIT_S * 1000)

    hears(listener)
    expect(strip(page).locator("[data-field=listeners]")).to_have_text("1", timeout=SOON_MS)

    station.set_title(MOUNT, "Kestrel - Low Tide")
    expect(strip(page).locator("[data-field=title]")).to_contain_text("Low Tide", timeout=SOON_MS)
    expect(listener.page.locator("[data-stage] [data-field=title]")).to_have_text("Low Tide")

    edits_the_title(operator)
    expect(listener.page.locator("[data-stage] [data-field=title]")).to_have_text("Ebb <3 & Flow")
    assert station.statistics()[MOUNT]["title"].endswith("Ebb <3 & Flow")

    approves(operator, station, encoders)
    assert page.evaluate("() => window.__stayed")

    kicks_and_bans(operator, station)
    renames(operator, listener)
    kicks_the_source(operator, encoders[0])
    operator.go("/admin/")
    page.get_by_role("button", name="Log out").first.click()
    page.wait_for_url("**/login")
    operator.go("/admin/")
    assert page.url.startswith(station.url("/login"))


def hears(listener: Visitor) -> None:
    """The player's page sounds after one press."""
    page = listener.page
    listener.go(f"/player{MOUNT}")
    page.locator("[data-stage] [data-play]").click()
    until(
        lambda: played_seconds(page) > HEARD_S,
        within=WAIT_S,
        what="the player plays",
    )
    assert loudness(page) > AUDIBLE


def edits_the_title(operator: Visitor) -> None:
    """The strip has a small form for what plays."""
    card = strip(operator.page)
    card.get_by_text("Edit title").click()
    card.get_by_label("Title").fill("Ebb <3 & Flow")
    card.get_by_label("Artist").fill("Kestrel")
    card.get_by_role("button", name="Say so").click()
    expect(card.locator("[data-field=title]")).to_have_text("Ebb <3 & Flow", timeout=SOON_MS)


def approves(operator: Visitor, station: Station, encoders: list[Child]) -> None:
    """A source on a mount that nobody set up is hidden until somebody says yes."""
    encoders.append(broadcast(station, STRAY, name="Stray cat"))
    approve = operator.page.get_by_role("button", name=f"Approve {STRAY}")
    expect(approve).to_be_visible(timeout=WAIT_S * 1000)
    assert STRAY not in station.sources()
    approve.click()
    expect(approve).to_be_hidden()
    until(lambda: STRAY in station.sources(), within=WAIT_S, what="it is listed")


def kicks_and_bans(operator: Visitor, station: Station) -> None:
    """Who is kicked loses the connection, who is banned does not get in again either."""
    page = operator.page
    for name in ("Kick", "Ban"):
        with closing(connect(station.port, from_address=ELSEWHERE)) as connection:
            connection.sendall(request(MOUNT))
            read(connection, b"\r\n\r\n")
            operator.go("/admin/audience")
            page.get_by_role("button", name=f"{name} {ELSEWHERE}").click()
            dialog = page.get_by_role("dialog")
            dialog.get_by_role("button", name=name).click()
            expect(dialog).to_be_hidden()
            read(connection)
        assert is_let_in(station, ELSEWHERE) == (name == "Kick")
    assert listening_status(station.port, MOUNT) == 200
    operator.go("/admin/access/bans")
    expect(page.get_by_role("main")).to_contain_text(ELSEWHERE)


def is_let_in(station: Station, address: str) -> bool:
    """Whether somebody who comes from there is answered at all."""
    try:
        return bool(ask(station.port, request("/7.html"), from_address=address).body)
    except ConnectionError:
        return False


def renames(operator: Visitor, listener: Visitor) -> None:
    """A setting is saved while everybody goes on listening."""
    page = operator.page
    before = played_seconds(listener.page)
    operator.go(f"/admin/stations?mount={MOUNT}")
    page.get_by_label("Name", exact=True).fill("Harbour & Sea")
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("[data-told]")).to_be_visible()
    visitor_sees = listener.page.locator("[data-stage] [data-field=name]")
    expect(visitor_sees).to_have_text("Harbour & Sea", timeout=SOON_MS)
    until(lambda: played_seconds(listener.page) > before, within=WAIT_S, what="it plays on")


def kicks_the_source(operator: Visitor, encoder: Child) -> None:
    """It asks once; then the encoder is gone, and the strip says so."""
    operator.go("/admin/")
    card = strip(operator.page)
    card.locator("summary", has_text="Kick source").first.click()
    card.get_by_role("button", name="Kick source").first.click()
    expect(card.locator(".tally")).not_to_have_text("Live", timeout=SOON_MS)
    until(lambda: not encoder.running, within=WAIT_S, what="the encoder has noticed")
