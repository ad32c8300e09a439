"""What people do, in a browser that runs no script."""

import pytest

from browser.conftest import Visit
from features.conftest import Serve
from features.sounding import WAIT_S, Encoder
from programs.station import PASSWORD, Station

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("chromium")]


@pytest.fixture(scope="module")
def station(serve: Serve) -> Station:
    return serve(source_timeout=60)


def test_signing_in_and_out(station: Station, visit: Visit) -> None:
    """A wrong password is named, the right one leads on, and the way out is a button."""
    visitor = visit(station, scripts=False)
    page = visitor.page
    visitor.watch.expect(403, "/login")
    visitor.go("/login")
    page.get_by_label("User").fill("admin")
    page.get_by_label("Password").fill("wrong")
    visitor.send("Sign in")
    assert "do not fit together" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("User").input_value() == "admin"
    page.get_by_label("Password").fill(PASSWORD)
    visitor.send("Sign in")
    visitor.go("/admin/account")
    visitor.send("Log out")
    assert page.url == station.url("/login")
    visitor.go("/admin/account")
    assert page.url == station.url("/login?next=/admin/account")


def test_a_title_is_changed(station: Station, visit: Visit) -> None:
    """By the form of Icecast's page, which leads back to a page that says so."""
    visitor = visit(station, "admin", scripts=False)
    with Encoder(station.port, "/live", "ice-name: Plain") as encoder:
        encoder.play(2)
        station.wait_for_mount("/live", WAIT_S)
        visitor.go("/admin/updatemetadata.xsl?mount=/live")
        visitor.page.get_by_label("What plays now").fill("Ebb & Flow <3")
        visitor.send("Change")
        visitor.go("/")
        assert visitor.page.get_by_text("Ebb & Flow <3").first.is_visible()
        assert station.statistics()["/live"]["title"] == "Ebb & Flow <3"


def test_a_station_is_made(station: Station, visit: Visit) -> None:
    """With a password that the server makes up, which its encoder can use at once."""
    visitor = visit(station, "admin", scripts=False)
    page = visitor.page
    visitor.go("/admin/stations/new")
    page.get_by_label("Mount", exact=True).fill("/plain")
    page.get_by_label("Name", exact=True).fill("Plain & simple")
    visitor.send("Generate")
    password = page.get_by_label("Source password").input_value()
    assert len(password) >= 12
    visitor.send("Make station")
    assert "shown this once" in page.inner_text("main")
    with Encoder(station.port, "/plain", password=password) as encoder:
        encoder.play(2)
        station.wait_for_mount("/plain", WAIT_S)
        visitor.go("/admin/")
        assert "Plain & simple" in page.inner_text("main")
        page.get_by_text("Edit title").click()
        page.get_by_label("Title").fill("Still here")
        visitor.send("Say so")
        assert station.statistics()["/plain"]["title"] == "Still here"
        page.locator("summary", has_text="Kick source").first.click()
        visitor.send("Kick source")
        assert encoder.is_dropped(WAIT_S)
