"""The front page, its files, and playlists."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from web_support import Web, mount, vorbis

from tinyice.core.snapshots import StationHeaders
from tinyice.core.tags import Tags
from tinyice.web.landing import landing_html_in_worker
from tinyice.web.public_site import LANDING_MAX

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{ 7 * 7 }}{% raw %}",
    "</title><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "\u202egnp.exe",
    "lone \ud800 surrogate",
)


def test_the_page_shows_what_is_on_air() -> None:
    """Each public mount has its name, title, listeners, a play button and a page."""
    text = Web(mount(), vorbis(), mount("/hidden", visible=False)).ask("/").text
    for shown in ("Night &amp; Day", "Kestrel - Low Tide", "/v.ogg", 'href="/player/live"'):
        assert shown in text
    assert text.count("data-play") == 3
    assert "6 listening" in text
    assert "/hidden" not in text


def test_the_page_stays_short() -> None:
    """Of many mounts the first are listed, and the way to all of them."""
    web = Web(*(mount(f"/m{number}") for number in range(LANDING_MAX + 8)))
    text = web.ask("/").text
    assert text.count("<li ") == LANDING_MAX
    assert f"All {LANDING_MAX + 8} stations" in text


def test_the_station_introduces_itself() -> None:
    """By its line, when that is short enough for a heading; else by its name."""
    assert "<h1><bdi>Slow radio from the harbour.</bdi></h1>" in Web().ask("/").text
    text = Web(page_subtitle="long " * 20).ask("/").text
    assert "<h1><bdi>Radio Meridian</bdi></h1>" in text
    assert "<p><bdi>long " in text


def test_a_link_to_the_page_has_a_card() -> None:
    """For messengers and other sites: whole addresses, under the name that was asked for."""
    text = Web(base_url="https://meridian.example").ask("/").text
    assert '<meta property="og:title" content="Radio Meridian">' in text
    assert '<meta property="og:url" content="https://meridian.example/">' in text
    assert '<link rel="canonical" href="https://meridian.example/">' in text


def test_an_empty_station_tells_how_to_connect() -> None:
    """With nothing on air the page says what to type into an encoder."""
    text = Web().ask("/", b"Host: meridian.example:8010\r\n").text
    assert "Nothing is on air" in text
    for typed in ("meridian.example", "8010", "/live", "source"):
        assert f'<dd class="mono">{typed}</dd>' in text


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("target", ["/", "/status.xsl", "/7.html"])
def test_text_from_outside_stays_text(text: str, target: str) -> None:
    """No title, name, genre or address becomes markup, script or a dangerous link."""
    station = StationHeaders(name=text, description=text, genre=text, url=text, bitrate=text)
    shown = Web(mount(station=station, tags=Tags(text, text), content_type=text)).ask(target)
    assert shown.status == 200
    for forbidden in ("<script>alert", "<img", "<svg/onload", 'href="javascript:'):
        assert forbidden not in shown.text
    assert not re.search(r"\son\w+\s*=", re.sub(r"&[#\w]+;[^<]*", "", shown.text))


@pytest.mark.parametrize("target", ["/", "/status.xsl", "/server_version.xsl", "/nothing"])
def test_pages_are_guarded(target: str) -> None:
    """Every HTML page forbids scripts and styles that are not files of ours."""
    reply = Web(mount()).ask(target)
    policy = reply.head["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert reply.head["x-content-type-options"] == "nosniff"
    assert reply.head["referrer-policy"] == "same-origin"
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", reply.text)


@pytest.mark.parametrize("target", ["/", "/status.xsl"])
def test_pages_load_nothing_from_elsewhere(target: str) -> None:
    """Whatever a page loads is a file of this server, which exists."""
    web = Web(mount())
    text = re.sub(r'<link rel="canonical"[^>]*>', "", web.ask(target).text)
    loaded = re.findall(r'(?:<link[^>]*href|\ssrc)="([^"]+)"', text)
    assert len(loaded) >= 4
    for address in loaded:
        assert address.startswith("/")
        assert address == "/live" or web.ask(address).status == 200


def test_static_files_are_kept_by_their_content() -> None:
    """An address with the content's hash may be kept for ever; any other is asked again."""
    web = Web()
    (address,) = re.findall(r'href="(/static/public\.css\?v=\w+)"', web.ask("/").text)
    kept = web.ask(address)
    assert kept.head["cache-control"] == "public, max-age=31536000, immutable"
    assert kept.head["content-type"] == "text/css; charset=utf-8"
    tag = kept.head["etag"].encode()
    for version in ("", "?v=0"):
        assert web.ask("/static/public.css" + version).head["cache-control"] == "public, no-cache"
    again = web.ask("/static/public.css", b"If-None-Match: W/" + tag + b"\r\n")
    assert (again.status, again.body, again.head["etag"].encode()) == (304, b"", tag)


@pytest.mark.parametrize(
    "target",
    [
        "/static/nothing.css",
        "/static/",
        "/static/../setup.cfg",
        "/static/%2e%2e/setup.cfg",
        "/static/..%2fsetup.cfg",
        "/static/%2fetc%2fpasswd",
        "/static//etc/passwd",
        "/static/..%5csetup.cfg",
        "/static/%00",
    ],
)
def test_nothing_outside_the_static_folder_is_served(target: str) -> None:
    """No address leads out of the folder."""
    assert Web().ask(target).status in (400, 404)


@pytest.mark.parametrize("target", ["/favicon.ico", "/robots.txt", "/static/icon.svg"])
def test_what_browsers_ask_for_is_there(target: str) -> None:
    """Icons and robots.txt exist."""
    assert Web().ask(target).status == 200


def test_the_accent_is_served_as_a_stylesheet() -> None:
    """The station's colour comes from the configuration; the default needs no rule."""
    assert "--accent: #2266ff" in Web(accent_color="#2266ff").ask("/accent.css").text
    assert Web(accent_color="red; } body { }").ask("/accent.css").body == b""


class TestPlaylists:
    """Files that lead a player to a mount."""

    @pytest.mark.parametrize(
        ("kind", "content_type"),
        [
            ("m3u", "audio/x-mpegurl"),
            ("m3u8", "audio/x-mpegurl"),
            ("pls", "audio/x-scpls"),
            ("xspf", "application/xspf+xml; charset=UTF-8"),
        ],
    )
    def test_each_kind_names_the_stream(self, kind: str, content_type: str) -> None:
        """The address has the scheme and host under which the player asked."""
        reply = Web(mount()).ask(f"/live.{kind}", b"Host: meridian.example\r\n")
        assert reply.head["content-type"] == content_type
        assert reply.head["access-control-allow-origin"] == "*"
        assert "http://meridian.example/live" in reply.text

    def test_base_url_wins(self) -> None:
        """Behind a proxy the configuration knows better than the request."""
        reply = Web(mount(), base_url="https://meridian.example/radio/").ask("/live.m3u")
        assert reply.text.strip() == "https://meridian.example/radio/live"

    @pytest.mark.parametrize(
        "host", [b"evil/path", b"a b", b"a:99999999", b"<x>", b"a@b", b"\xff\xfe", b"x\\y", b""]
    )
    def test_a_host_that_is_none_is_not_believed(self, host: bytes) -> None:
        """The configured name stands in for anything that does not look like a host."""
        reply = Web(mount()).ask("/live.m3u", b"Host: " + host + b"\r\n")
        assert reply.text.strip() == "http://radio.example:8000/live"

    def test_an_address_is_a_host(self) -> None:
        """IPv6 addresses keep their brackets."""
        reply = Web(mount()).ask("/live.m3u", b"Host: [2001:db8::1]:8000\r\n")
        assert reply.text.strip() == "http://[2001:db8::1]:8000/live"

    def test_hidden_mounts_have_playlists_and_disabled_ones_do_not(self) -> None:
        """Hidden is unlisted, not secret."""
        web = Web(mount("/hidden", visible=False), mount("/off", disabled=True))
        assert web.ask("/hidden.m3u").status == 200
        assert web.ask("/off.m3u").status == 404
        assert web.ask("/unknown.m3u").status == 404

    def test_odd_mount_names_are_escaped(self) -> None:
        """Blanks, dots and letters of any alphabet survive."""
        web = Web(mount("/a b.c?d#é.mp3"))
        reply = web.ask("/a%20b.c%3Fd%23%C3%A9.mp3.xspf")
        location = ET.fromstring(reply.text).find(".//{*}location")
        assert location is not None
        assert location.text == "http://radio.example:8000/a%20b.c%3Fd%23%C3%A9.mp3"


def test_a_link_to_a_website_is_one() -> None:
    """An encoder's address is a link only if it leads to a web page."""
    station = StationHeaders(name="x", url="https://meridian.example/?a=1&b=2")
    web = Web(replace(mount(), station=station))
    assert 'href="https://meridian.example/?a=1&amp;b=2"' in web.ask("/player/live").text


class TestBranding:
    """What makes the pages this station's."""

    def test_the_words_of_the_operator_are_markup_that_was_made_harmless(self) -> None:
        """They stand on the page as they were rendered."""
        words = landing_html_in_worker("We send from **Pier 4**. <script>alert(1)</script>")
        text = Web(landing_html=words).ask("/").text
        assert "<strong>Pier 4</strong>" in text
        assert "<script>alert" not in text
        assert ">About<" not in Web().ask("/").text

    def test_the_logo_stands_where_a_cover_would_be(self) -> None:
        """In rows, on the player, in the frame, and in what other sites show."""
        web = Web(mount(), logo_url="/branding/logo?v=1")
        for target in ("/", "/player/live", "/embed/live"):
            assert '<img class="ident ident-logo' in web.ask(target).text
        image = 'property="og:image" content="http://radio.example:8000/branding/logo?v=1"'
        assert image in web.ask("/player/live").text
        song = web.ask("/api/nowplaying/live").json()["now_playing"]["song"]
        assert song["art"] == "http://radio.example:8000/branding/logo?v=1"
