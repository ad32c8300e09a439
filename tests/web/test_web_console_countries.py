"""Countries on the audience page: the column, the search, and how many listen from where."""

import pytest
from api_support import FakeCountries, listener
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from web_support import DJ, Web, mount

from tinyice.core.countries import LOCAL, Country
from tinyice.core.snapshots import ListenerSnapshot
from tinyice.web.console.audience_countries import Tally, count_countries
from tinyice.web.console.audience_search import LOOKED_AT_MAX, SLICE

HEAD = b"Cookie: sid=cookie1\r\n"
NO, JP = Country("NO", "Norway"), Country("JP", "Japan")
XSS = "<script>alert('x')</script>"
KNOWN = {
    "192.0.2.1": NO,
    "192.0.2.2": NO,
    "192.0.2.3": JP,
    "192.0.2.4": LOCAL,
    "192.0.2.5": Country("XX", XSS),
}
BY_COUNTRY = "/admin/audience/countries"


@pytest.fixture
def web() -> Web:
    """A site whose countries are known."""
    site = Web(mount(), mount("/other", listeners=0))
    site.open_session()
    site.bench.countries.is_on = True
    site.bench.countries.known = KNOWN
    return site


def text_of(web: Web, url: str) -> str:
    """A page."""
    reply = web.ask(url, HEAD)
    assert reply.status == 200
    return reply.text


@pytest.mark.parametrize("url", ["/admin/audience", "/admin/audience/list"])
def test_the_column(web: Web, url: str) -> None:
    """Is there when there is a database, and says nothing of who is not known."""
    text = text_of(web, url)
    assert text.count('<td class="c-n">Norway</td>') == 2
    assert text.count('<td class="c-n">Local</td>') == 1
    assert text.count('<td class="c-n"></td>') == 2
    assert BY_COUNTRY in text
    assert "&lt;script&gt;" in text
    assert "<script>alert" not in text
    web.bench.countries.is_on = False
    text = text_of(web, url)
    assert "c-n" not in text
    assert BY_COUNTRY not in text


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("norway", [1, 2]),
        ("NO", [1, 2]),
        ("jp", [3]),
        ("local", [4]),
        ("apa", [3]),
        ("way", [1, 2]),
    ],
)
def test_a_search_by_country(web: Web, sought: str, found: list[int]) -> None:
    """By its name, or a part of it, or by the whole of its code."""
    text = text_of(web, f"/admin/audience?text={sought}")
    assert [number for number in range(1, 9) if f'name="pick.{number}"' in text] == found


def test_a_database_that_is_of_no_use(web: Web) -> None:
    """Its fault stands on the page."""
    assert "geoip_database" not in text_of(web, "/admin/audience")
    web.bench.countries.fault = "is damaged"
    for url in ("/admin/audience", BY_COUNTRY):
        assert "the file that geoip_database names is damaged." in text_of(web, url)


class TestByCountry:
    """GET /admin/audience/countries."""

    def test_it_counts(self, web: Web) -> None:
        """The most first, the unknown last, each with the way to its listeners."""
        text = text_of(web, BY_COUNTRY)
        order = [">Norway</a>", ">Japan</a>", ">Local</a>", ">Not known<"]
        places = [text.index(words) for words in order if words in text]
        assert len(places) == len(order)
        assert places[0] < min(places[1:])
        assert places[-1] == max(places)
        assert 'href="/admin/audience?text=Norway"' in text
        assert "29 %" in text
        assert "<script>alert" not in text

    def test_of_one_mount(self, web: Web) -> None:
        """As the list does."""
        web.bench.station.present = [listener(1), listener(3, "/other")]
        text = text_of(web, f"{BY_COUNTRY}?mount=/other")
        assert "Japan" in text
        assert "Norway" not in text
        assert 'href="/admin/audience?mount=%2Fother&amp;text=Japan"' in text

    def test_a_dj_sees_their_own(self) -> None:
        """And nothing of other mounts."""
        web = Web(mount(), mount("/other"))
        web.open_session(DJ)
        web.bench.countries.is_on, web.bench.countries.known = True, KNOWN
        web.bench.station.present = [listener(1), listener(3, "/other")]
        text = text_of(web, BY_COUNTRY)
        assert "Norway" in text
        assert "Japan" not in text
        assert web.ask(f"{BY_COUNTRY}?mount=/other", HEAD).status == 403

    def test_nobody_or_nothing(self, web: Web) -> None:
        """It says so."""
        web.bench.station.present = []
        assert "Nobody is listening" in text_of(web, BY_COUNTRY)
        web.bench.countries.is_on = False
        assert "No database of countries" in text_of(web, BY_COUNTRY)


class Crowd:
    """A hundred thousand listeners; remembers how it was looked at."""

    def __init__(self, size: int = 100_000) -> None:
        self.size = size
        self.looks: list[int] = []

    def listeners(self, mounts: object, after: int, limit: int) -> list[ListenerSnapshot]:
        self.looks.append(limit)
        return [listener(number) for number in range(after + 1, min(self.size, after + limit) + 1)]


@pytest.mark.parametrize(
    ("size", "looked_at", "partial"),
    [
        (0, 0, False),
        (SLICE - 1, SLICE - 1, False),
        (SLICE, SLICE, False),
        (100_000, LOOKED_AT_MAX, True),
    ],
)
def test_a_count_is_bounded(size: int, looked_at: int, partial: bool) -> None:
    """A slice at a time, with a turn of the reactor between them."""
    crowd, clock, found = Crowd(size), Clock(), list[Tally]()
    counting = count_countries(
        crowd,  # type: ignore[arg-type]
        FakeCountries(is_on=True, known=KNOWN),
        {"/live"},
        clock=clock,
    )
    Deferred.fromCoroutine(counting).addCallback(found.append)
    for turn in range(1, LOOKED_AT_MAX // SLICE + 1):
        assert found or len(crowd.looks) == turn
        clock.advance(0)
    (tally,) = found
    assert (tally.looked_at, tally.is_partial) == (looked_at, partial)
    assert sum(line.listeners for line in tally.lines) == looked_at
    assert set(crowd.looks) == {SLICE}
