"""Lists, titles and playlists of Icecast's administration, and the forms that they come in."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from icecast_web import sentence
from web_support import ADMIN, DJ, IDLE, SOURCE, Web, mount, vorbis

from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.clients import Client

SPIN = b"Authorization: Basic ZGo6c3Bpbg==\r\n"  # dj:spin
UPDATE = "/admin/metadata?mount=/live&mode=updinfo&song=x"


def mounts_in(text: str) -> list[str | None]:
    return [source.get("mount") for source in ET.fromstring(text).findall("source")]


class TestLists:
    """listmounts and streamlist."""

    @pytest.mark.parametrize("path", ["/admin/listmounts", "/admin/streamlist"])
    def test_what_is_ones_own(self, path: str) -> None:
        """The administrator sees all that is on air, a DJ their own."""
        web = Web(mount(), mount("/two"), IDLE)
        assert mounts_in(web.ask(path, ADMIN).text) == ["/live", "/two"]
        assert mounts_in(web.ask(path, SPIN).text) == ["/live"]

    @pytest.mark.parametrize("path", ["/admin/listmounts", "/admin/streamlist"])
    def test_of_one_mount(self, path: str) -> None:
        """Icecast has no such request."""
        web = Web(mount())
        assert sentence(web.ask(f"{path}?mount=/live", ADMIN)) == (400, "Mount request unknown")
        assert sentence(web.ask(f"{path}?mount=/no", ADMIN)) == (400, "Source does not exist")

    def test_relays(self) -> None:
        """Who knows the relays' password reads the text and nothing else."""
        web = Web(mount(), mount("/h", visible=False), IDLE)
        relay = Principal("relay", Role.RELAY, Via.RELAY)
        web.gatekeeper.tokens["ti_relay"] = relay
        head = b"Authorization: Bearer ti_relay\r\n"
        reply = web.ask("/admin/streamlist.txt", head)
        assert (reply.text, reply.head["content-type"]) == (
            "/live\r\n/h\r\n",
            "text/plain; charset=utf-8",
        )
        for path in ("listmounts", "streamlist", "stats", "listclients?mount=/live"):
            assert web.ask(f"/admin/{path}", head).status in (400, 403)

    def test_json(self) -> None:
        """The same fields; mounts are an array however many they are."""
        web = Web(mount(fallback="/two"))
        (listed,) = web.ask("/admin/listmounts.json", ADMIN).json()["icestats"]["source"]  # type: ignore[index, call-overload]
        assert (listed["mount"], listed["fallback"], listed["Connected"]) == ("/live", "/two", 66)
        stats = web.ask("/admin/stats.json", ADMIN)
        told = stats.json()["icestats"]
        assert (told["sources"], told["source"][0]["total_bytes_read"]) == (1, 1000)  # type: ignore[index, call-overload]
        assert "access-control-allow-origin" not in stats.head
        assert Web().ask("/admin/stats.json", ADMIN).json()["icestats"]["source"] == []  # type: ignore[index, call-overload]

    def test_authenticator(self) -> None:
        """A mount that is not for everybody says so, in its place of the alphabet."""
        web = Web(mount(authenticator="url"))
        source = ET.fromstring(web.ask("/admin/stats", ADMIN).text).find("source")
        assert source is not None
        assert [child.tag for child in source][:2] == ["authenticator", "bitrate"]
        public = web.ask("/status-json.xsl").json()["icestats"]["source"]  # type: ignore[index, call-overload]
        assert public["authenticator"] == "url"

    @pytest.mark.parametrize("path", ["/admin/", "/admin/stats.xsl", "/admin/listmounts.xsl"])
    def test_pages(self, path: str) -> None:
        """People get HTML."""
        reply = Web(mount(), vorbis()).ask(path, ADMIN)
        assert reply.head["content-type"].startswith("text/html")
        assert "Mount Point /live" in reply.text
        assert "Mount Point /v.ogg" in reply.text

    def test_forms_of_a_session_carry_its_token(self) -> None:
        """Without it their buttons would do nothing."""
        web = Web(mount())
        opened = web.gatekeeper.open(replace(DJ, via=Via.SESSION))
        cookie = f"Cookie: sid={opened.cookie}\r\n".encode()
        page = web.ask("/admin/listmounts.xsl", cookie).text
        assert page.count(f'name="csrf" value="{opened.session.csrf}"') == 2


class TestPublicstats:
    """/admin/publicstats, which Icecast 2.5 has."""

    def test_for_everybody(self) -> None:
        """Nobody is asked, and nothing private or hidden is told."""
        web = Web(mount(), mount("/h", visible=False))
        root = ET.fromstring(web.ask("/admin/publicstats").text)
        (source,) = root.findall("source")
        assert source.get("mount") == "/live"
        assert source.findtext("title") == "Kestrel - Low Tide"
        assert source.find("source_ip") is None
        assert root.find("connections") is None

    def test_json(self) -> None:
        """Scripts of any site may read it."""
        reply = Web(mount()).ask("/admin/publicstats.json")
        assert reply.head["access-control-allow-origin"] == "*"
        assert reply.json()["icestats"]["source"][0]["mount"] == "/live"  # type: ignore[index, call-overload]


class TestTitles:
    """/admin/metadata and /admin/updatemetadata."""

    @pytest.mark.parametrize("head", [ADMIN, SOURCE, SPIN])
    def test_the_form(self, head: bytes) -> None:
        """The document is empty, as Icecast's; the page has a form."""
        web = Web(mount())
        document = web.ask("/admin/updatemetadata?mount=/live", head).text
        assert [(e.tag, e.attrib, len(e)) for e in ET.fromstring(document)] == [
            ("source", {"mount": "/live"}, 0)
        ]
        page = web.ask("/admin/updatemetadata.xsl?mount=/live", head).text
        assert 'name="song" value="Kestrel - Low Tide"' in page

    @pytest.mark.parametrize(
        ("query", "said"),
        [("", "Unknown admin request"), ("?mount=/nope", "Source does not exist")],
    )
    def test_no_form(self, query: str, said: str) -> None:
        """There is none without a mount on air."""
        assert sentence(Web().ask(f"/admin/updatemetadata{query}", ADMIN)) == (400, said)

    def test_forms_of_the_answer(self) -> None:
        """XML, JSON and the page say the same."""
        web = Web(mount())
        assert web.ask(UPDATE.replace("metadata", "metadata.json"), ADMIN).json() == {
            "iceresponse": {"message": "Metadata update successful", "return": 1}
        }
        page = web.ask(UPDATE.replace("metadata", "metadata.xsl"), ADMIN).text
        assert "<p>Metadata update successful</p>" in page

    @pytest.mark.parametrize(
        ("head", "address", "is_set"),
        [
            (SOURCE, "192.0.2.7", True),
            (SOURCE, "203.0.113.9", False),
            (ADMIN, "203.0.113.9", True),
            (SPIN, "203.0.113.9", True),
        ],
    )
    def test_only_from_where_the_source_is(self, head: bytes, address: str, is_set: bool) -> None:
        """If the operator wants that, a source's password alone is not enough elsewhere.

        What is answered then is Icecast's, return value included.
        """
        web = Web(mount(), titles_from_source_address=True)
        web.client = Client(address)
        reply = ET.fromstring(web.ask(UPDATE, head).text)
        said = "Metadata update successful" if is_set else "Mountpoint will not accept URL updates"
        assert (reply.findtext("message"), reply.findtext("return")) == (said, "1")
        assert bool(web.station.updates) is is_set


class TestPlaylists:
    """Playlists below /admin, for everybody."""

    def test_buildm3u(self) -> None:
        """An address with a login in it, all of it escaped, as a file to keep."""
        reply = Web().ask("/admin/buildm3u?mount=/not there&username=j@e&password=p w:/")
        assert reply.text == "http://j%40e:p%20w%3A%2F@radio.example:8000/not%20there\r\n"
        assert reply.head["content-type"] == "audio/x-mpegurl"
        assert reply.head["content-disposition"] == 'attachment; filename="listen.m3u"'

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("", "Unknown admin request"),
            ("?mount=/x", "Missing parameter"),
            ("?mount=/x&username=a", "Missing parameter"),
            ("?mount=/x&password=a", "Missing parameter"),
            ("?mount=x&username=a&password=b", "Missing parameter"),
        ],
    )
    def test_something_is_missing(self, query: str, said: str) -> None:
        """Icecast's sentences."""
        assert sentence(Web().ask(f"/admin/buildm3u{query}")) == (400, said)

    def test_of_a_base_address(self) -> None:
        """Behind a proxy the station's own address counts."""
        web = Web(base_url="https://radio.example/listen")
        reply = web.ask("/admin/buildm3u?mount=/x&username=a&password=b")
        assert reply.text == "https://a:b@radio.example/listen/x\r\n"

    def test_vclt(self) -> None:
        """One name and value a line; no title breaks a line."""
        tags = replace(vorbis().tags, title="a\nSTREAMURL=b")
        reply = Web(vorbis(tags=tags)).ask("/admin/vclt.xsl?mount=/v.ogg")
        assert reply.head["content-type"].startswith("audio/x-vclt")
        assert reply.text == (
            "STREAMURL=http://radio.example:8000/v.ogg\n"
            "ARTIST=VA\n"
            "TITLE=a STREAMURL=b\n"
            "SERVER_NAME=Unspecified name\n"
            "DESCRIPTION=Unspecified description\n"
            "GENRE=various\n"
            "==\n"
        )

    def test_xspf(self) -> None:
        """An XML playlist of the mount."""
        reply = Web(mount()).ask("/admin/xspf.xsl?mount=/live")
        assert reply.head["content-type"].startswith("application/xspf+xml")
        assert "<location>http://radio.example:8000/live</location>" in reply.text
        assert sentence(Web().ask("/admin/xspf.xsl")) == (400, "Source does not exist")
