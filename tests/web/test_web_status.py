"""Status for programs: Icecast's JSON, Shoutcast's pages, our own JSON."""

import json
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_support import IDLE, Web, mount, vorbis

from tinyice.core.snapshots import StationHeaders
from tinyice.core.tags import Tags
from tinyice.formats.base import AudioInfo

SERVER = {
    "admin": "ops@radio.example",
    "host": "radio.example",
    "location": "Pier 4",
    "server_id": "Icecast 2.4.4 (tinyice)",
    "server_start": "Fri, 20 Nov 2026 06:33:26 +0000",
    "server_start_iso8601": "2026-11-20T06:33:26+0000",
}
MP3 = {
    "audio_info": "ice-samplerate=44100;ice-bitrate=Quality 4;ice-channels=2;quality=3%2e00",
    "bitrate": 128,
    "genre": "various",
    "ice-bitrate": "Quality 4",
    "ice-channels": 2,
    "ice-quality": 3.0,
    "ice-samplerate": 44100,
    "listener_peak": 5,
    "listeners": 3,
    "listenurl": "http://radio.example:8000/live",
    "server_description": "Unspecified description",
    "server_name": "1979",
    "server_type": "audio/mpeg",
    "server_url": "http://meridian.example",
    "stream_start": "Fri, 20 Nov 2026 06:34:00 +0000",
    "stream_start_iso8601": "2026-11-20T06:34:00+0000",
    "title": "Kestrel - Low Tide",
    "dummy": None,
}
VORBIS = {
    "artist": "VA",
    "audio_bitrate": 96000,
    "audio_channels": 1,
    "audio_samplerate": 44100,
    "genre": "various",
    "ice-bitrate": 96,
    "listener_peak": 5,
    "listeners": 3,
    "listenurl": "http://radio.example:8000/v.ogg",
    "server_description": "Unspecified description",
    "server_name": "Unspecified name",
    "server_type": "application/ogg",
    "stream_start": "Fri, 20 Nov 2026 06:34:00 +0000",
    "stream_start_iso8601": "2026-11-20T06:34:00+0000",
    "subtype": "Vorbis",
    "title": "VT",
    "dummy": None,
}
ICE_AUDIO = StationHeaders(
    name="1979",
    url="http://meridian.example",
    bitrate="128",
    public=True,
    audio_info=MP3["audio_info"],
    audio_items={
        "ice-samplerate": "44100",
        "ice-bitrate": "Quality 4",
        "ice-channels": "2",
        "ice-quality": "3.00",
    },
)


shared_web = cache(Web)


def icestats(web: Web, query: str = "") -> dict[str, Any]:
    return web.ask("/status-json.xsl" + query).json()["icestats"]


class TestIcecastJson:
    """/status-json.xsl: what panels, players and butt read."""

    def test_no_mount_no_source(self) -> None:
        """With nothing on air ``source`` is missing and ``dummy`` stands at the top."""
        assert icestats(Web(IDLE)) == {**SERVER, "dummy": None}

    def test_one_mount_is_an_object(self) -> None:
        """Keys, order and types are Icecast's, except that text stays text."""
        told = icestats(Web(mount(station=ICE_AUDIO)))
        assert told == {**SERVER, "source": MP3}
        assert list(told["source"]) == list(MP3)

    def test_two_mounts_are_an_array(self) -> None:
        """From two mounts on ``source`` is an array."""
        told = icestats(Web(mount(station=ICE_AUDIO), vorbis()))
        assert told == {**SERVER, "source": [MP3, VORBIS]}
        assert list(told["source"][1]) == list(VORBIS)

    @pytest.mark.parametrize("count", [0, 1, 2])
    def test_the_switch_makes_it_an_array_always(self, count: int) -> None:
        """Clients that can't cope with Icecast's habit have a switch."""
        mounts = [mount(f"/{number}") for number in range(count)]
        told = icestats(Web(*mounts, status_always_array=True))
        assert len(told["source"]) == count
        assert ("dummy" in told) is (count == 0)

    @pytest.mark.parametrize(
        "title",
        ["-", " - ", ".5", "-.5", "5.", "1979", "true", "null", '"', "\\", "\u2028", "\ud800"],
    )
    def test_titles_are_always_strings(self, title: str) -> None:
        """Icecast's JSON breaks on these; ours is valid and keeps the type."""
        told = icestats(Web(mount(tags=Tags(title=title))))
        assert told["source"]["title"] == title.replace("\ud800", "?")

    def test_an_unknown_title_is_missing(self) -> None:
        """A key with nothing to say is left out."""
        assert "title" not in icestats(Web(mount(tags=Tags())))["source"]

    def test_mount_chooses(self) -> None:
        """``?mount=`` tells of that mount alone, or of none."""
        web = Web(mount(), vorbis())
        assert icestats(web, "?mount=/v.ogg")["source"] == VORBIS
        assert icestats(web, "?mount=/nothing") == {**SERVER, "dummy": None}

    def test_an_encoder_cannot_replace_what_we_know(self) -> None:
        """Names that an encoder made up are no keys, and ours are not its to set."""
        items = {"ice-<x>": "1", "listeners": "9999", "ice-ok": "1e999", "ice-big": "9" * 5000}
        told = icestats(Web(mount(station=StationHeaders(audio_items=items))))["source"]
        assert told["listeners"] == 3
        assert "ice-<x>" not in told
        assert told["ice-ok"] == "1e999"

    def test_opus_has_no_measures(self) -> None:
        """Icecast tells bit rate and sample rate of Vorbis and FLAC only."""
        opus = AudioInfo(samplerate=48000, channels=2, subtype="Opus")
        told = icestats(Web(vorbis(audio=opus)))["source"]
        assert told["subtype"] == "Opus"
        assert not [key for key in told if key.startswith("audio_")]

    def test_the_base_url_is_told(self) -> None:
        """Behind TLS or a proxy ``listenurl`` is what the world can reach."""
        told = icestats(Web(mount(), base_url="https://meridian.example"))
        assert told["source"]["listenurl"] == "https://meridian.example/live"

    @given(st.text(), st.text(), st.dictionaries(st.text(), st.text(), max_size=4))
    def test_it_is_valid_json_whatever_comes_in(
        self, title: str, name: str, items: dict[str, str]
    ) -> None:
        """No text of any encoder breaks it."""
        station = StationHeaders(name=name, genre=title, bitrate=title, audio_items=items)
        web = shared_web()
        web.show(mount(station=station, tags=Tags(name, title)))
        json.loads(web.ask("/status-json.xsl").body)
        ET.fromstring(web.ask("/stats?sid=1").body)


def test_polls_cost_one_look_in_half_a_second() -> None:
    """Each butt asks every three seconds; a thousand of them may."""
    web = Web(mount())
    for _ in range(5):
        web.ask("/status-json.xsl")
        web.ask("/api/status")
        web.ask("/7.html")
    assert web.station.looks == 1
    web.station.mounts = ()
    web.clock.advance(0.5)
    assert icestats(web) == {**SERVER, "dummy": None}
    assert web.station.looks == 2


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/status-json.xsl",
        "/status-json.xsl?mount=/secret",
        "/status.xsl",
        "/status.xsl?mount=/secret",
        "/7.html",
        "/stats?sid=1",
        "/api/status",
        "/api/stats",
    ],
)
@pytest.mark.parametrize("how", [{"visible": False}, {"disabled": True}])
def test_hidden_and_disabled_mounts_are_nowhere(target: str, how: dict[str, bool]) -> None:
    """Public output does not depend on them at all: names, titles, sums."""
    secret = mount("/secret", listeners=77, tags=Tags(title="Secret"), **how)
    shoutcast = {"shoutcast_mount": "/secret"} if "7" in target or "stats?" in target else {}
    assert Web(secret, **shoutcast).ask(target).body == Web(**shoutcast).ask(target).body


@pytest.mark.parametrize(
    "target", ["/status-json.xsl", "/api/status", "/api/stats", "/stats", "/live.m3u"]
)
def test_open_data_is_open_to_any_site(target: str) -> None:
    """A page elsewhere may read it."""
    assert Web(mount()).ask(target).head["access-control-allow-origin"] == "*"


def test_our_json_always_has_arrays_and_mounts() -> None:
    """/api/status: one shape for any number of mounts."""
    assert Web().ask("/api/status").json()["mounts"] == []
    (told,) = Web(mount()).ask("/api/status").json()["mounts"]
    assert told["mount"] == "/live"
    assert told["now_playing"] == {
        "text": "Kestrel - Low Tide",
        "artist": "Kestrel",
        "title": "Low Tide",
        "url": "",
    }
    assert (told["bitrate_kbps"], told["samplerate_hz"], told["listeners"]) == (128, 44100, 3)
    assert told["on_air_since"] == "2026-11-20T06:34:00+00:00"


def test_the_sums_are_those_of_the_mounts() -> None:
    """/api/stats adds up what it lists."""
    told = Web(mount(), vorbis()).ask("/api/stats").json()
    assert (told["total_mounts"], told["total_listeners"], told["bytes_out"]) == (2, 6, 6000)
    assert [one["mount"] for one in told["mounts"]] == ["/live", "/v.ogg"]


class TestShoutcast:
    """What butt asks a Shoutcast server for."""

    def test_seven_values(self) -> None:
        """Listeners, on air, peak, limit, unique, bit rate, title."""
        text = Web(mount(listeners_max=32)).ask("/7.html").text
        assert "<body>3,1,5,32,3,128,Kestrel - Low Tide</body>" in text

    def test_off_air(self) -> None:
        """Without a source everything is nought."""
        assert "<body>0,0,0,0,0,0,</body>" in Web(IDLE).ask("/7.html").text
        told = ET.fromstring(Web().ask("/stats?sid=1").body)
        assert told.findtext("STREAMSTATUS") == "0"

    def test_stats(self) -> None:
        """The XML speaks of the Shoutcast mount."""
        told = ET.fromstring(Web(mount(), vorbis()).ask("/stats?sid=1").body)
        expected = {
            "CURRENTLISTENERS": "3",
            "PEAKLISTENERS": "5",
            "STREAMSTATUS": "1",
            "STREAMPATH": "/live",
            "STREAMUPTIME": "66",
            "BITRATE": "128",
            "SERVERTITLE": "Night & Day",
            "SONGTITLE": "Kestrel - Low Tide",
        }
        assert {key: told.findtext(key) for key in expected} == expected


def test_the_status_table_has_icecasts_cells() -> None:
    """Scrapers find the cells where Icecast has them."""
    text = Web(mount(), vorbis()).ask("/status.xsl").text
    assert '<h3 class="mount">Mount Point /live</h3>' in text
    assert '<td>Listeners (current):</td><td class="streamstats">3</td>' in text
    assert '<td class="streamstats">Kestrel - Low Tide</td>' in text
    assert "Mount Point /live" not in Web(mount(), vorbis()).ask("/status.xsl?mount=/v.ogg").text
