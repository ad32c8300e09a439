"""The Network page in Chromium: set up, seen as it happens, switched, removed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from browser.conftest import Visit
from features import swallowing
from features.conftest import Serve
from features.sounding import Encoder
from features.swallowing import Swallower
from programs.station import HOST, Station

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("chromium")]


@pytest.fixture
def there() -> Iterator[Swallower]:
    """Another server, which takes streams."""
    with Swallower(swallowing.takes) as server:
        yield server


@pytest.fixture(scope="module")
def station(serve: Serve) -> Station:
    """A station that may reach it."""
    return serve(outbound_allow=[HOST], mounts={"/live": ""}, source_timeout=600)


def test_a_push_from_its_form_to_its_end(station: Station, visit: Visit, there: Swallower) -> None:
    """What happens is seen without anybody asking, and nobody leaves the page."""
    visitor = visit(station, "admin")
    page = visitor.page
    visitor.go("/admin/network")
    page.get_by_role("link", name="New push").click()
    page.get_by_label("Mount here").fill("/live")
    page.get_by_label("Address").fill("https://no path")
    page.get_by_role("button", name="Begin").click()
    expect(page.locator("#url-error")).to_be_visible()
    assert page.get_by_label("Mount here").input_value() == "/live"
    page.get_by_label("Address").fill(there.url("/there"))
    page.get_by_label("Password").fill("hackme")
    page.get_by_role("button", name="Begin").click()
    row = page.locator(".way", has_text="/there")
    expect(row).to_contain_text("Off air")
    page.evaluate("window.__stayed = true")
    with Encoder(station.port, "/live") as encoder:
        encoder.play(2)
        expect(row).to_contain_text("Sending", timeout=30_000)
        page.get_by_role("button", name="Switch off").click()
        expect(row).to_contain_text("Switch on")
        page.get_by_role("button", name="Switch on").click()
        expect(row).to_contain_text("Switch off")
        encoder.play(1)
        expect(row).to_contain_text("Sending", timeout=30_000)
    row.locator("summary").click()
    page.locator(".dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No pushes")).to_be_visible()
    assert page.evaluate("window.__stayed") is True


def test_without_scripts(station: Station, visit: Visit) -> None:
    """The same forms, with pages of their own."""
    visitor = visit(station, "admin", scripts=False)
    page = visitor.page
    visitor.go("/admin/network/relay")
    page.get_by_label("Mount here").fill("/relayed")
    page.get_by_label("Address", exact=True).fill("http://127.0.0.1:9/live")
    visitor.send("Begin")
    assert "It is set up" in page.inner_text("main")
    visitor.send("Switch off")
    assert "It is switched off." in page.inner_text("main")
    page.locator(".way summary").click()
    with page.expect_navigation():
        page.locator(".dialog").get_by_role("button", name="Remove").click()
    assert "No relays" in page.inner_text("main")
