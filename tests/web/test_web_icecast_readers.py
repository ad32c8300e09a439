"""Our answers, read the way that programs read them which are made for Icecast.

Each reader below stands for one such program: it asks for the paths that the
program asks for, takes the fields that it takes, and converts them as it does.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit
from xml.dom import minidom
from xml.etree import ElementTree as ET

import pytest
from icecast_web import IcecastWeb, usual_web
from web_support import ADMIN, Web, mount, vorbis

from tinyice.core.tags import Tags

BOTH = (mount(), vorbis())


class TestPrometheusExporter:
    """An exporter that scrapes /status-json.xsl into a typed structure (Go's json.Decoder)."""

    @staticmethod
    def scrape(web: Web) -> Iterator[tuple[str, str, int, float]]:
        """The label values, listeners and start of each stream; it wants an array of sources."""
        stats = json.loads(web.ask("/status-json.xsl").body)["icestats"]
        datetime.strptime(stats["server_start_iso8601"], "%Y-%m-%dT%H:%M:%S%z")
        for source in stats["source"]:
            started = datetime.strptime(source["stream_start_iso8601"], "%Y-%m-%dT%H:%M:%S%z")
            assert type(source["listeners"]) is int
            yield (
                source["listenurl"],
                source["server_type"],
                source["listeners"],
                started.timestamp(),
            )

    def test_two_sources(self) -> None:
        """Two sources are an array in Icecast's own form."""
        first, second = self.scrape(Web(*BOTH))
        assert first == ("http://radio.example:8000/live", "audio/mpeg", 3, 1795156440.0)
        assert second[1] == "application/ogg"

    @pytest.mark.parametrize("count", [0, 1, 2])
    def test_any_number_of_sources(self, count: int) -> None:
        """With ``status_always_array`` it is one always, which this exporter can read."""
        found = list(self.scrape(Web(*BOTH[:count], status_always_array=True)))
        assert len(found) == count

    def test_a_title_is_a_text(self) -> None:
        """No title makes the document unreadable."""
        for title in ("-", " - ", ".5", "1979", "5.", "true", "null"):
            web = Web(mount(tags=Tags(title=title)), vorbis())
            assert (
                json.loads(web.ask("/status-json.xsl").body)["icestats"]["source"][0]["title"]
                == title
            )


def as_int(text: str | None) -> int:
    """A number as PHP casts one: what is none is 0."""
    return int(text) if text and text.lstrip("-").isdigit() else 0


class TestAzuraCast:
    """Its "now playing" library: /admin/stats by XPath, then /admin/listclients."""

    @staticmethod
    def now_playing(web: Web, path: str) -> tuple[str, str, int, str, int]:
        """Title, artist, bit rate, content type and listeners of one mount."""
        root = ET.fromstring(web.ask("/admin/stats", ADMIN).body)
        row = next(row for row in root.findall("source") if row.get("mount") == path)
        bitrate = max(as_int(row.findtext("audio_bitrate")), as_int(row.findtext("bitrate")))
        return (
            row.findtext("title") or "",
            row.findtext("artist") or "",
            bitrate,
            row.findtext("server_type") or "",
            as_int(row.findtext("listeners")),
        )

    @staticmethod
    def clients(web: IcecastWeb, path: str) -> list[tuple[str, str, str, int]]:
        """Id, address, agent and seconds of each; older releases ask for the number first."""
        root = ET.fromstring(web.ask(f"/admin/listclients?mount={path}", ADMIN).body)
        source = root.find("source")
        assert source is not None
        if as_int(source.findtext("listeners")) == 0:
            return []
        return [
            (
                row.findtext("ID") or "",
                row.findtext("IP") or "",
                row.findtext("UserAgent") or "",
                as_int(row.findtext("Connected")),
            )
            for row in source.findall("listener")
        ]

    def test_now_playing(self) -> None:
        """Of MP3 the title is one line; of Vorbis artist and title stand apart."""
        web = Web(*BOTH)
        assert self.now_playing(web, "/live") == ("Kestrel - Low Tide", "", 128, "audio/mpeg", 3)
        assert self.now_playing(web, "/v.ogg") == ("VT", "VA", 96000, "application/ogg", 3)

    def test_clients(self) -> None:
        """Each has an id, an address and an agent, by which it is told from others."""
        assert self.clients(usual_web(), "/live") == [
            ("7", "198.51.100.4", "VLC/3", 61),
            ("9", "198.51.100.4", "VLC/3", 61),
        ]

    @pytest.mark.parametrize("count", [1, 2])
    def test_without_the_password(self, count: int) -> None:
        """It falls back to the public JSON, and takes the mount from ``listenurl``."""
        sources = Web(*BOTH[:count]).ask("/status-json.xsl").json()["icestats"]["source"]  # type: ignore[index, call-overload]
        rows = sources if isinstance(sources, list) else [sources]
        paths = [urlsplit(row["listenurl"]).path for row in rows]
        assert paths == ["/live", "/v.ogg"][:count]
        assert all(isinstance(row["title"], str) for row in rows)


def test_libretime() -> None:
    """Its listener statistics: /admin/stats.xml by DOM, the mount without its slash."""
    body = Web(*BOTH).ask("/admin/stats.xml", ADMIN).body
    dom = minidom.parseString(body)  # noqa: S318 (our own)
    found = {}
    for source in dom.getElementsByTagName("source"):
        (listeners,) = source.getElementsByTagName("listeners")
        text = "".join(n.data for n in listeners.childNodes if n.nodeType == n.TEXT_NODE)
        found[source.getAttribute("mount")[1:]] = int(text)
    assert found == {"live": 3, "v.ogg": 3}


def test_telegraf() -> None:
    """Its Icecast plug-in: ``listeners`` of each source in /admin/listmounts."""
    root = ET.fromstring(Web(*BOTH).ask("/admin/listmounts", ADMIN).body)
    assert root.tag == "icestats"
    rows = {row.attrib["mount"]: int(row.findtext("listeners", "")) for row in root}
    assert rows == {"/live": 3, "/v.ogg": 3}


def test_exporters_of_the_administrators_statistics() -> None:
    """Exporters of /admin/stats take the numbers of the server and of each source."""
    root = ET.fromstring(Web(*BOTH).ask("/admin/stats", ADMIN).body)
    for name in (
        "client_connections",
        "clients",
        "connections",
        "file_connections",
        "listener_connections",
        "listeners",
        "source_client_connections",
        "source_relay_connections",
        "source_total_connections",
        "sources",
        "stats",
        "stats_connections",
    ):
        assert float(root.findtext(name, "")) >= 0
    for source in root.findall("source"):
        for name in (
            "listener_peak",
            "listeners",
            "slow_listeners",
            "total_bytes_read",
            "total_bytes_sent",
        ):
            assert float(source.findtext(name, "")) >= 0


def test_listing_scripts() -> None:
    """Scripts that count on the first child: ``icestats[0]`` has ``Listeners`` and rows."""
    root = ET.fromstring(usual_web().ask("/admin/listclients?mount=/live", ADMIN).body)
    assert int(root[0].findtext("Listeners", "")) == len(root[0].findall("listener")) == 2


def test_title_scripts() -> None:
    """Scripts around curl look for the sentence, or for the return value, in the raw answer."""
    target = "/admin/metadata?mount=/live&mode=updinfo&charset=UTF-8&song=Low+Tide"
    body = Web(mount()).ask(target, ADMIN).text
    assert "<message>Metadata update successful</message>" in body
    assert "<return>1</return>" in body
