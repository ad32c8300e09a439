"""The search, the screen for a wall, and the lines to copy."""

import re
from html import unescape

import pytest
from web_support import Web, mount, vorbis

from tinyice.core.snapshots import StationHeaders
from tinyice.core.tags import Tags
from tinyice.web.explore_site import EXPLORED_MAX, WALL_MAX
from web.hostile import HOSTILE, faults

PAGES = ["/explore", "/kiosk", "/developers"]


def found(web: Web, asked: str) -> list[str]:
    """The mounts that a search shows."""
    return re.findall(r'class="tile" data-mount="([^"]+)"', web.ask(f"/explore?q={asked}").text)


class TestSearch:
    """The search, /explore."""

    def test_everything_is_listed_those_first_that_most_hear(self) -> None:
        """Mounts on air that everybody may know of."""
        web = Web(
            mount("/a", listeners=1),
            mount("/b", listeners=9),
            mount("/hidden", visible=False),
            mount("/off", disabled=True),
        )
        assert found(web, "") == ["/b", "/a"]

    @pytest.mark.parametrize("asked", ["jazz", "JAZZ", "kestrel", "night+day", "tide+jazz", "/one"])
    def test_words_are_found_wherever_they_stand(self, asked: str) -> None:
        """In name, genre, title, format and path; upper case or not; all of them."""
        station = StationHeaders(name="Night & Day", genre="Nu Jazz")
        web = Web(mount("/one", station=station), vorbis())
        assert found(web, asked) == ["/one"]

    def test_what_is_not_found_is_said(self) -> None:
        """With a way back."""
        text = Web(mount()).ask("/explore?q=zydeco").text
        assert "Nothing found" in text
        assert 'href="/explore"' in text
        assert 'value="zydeco"' in text

    def test_the_list_ends_somewhere(self) -> None:
        """And says that there is more."""
        web = Web(*(mount(f"/m{number}") for number in range(EXPLORED_MAX + 5)))
        assert len(found(web, "")) == EXPLORED_MAX
        assert (
            f"{EXPLORED_MAX + 5} on air, the {EXPLORED_MAX} most heard are shown"
            in web.ask("/explore").text
        )

    def test_an_empty_station_says_so(self) -> None:
        """It will show up here."""
        assert "Nothing is on air" in Web().ask("/explore").text


class TestWall:
    """The wall, /kiosk."""

    def test_it_shows_the_sums_and_the_rows(self) -> None:
        """Listeners, stations, and what plays."""
        text = Web(mount(listeners=1200), vorbis()).ask("/kiosk").text
        assert '<dd data-total="figure">1,203</dd>' in text
        assert "Kestrel - Low Tide" in text

    def test_it_does_not_scroll(self) -> None:
        """What does not fit is counted."""
        text = Web(*(mount(f"/m{number}") for number in range(WALL_MAX + 3))).ask("/kiosk").text
        assert text.count("<li ") == WALL_MAX
        assert "and 3 more" in text

    def test_without_scripts_it_is_loaded_again(self) -> None:
        """A screen without a keyboard stays true."""
        assert (
            '<noscript><meta http-equiv="refresh" content="15"></noscript>'
            in Web().ask("/kiosk").text
        )


class TestLines:
    """The lines, /developers."""

    def test_they_are_about_a_mount(self) -> None:
        """The first on air, or the one that was asked for; no other."""
        web = Web(mount("/one"), mount("/two"), mount("/secret", visible=False))
        assert "http://radio.example:8000/embed/one" in web.ask("/developers").text
        assert "http://radio.example:8000/embed/two" in web.ask("/developers?mount=/two").text
        for other in ("/secret", "//evil.example", "/nothing"):
            text = web.ask(f"/developers?mount={other}").text
            assert other not in text
            assert "/embed/one" in text

    def test_they_are_there_before_anything_is_on_air(self) -> None:
        """With the usual mount."""
        assert "http://radio.example:8000/player/live" in Web().ask("/developers").text

    def test_lines_are_text(self) -> None:
        """What the examples are made of is shown and copied, and does nothing on this page."""
        text = Web(mount("/a\"'<b>&")).ask("/developers").text
        assert "<audio" not in text
        assert "<iframe" not in text
        shown = re.findall(r"<pre [^>]*>([^<]*)</pre><button [^>]*data-copy=\"([^\"]*)\"", text)
        assert len(shown) == text.count("<pre ") > 8
        assert all(line == copied for line, copied in shown)

    def test_what_is_copied_works(self) -> None:
        """Every address of ours on the page is answered."""
        web = Web(mount("/a b"))
        text = unescape(web.ask("/developers").text)
        addresses = set(re.findall(r"http://radio\.example:8000(/[^\s\"'<]*)", text))
        assert len(addresses) > 8
        for address in addresses - {"/a%20b"}:
            if not address.startswith("/events"):
                assert web.ask(address).status == 200, address


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_text_from_outside_stays_text(text: str) -> None:
    """No title, name, genre, search or station name becomes markup."""
    station = StationHeaders(name=text, description=text, genre=text, url=text, bitrate=text)
    shown = mount(station=station, tags=Tags(text, text), content_type=text)
    web = Web(shown, vorbis(), page_title=text, page_subtitle=text, location=text)
    for target in (*PAGES, "/"):
        assert not faults(web.ask(target).text)
    assert not faults(web.ask(f"/explore?q={text.replace(chr(0), '')}").text)


@pytest.mark.parametrize("target", [*PAGES, "/player/live", "/embed/live", "/player/nothing"])
def test_pages_are_guarded_and_load_nothing_from_elsewhere(target: str) -> None:
    """No script or style that is not a file of ours; every file exists."""
    web = Web(mount())
    reply = web.ask(target)
    assert "unsafe" not in reply.head["content-security-policy"]
    assert reply.head["cache-control"] == "no-cache, no-store"
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", reply.text)
    named = re.findall(r'<link rel="(?:stylesheet|icon|manifest)" href="([^"]+)"', reply.text)
    for address in (*named, *re.findall(r'<script[^>]*\ssrc="([^"]+)"', reply.text)):
        assert web.ask(address).status == 200, address
