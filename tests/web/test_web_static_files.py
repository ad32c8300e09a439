"""Style sheets in one piece, answers in fewer bytes, and what a first visit costs."""

import gzip
import re
from pathlib import Path

import pytest
from studio_support import FakeDj, song
from twisted.web.http_headers import Headers

from tinyice.web.compressing import pressed, pressed_small, takes_gzip
from tinyice.web.static_files import SHEETS, StaticFiles
from web.web_support import PROJECT, Reply, Web, mount

STATIC = PROJECT / "static"
GZIP = b"Accept-Encoding: gzip, deflate, br\r\n"
COOKIE = b"Cookie: sid=cookie1\r\n"
FIRST_LOAD_BYTES_MAX = 100_000
REQUESTS_MAX = 12
LINKED = re.compile(
    r'(?:<link rel="(?:stylesheet|icon|manifest)" href|<script[^>]*\ssrc|<use href)="(/[^"#]+)'
)
IMPORTED = re.compile(r'^(?:import|export|\} from)[^"\n]*"\./([\w.-]+)";', re.MULTILINE)


@pytest.mark.parametrize("name", SHEETS)
def test_sheets_are_served_as_one(name: str) -> None:
    """In their order, whole; each is there by itself as well."""
    reply = Web().ask(f"/static/{name}")
    assert reply.text == "\n".join((STATIC / sheet).read_text() for sheet in SHEETS[name])
    assert "@import" not in reply.text


def test_a_change_in_one_sheet_changes_the_address(tmp_path: Path) -> None:
    """What browsers keep for a year must not be the old one."""
    for sheet in SHEETS["console.css"]:
        (tmp_path / sheet).write_text("a {}")
    before = StaticFiles(tmp_path).url("console.css")
    (tmp_path / "frame.css").write_text("b {}")
    assert StaticFiles(tmp_path).url("console.css") != before


class TestGzip:
    """What is sent in fewer bytes, and to whom."""

    @pytest.mark.parametrize(
        ("given", "takes"),
        [
            ([], False),
            ([b"gzip"], True),
            ([b"GZIP;q=0.5"], True),
            ([b"deflate", b"br, gzip"], True),
            ([b"gzip;q=0"], False),
            ([b"gzip; q=0.000, *"], False),
            ([b"*"], True),
            ([b"*;q=0"], False),
            ([b"identity"], False),
            ([b"xgzip, gzipx"], False),
            ([b"\xff\xfe;;;q=,,"], False),
        ],
    )
    def test_only_who_asks_for_it(self, given: list[bytes], takes: bool) -> None:
        """A client that does not say so, or says never, gets plain bytes."""
        assert takes_gzip(Headers({b"Accept-Encoding": given})) is takes

    def test_both_ways_give_the_same(self) -> None:
        """And the same bytes each time, so that they may be compared."""
        text = b"Slow radio from the harbour. " * 4000
        for made in (pressed(text), pressed_small(text)):
            assert gzip.decompress(made) == text
        assert pressed(text) == pressed(text)
        assert pressed_small(b"\x89PNG") == b""

    def test_a_static_file_has_two_forms(self) -> None:
        """They are one file with two tags, and caches on the way keep them apart."""
        web = Web()
        plain, small = web.ask("/static/console.css"), web.ask("/static/console.css", GZIP)
        assert gzip.decompress(small.body) == plain.body
        assert len(small.body) < len(plain.body) / 3
        assert small.head["content-encoding"] == "gzip"
        assert plain.head["vary"] == small.head["vary"] == "Accept-Encoding"
        assert plain.head["etag"] != small.head["etag"]
        known = b"If-None-Match: " + small.head["etag"].encode() + b"\r\n"
        assert web.ask("/static/console.css", GZIP + known).status == 304
        assert web.ask("/static/console.css", known).status == 200

    def test_pages_are_pressed(self) -> None:
        """A page of some size is; what is said in a line is not; nor is what programs poll."""
        web = Web(mount())
        page = web.ask("/status.xsl", GZIP)
        assert page.head["content-encoding"] == "gzip"
        assert page.head["vary"] == "Accept-Encoding"
        assert int(page.head["content-length"]) == len(page.body)
        assert b"Kestrel" in gzip.decompress(page.body)
        assert "content-encoding" not in web.ask("/status.xsl").head
        for target in ("/nothing", "/status-json.xsl", "/7.html"):
            assert "content-encoding" not in web.ask(target, GZIP).head


def whole(reply: Reply) -> str:
    """The text, however it was sent."""
    body = gzip.decompress(reply.body) if "content-encoding" in reply.head else reply.body
    return body.decode()


def first_load(web: Web, target: str, head: bytes = b"") -> dict[str, int]:
    """The bytes of every answer that a browser without a cache needs to show a page."""
    page = web.ask(target, GZIP + head)
    assert page.status == 200, target
    sizes = {target: len(page.body)}
    wanted = set(LINKED.findall(whole(page)))
    while wanted:
        address = wanted.pop()
        reply = web.ask(address, GZIP)
        assert reply.status == 200, address
        sizes[address] = len(reply.body)
        if ".js" in address:
            found = {f"/static/{name}" for name in IMPORTED.findall(whole(reply))}
            wanted |= found - sizes.keys()
    return sizes


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/explore",
        "/player/station0",
        "/login",
        "/status.xsl",
        "/admin/",
        "/admin/stations",
        "/admin/audience",
        "/admin/settings",
        "/admin/account",
        "/admin/components",
        "/admin/studio/station0",
    ],
)
def test_a_first_visit_is_small(target: str) -> None:
    """Everything together stays below 100 kB, with twenty mounts on air."""
    web = Web(*(mount(f"/station{number}") for number in range(20)))
    web.open_session()
    files = [song(number) for number in range(100)]
    web.bench.autodjs.running["/station0"] = FakeDj("/station0", files=files, playing=1)
    sizes = first_load(web, target, COOKIE if target.startswith("/admin") else b"")
    assert len(sizes) <= REQUESTS_MAX, sizes
    assert sum(sizes.values()) < FIRST_LOAD_BYTES_MAX, sizes
    # the page of the components shows what belongs to other pages
    sheets_max = 5 if target == "/admin/components" else 4
    assert len([name for name in sizes if ".css" in name]) <= sheets_max, sizes
