"""The page of one mount: to be listened to, installed, and found again."""

import re
from datetime import UTC, datetime

import pytest
from web_support import IDLE, Web, mount, vorbis

from tinyice.core.played import Title
from tinyice.core.snapshots import StationHeaders
from tinyice.core.tags import Tags
from web.hostile import HOSTILE, faults

AT = datetime(2026, 11, 20, 11, 42, tzinfo=UTC)


def test_it_shows_what_plays() -> None:
    """Title, artist, name, format, listeners, and how to listen elsewhere."""
    reply = Web(mount()).ask("/player/live")
    assert reply.status == 200
    for shown in ("Low Tide", "Kestrel", "Night &amp; Day", "MP3, 128 kbit/s", "3 listening"):
        assert shown in reply.text
    for link in ("/live.m3u", "/live.pls", "/live.xspf", "/developers?mount=/live"):
        assert f'href="{link}"' in reply.text
    assert 'value="http://radio.example:8000/live"' in reply.text


def test_it_plays_without_scripts() -> None:
    """There is an element with controls for who has no scripts."""
    assert (
        '<noscript><audio controls preload="none" src="/live">'
        in Web(mount()).ask("/player/live").text
    )


def test_scripts_know_what_to_play() -> None:
    """The address, the kind of the stream, and whether it is on air."""
    on = Web(mount("/a b.mp3")).ask("/player/a%20b.mp3").text
    assert 'data-mount="/a b.mp3" data-src="/a%20b.mp3"' in on
    assert 'data-type="audio/mpeg" data-on-air' in on
    assert "data-on-air" not in Web(IDLE).ask("/player/idle").text


def test_off_air_it_says_so_and_waits() -> None:
    """A mount without a source has its page all the same."""
    reply = Web(IDLE).ask("/player/idle")
    assert reply.status == 200
    assert "Off air" in reply.text


def test_hidden_mounts_have_a_page_that_nobody_finds() -> None:
    """Unlisted is not secret: who knows the path may listen; search engines keep out."""
    web = Web(mount(), mount("/secret", visible=False))
    reply = web.ask("/player/secret")
    assert reply.status == 200
    assert reply.head["x-robots-tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in reply.text
    assert "data-unlisted" in reply.text
    listed = web.ask("/player/live")
    assert "x-robots-tag" not in listed.head
    assert "noindex" not in listed.text


@pytest.mark.parametrize(
    "target", ["/player/nothing", "/player", "/player/", "/embed", "/player/off"]
)
def test_a_page_of_nothing_helps(target: str) -> None:
    """What is on air, and a search; nothing of what is hidden."""
    web = Web(mount(), mount("/off", disabled=True), mount("/secret", visible=False))
    reply = web.ask(target)
    assert reply.status == 404
    assert 'href="/player/live"' in reply.text
    assert 'action="/explore"' in reply.text
    assert "/secret" not in reply.text
    assert reply.head["content-security-policy"].endswith("frame-ancestors 'none'")


@pytest.mark.parametrize("path", ["//evil.example", "/%2f%2fevil.example", "/https://evil.example"])
def test_no_address_leads_elsewhere(path: str) -> None:
    """Nothing redirects, and nothing links to what was asked for."""
    for page in ("/player", "/embed"):
        reply = Web(mount()).ask(page + path)
        assert reply.status in (400, 404)
        assert "location" not in reply.head
        assert not re.search(r'(?:href|src|action)="[^"]*evil', reply.text)


class TestHistory:
    """What played before."""

    def test_what_plays_is_not_history(self) -> None:
        """The title on air stands above, those before it in the list."""
        web = Web(mount())
        web.bench.played["/live"] = (
            Title(AT, Tags("Kestrel", "Low Tide")),
            Title(AT, Tags("Vane", "Undertow")),
        )
        text = web.ask("/player/live").text
        assert "Undertow" in text
        assert f'datetime="{AT.isoformat()}">11:42</time>' in text
        assert len(re.findall("<time ", text)) == 1

    def test_only_the_last_ones_are_shown(self) -> None:
        """The page stays short."""
        web = Web(mount())
        web.bench.played["/live"] = tuple(Title(AT, Tags("", f"t{n}")) for n in range(20))
        assert len(re.findall("<time ", web.ask("/player/live").text)) == 8

    def test_without_any_it_says_so(self) -> None:
        """An empty list names what will be in it."""
        assert "data-none-played>" in Web(mount()).ask("/player/live").text


class TestCards:
    """How other sites show a link to the page."""

    def test_open_graph(self) -> None:
        """Whole addresses, under the name that was asked for."""
        text = Web(mount()).ask("/player/live", b"Host: meridian.example\r\n").text
        for name, value in {
            "og:title": "Night &amp; Day · Radio Meridian",
            "og:url": "http://meridian.example/player/live",
            "og:audio": "http://meridian.example/live",
            "og:audio:type": "audio/mpeg",
            "og:description": "Live: Kestrel - Low Tide",
            "og:image": "http://meridian.example/static/icon-512.png",
        }.items():
            assert f'<meta property="{name}" content="{value}">' in text

    def test_oembed_is_discovered(self) -> None:
        """The address in the link answers."""
        web = Web(mount("/a/b c"))
        text = web.ask("/player/a/b%20c").text
        for kind in ("application/json", "text/xml"):
            (found,) = re.findall(rf'type="{kind}\+oembed"[^>]*href="([^"]+)"', text)
            address = found.replace("&amp;", "&").removeprefix("http://radio.example:8000")
            assert web.ask(address).status == 200

    @pytest.mark.parametrize("host", [b"evil/path", b"<x>", b"a@b", b""])
    def test_a_host_that_is_none_is_in_no_address(self, host: bytes) -> None:
        """The configured name stands in."""
        text = Web(mount()).ask("/player/live", b"Host: " + host + b"\r\n").text
        assert 'content="http://radio.example:8000/player/live"' in text


class TestInstalling:
    """A player as an app on a home screen."""

    def test_the_page_names_its_manifest(self) -> None:
        """And the policy lets the browser read it."""
        web = Web(mount("/a b"))
        reply = web.ask("/player/a%20b")
        (address,) = re.findall(r'<link rel="manifest" href="([^"]+)"', reply.text)
        assert "manifest-src 'self'" in reply.head["content-security-policy"]
        manifest = web.ask(address)
        assert manifest.head["content-type"] == "application/manifest+json"
        told = manifest.json()
        assert told["start_url"] == "/player/a%20b"
        assert told["name"] == "Night & Day"
        icons = told["icons"]
        assert isinstance(icons, list)
        assert [web.ask(icon["src"]).head["content-type"] for icon in icons] == ["image/png"] * 2

    def test_nothing_is_no_app(self) -> None:
        """An unknown mount, and none."""
        assert Web(mount()).ask("/player.webmanifest?mount=/nothing").status == 404
        assert Web(mount()).ask("/player.webmanifest").status == 404


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_text_from_outside_stays_text(text: str) -> None:
    """No title, name, genre, address, path or history becomes markup."""
    station = StationHeaders(name=text, description=text, genre=text, url=text, bitrate=text)
    shown = mount(station=station, tags=Tags(text, text), content_type=text)
    web = Web(shown, vorbis(), page_title=text, page_subtitle=text, location=text)
    web.bench.played["/live"] = (Title(AT, Tags(text, "x" + text)),)
    for target in ("/player/live", "/embed/live", "/player/" + "nothing"):
        reply = web.ask(target)
        assert not faults(reply.text)
        assert "text/html" in reply.head["content-type"]
    assert web.ask("/player.webmanifest?mount=/live").json()["name"] == (text or "/live")


@pytest.mark.parametrize("path", ["/<b>x", '/"onload="x', "/'x", "/שלום", "/a&b=c;d"])
def test_odd_paths_stay_paths(path: str) -> None:
    """Whatever letters a mount has, its page is reached and its links are right."""
    web = Web(mount(path))
    reply = web.ask("/player" + path)
    assert reply.status == 200
    assert not faults(reply.text)
    (source,) = set(re.findall(r'data-src="([^"]+)"', reply.text))
    assert web.ask(source + ".m3u").status == 200
