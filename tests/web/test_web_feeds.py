"""What programs read: now playing in AzuraCast's shape, and oEmbed."""

from datetime import timedelta
from html import unescape
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from web_support import IDLE, Reply, Web, mount, vorbis

from tinyice.core.played import Title
from tinyice.core.snapshots import StationHeaders
from tinyice.core.tags import Tags
from tinyice.web.shortcodes import mount_named, shortcode_of
from web.api_support import NOW
from web.hostile import HOSTILE

OURS = "http://radio.example:8000"


class TestNowPlaying:
    """The feed, /api/nowplaying."""

    def test_it_has_the_shape_that_widgets_read(self) -> None:
        """The fields of AzuraCast's API, of the right types."""
        (told,) = Web(mount()).ask("/api/nowplaying").json()
        assert isinstance(told, dict)
        assert set(told) >= {
            "station",
            "listeners",
            "live",
            "now_playing",
            "playing_next",
            "song_history",
            "is_online",
        }
        assert told["station"]["shortcode"] == "live"
        assert told["station"]["listen_url"] == f"{OURS}/live"
        assert told["station"]["mounts"][0]["bitrate"] == 128
        assert told["station"]["mounts"][0]["format"] == "mp3"
        assert told["listeners"] == {"total": 3, "unique": 3, "current": 3}
        assert told["now_playing"]["song"]["text"] == "Kestrel - Low Tide"
        assert told["live"]["is_live"] is True
        assert told["is_online"] is True

    def test_times_are_those_of_the_titles(self) -> None:
        """Since when it plays, and what played before, newest first."""
        web = Web(mount())
        began = NOW - timedelta(seconds=40)
        web.bench.played["/live"] = (
            Title(began, Tags("Kestrel", "Low Tide")),
            Title(began - timedelta(minutes=4), Tags("Vane", "Undertow")),
        )
        told = web.ask("/api/nowplaying/live").json()
        assert told["now_playing"]["played_at"] == int(began.timestamp())
        assert told["now_playing"]["elapsed"] == 40
        assert [one["song"]["text"] for one in told["song_history"]] == ["Vane - Undertow"]

    def test_a_title_that_nobody_saw_begin_has_no_time(self) -> None:
        """Nothing is made up."""
        told = Web(mount()).ask("/api/nowplaying/live").json()
        assert told["now_playing"]["played_at"] == told["now_playing"]["elapsed"] == 0

    def test_the_same_title_has_the_same_number(self) -> None:
        """By which bots see that another one plays."""

        def number(tags: Tags) -> str:
            told = Web(mount(tags=tags)).ask("/api/nowplaying/live").json()
            return told["now_playing"]["song"]["id"]

        assert number(Tags("a", "b")) == number(Tags("a", "b")) != number(Tags("a", "c"))

    @pytest.mark.parametrize(
        "name", ["live", "LIVE".lower(), "2012789883", "live?_=1700000000", "live?"]
    )
    def test_a_station_is_found_by_its_names(self, name: str) -> None:
        """Short name and number; what widgets append against caches is ignored."""
        reply = Web(mount(), vorbis()).ask(f"/api/nowplaying/{name}")
        assert reply.status == 200
        assert reply.json()["station"]["listen_url"] == f"{OURS}/live"
        assert reply.head["access-control-allow-origin"] == "*"

    @pytest.mark.parametrize("name", ["night/Shift.mp3", "night%2FShift.mp3", "night-shift-mp3"])
    def test_paths_are_names_too(self, name: str) -> None:
        """With their slashes, escaped or not."""
        assert Web(mount("/night/Shift.mp3")).ask(f"/api/nowplaying/{name}").status == 200

    def test_unknown_stations_are_not_found(self) -> None:
        """In the API's own shape; a parameter that is none is named."""
        web = Web(mount(), mount("/off", disabled=True))
        for name in ("nothing", "off"):
            reply = web.ask(f"/api/nowplaying/{name}")
            assert (reply.status, reply.json()["code"]) == (404, "station-unknown")
        assert web.ask("/api/nowplaying/live?station=x").status == 400

    def test_hidden_mounts_are_told_to_who_knows_them(self) -> None:
        """The list leaves them out."""
        web = Web(mount(), mount("/secret", visible=False))
        assert [one["station"]["shortcode"] for one in web.ask("/api/nowplaying").json()] == [
            "live"
        ]
        told = web.ask("/api/nowplaying/secret").json()
        assert told["station"]["is_public"] is False

    def test_off_air_is_not_online(self) -> None:
        """Every field is there all the same."""
        told = Web(IDLE).ask("/api/nowplaying/idle").json()
        assert told["is_online"] is False
        assert told["live"] == {
            "is_live": False,
            "streamer_name": "",
            "broadcast_start": None,
            "art": None,
        }
        assert told["now_playing"]["song"]["text"] == ""


class TestShortNames:
    """Names of mounts in addresses."""

    @pytest.mark.parametrize(
        ("path", "short"),
        [
            ("/live", "live"),
            ("/Night Shift.mp3", "night-shift-mp3"),
            ("/a/b__c", "a-b-c"),
            ("/été", "été"),
        ],
    )
    def test_they_are_lower_case_with_dashes(self, path: str, short: str) -> None:
        assert shortcode_of(path) == short

    def test_what_has_no_letters_has_a_number(self) -> None:
        assert shortcode_of("/★").startswith("mount-")

    def test_of_two_alike_the_path_tells(self) -> None:
        """The exact path wins over a short name that comes first."""
        mounts = [mount("/a b"), mount("/a-b")]
        named = mount_named(mounts, "a-b")
        assert named is not None
        assert named.path == "/a-b"


def oembed(web: Web, url: str, more: str = "", host: bytes = b"radio.example:8000") -> Reply:
    """What is answered about ``url``."""
    return web.ask(f"/oembed?url={quote(url, safe='')}{more}", b"Host: " + host + b"\r\n")


class TestOembed:
    """The frame that stands for a link, /oembed."""

    def test_a_player_becomes_a_frame(self) -> None:
        """By its own address, or its frame's."""
        for page in ("player", "embed"):
            reply = oembed(Web(mount()), f"{OURS}/{page}/live")
            told = reply.json()
            assert (told["version"], told["type"], told["height"]) == ("1.0", "rich", 80)
            assert f'<iframe src="{OURS}/embed/live" width="640"' in str(told["html"])
            assert reply.head["access-control-allow-origin"] == "*"
            assert "max-age" in reply.head["cache-control"]

    def test_it_is_xml_where_that_is_wanted(self) -> None:
        """The same."""
        reply = oembed(Web(mount()), f"{OURS}/player/live", "&format=xml")
        assert reply.head["content-type"].startswith("text/xml")
        found = ET.fromstring(reply.text)
        assert found.findtext("type") == "rich"
        assert f"{OURS}/embed/live" in str(found.findtext("html"))

    def test_other_formats_are_refused(self) -> None:
        """As the specification says."""
        assert oembed(Web(mount()), f"{OURS}/player/live", "&format=yaml").status == 501

    @pytest.mark.parametrize(
        ("given", "width"), [("300", 300), ("5", 200), ("9999", 640), ("x", 640)]
    )
    def test_the_frame_is_no_wider_than_there_is_room(self, given: str, width: int) -> None:
        """Within what a player needs."""
        told = oembed(Web(mount()), f"{OURS}/player/live", f"&maxwidth={given}").json()
        assert told["width"] == width

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "https://evil.example/player/live",
            "http://radio.example:8000@evil.example/player/live",
            "http://evil.example#http://radio.example:8000/player/live",
            "//radio.example:8000/player/live",
            "ftp://radio.example:8000/player/live",
            f"{OURS}/live",
            f"{OURS}/player/nothing",
            f"{OURS}/player/../admin",
            f"{OURS}/player/%ff%00",
            "javascript:alert(1)",
        ],
    )
    def test_what_is_no_player_of_ours_is_none(self, url: str) -> None:
        """Nothing is fetched, nothing redirected, nothing repeated."""
        reply = oembed(Web(mount()), url)
        assert reply.status == 404
        assert "evil" not in reply.text
        assert "location" not in reply.head

    @pytest.mark.parametrize(
        "url",
        ["https://radio.example:8000/player/live?x=1#y", "HTTP://Radio.Example:8000/player/live"],
    )
    def test_an_address_is_read_as_browsers_do(self, url: str) -> None:
        """Upper case, with a query and a fragment."""
        assert oembed(Web(mount()), url).status == 200

    def test_behind_a_proxy_the_configuration_knows(self) -> None:
        """With the path that the proxy puts before ours."""
        web = Web(mount(), base_url="https://meridian.example/radio/")
        told = oembed(web, "https://meridian.example/radio/player/live").json()
        assert 'src="https://meridian.example/radio/embed/live"' in str(told["html"])

    @pytest.mark.parametrize("name", HOSTILE, ids=ascii)
    def test_names_stay_names(self, name: str) -> None:
        """The markup that other sites put into their pages has one element, ours."""
        web = Web(mount(station=StationHeaders(name=name)), page_title=name)
        for kind in ("json", "xml"):
            reply = oembed(web, f"{OURS}/player/live", f"&format={kind}")
            markup = (
                str(reply.json()["html"])
                if kind == "json"
                else str(ET.fromstring(reply.text).findtext("html"))
            )
            assert markup.startswith("<iframe ")
            assert markup.endswith("></iframe>")
            assert markup.count("<") == 2
            assert unescape(markup).count("frameborder") == 1
