"""Covers of what plays, on the pages of listeners: they come and go with the tracks."""

from collections.abc import Iterator

import pytest
from mpd import MPDClient
from mutagen.flac import FLAC, Picture
from playwright.sync_api import expect

from autodj.files import PNG
from browser.conftest import Visit
from features.conftest import Serve
from features.mpd_clients import autodj, connected, wait_for
from features.music import put, tone
from features.sounding import WAIT_S
from programs.station import Station, free_port_pair
from web.picture_bytes import png

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("chromium")]

NIGHT = "/night"
SONGS = (("Glasshouse", png(64, 64)), ("Northbound", b""), ("Undertow", PNG))
SOON_MS = 20_000
IS_DRAWN = "image => image.complete && image.naturalWidth > 0"


@pytest.fixture(scope="module")
def port() -> int:
    return free_port_pair()


@pytest.fixture(scope="module")
def station(serve: Serve, port: int, tmp_path_factory: pytest.TempPathFactory) -> Station:
    """An AutoDJ with three songs: one has a cover, one has none, one has what no browser shows."""
    folder = tmp_path_factory.mktemp("music").resolve()
    for number, (title, cover) in enumerate(SONGS):
        path = put(folder / f"{number}.flac", tone(60.0, 200.0 + 200.0 * number), title=title)
        told, picture = FLAC(path), Picture()
        picture.type, picture.mime, picture.data = 3, "image/png", cover
        if cover:
            told.add_picture(picture)
        told.save()
    station = serve(autodjs=[autodj(folder, port)])
    station.wait_for_mount(NIGHT, WAIT_S)
    return station


@pytest.fixture
def client(station: Station, port: int) -> Iterator[MPDClient]:
    """Who changes what plays."""
    client = connected(port)
    wait_for(client, lambda status: status["playlistlength"] == "3")
    yield client
    client.disconnect()


@pytest.mark.parametrize(
    ("page", "within"),
    [("/", f'.onnow [data-mount="{NIGHT}"]'), ("/player/night", "[data-stage]")],
)
def test_covers_come_and_go(
    station: Station, client: MPDClient, visit: Visit, page: str, within: str
) -> None:
    """Where there is none stands the sign of the station; nobody reads the page again."""
    client.play(0)
    visitor = visit(station)
    visitor.go(page)
    place = visitor.page.locator(within)
    cover, sign = place.locator("img[data-art]"), place.locator("svg.ident")
    for number in (0, 1, 2, 0):
        client.play(number)
        expect(place).to_contain_text(SONGS[number][0], timeout=SOON_MS)
        if number == 0:
            expect(cover).to_be_visible(timeout=SOON_MS)
            expect(sign).to_be_hidden()
            visitor.page.wait_for_function(
                f"selector => ({IS_DRAWN})(document.querySelector(selector))",
                arg=f"{within} img[data-art]",
            )
        else:
            expect(cover).to_be_hidden(timeout=SOON_MS)
            expect(sign).to_be_visible()
