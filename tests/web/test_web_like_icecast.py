"""The same keys and types as a real Icecast, for the same sources."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from web_support import ADMIN, Web, mount, vorbis

from programs.children import Child, start
from programs.station import PASSWORD, Station, start_icecast
from programs.waiting import until
from tinyice.core.snapshots import StationHeaders

TONE = ["ffmpeg", "-loglevel", "error", "-nostdin", "-re", "-f", "lavfi", "-i", "sine"]
MP3 = ["-c:a", "libmp3lame", "-b:a", "96k", "-f", "mp3"]
NAMED = ["-ice_name", "Night & Day", "-ice_url", "http://meridian.example", "-ice_public", "1"]
VORBIS = ["-c:a", "libvorbis", "-b:a", "96k", "-f", "ogg", "-content_type", "application/ogg"]
TITLED = ["-metadata", "artist=VA", "-metadata", "title=VT"]

Fields = dict[str, object]


@pytest.fixture(scope="module")
def icecast() -> Iterator[Station]:
    """Debian's Icecast on a free loopback port."""
    with tempfile.TemporaryDirectory(prefix="icecast-", ignore_cleanup_errors=True) as home:
        station = start_icecast(Path(home))
        yield station
        station.child.stop()


def feed(icecast: Station, path: str, *options: str) -> Child:
    """Send a tone to a mount."""
    target = f"icecast://source:{PASSWORD}@127.0.0.1:{icecast.port}{path}"
    home, name = icecast.home, path.strip("/")
    return start([*TONE, *options, target], home=home, name=name, lasting=40)


def status_of(icecast: Station, *complete: str) -> Fields:
    """Icecast's JSON, once it is JSON and all of it is there, which takes a moment."""

    def whole() -> Fields | None:
        try:
            told = json.loads(icecast.get("/status-json.xsl"))["icestats"]
        except json.JSONDecodeError:
            return None
        text = json.dumps(told)
        return told if all(f'"{part}"' in text for part in ("admin", *complete)) else None

    return until(whole, within=15, what=f"the status has {complete}") or {}


def typed(fields: Fields) -> list[tuple[str, type]]:
    """The keys in order, with the types of their values."""
    return [(key, type(value)) for key, value in fields.items()]


def ours(web: Web) -> Fields:
    return web.ask("/status-json.xsl").json()["icestats"]


def tree(document: bytes) -> list[object]:
    """The elements in order, and their children."""
    root = ET.fromstring(document)
    return [root.tag, *((child.tag, [part.tag for part in child]) for child in root)]


@pytest.mark.needs_program("icecast2", "ffmpeg", "setpriv")
def test_keys_and_types_are_those_of_icecast(icecast: Station) -> None:
    """For none, one and two sources, in the JSON and in the XML, in the same order."""
    assert typed(status_of(icecast)) == typed(ours(Web()))
    named = StationHeaders(name="Night & Day", url="http://meridian.example", public=True)
    mp3 = mount("/mp3", station=named)
    with feed(icecast, "/mp3", *MP3, *NAMED):
        icecast.wait_for_mount("/mp3", within=15)
        icecast.set_title("/mp3", "Low Tide")
        theirs, mine = status_of(icecast, "stream_start", "title"), ours(Web(mp3))
        assert typed(theirs) == typed(mine)
        assert typed(theirs["source"]) == typed(mine["source"])
        with feed(icecast, "/v.ogg", *VORBIS, *TITLED):
            both = Web(mp3, vorbis())
            theirs = status_of(icecast, "subtype", "artist", "audio_bitrate")
            assert typed(theirs) == typed(ours(both))
            for one, other in zip(theirs["source"], ours(both)["source"], strict=True):
                assert typed(one) == typed(other)
            xml = icecast.get("/admin/stats", user="admin")
            assert tree(xml) == tree(both.ask("/admin/stats", ADMIN).body)
