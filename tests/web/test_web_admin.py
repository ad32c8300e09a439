"""Admin commands: who may, what changes, and what is answered."""

from functools import cache
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_support import ADMIN, IDLE, SOURCE, WRONG, Reply, Web, mount, vorbis

from tinyice.core.snapshots import StationHeaders
from tinyice.core.tags import Tags

UPDATE = "/admin/metadata?mount=/live&mode=updinfo"
GLOBAL_KEYS = [
    "admin",
    "client_connections",
    "clients",
    "connections",
    "file_connections",
    "host",
    "listener_connections",
    "listeners",
    "location",
    "server_id",
    "server_start",
    "server_start_iso8601",
    "source_client_connections",
    "source_relay_connections",
    "source_total_connections",
    "sources",
    "stats",
    "stats_connections",
]
SOURCE_KEYS = [
    "bitrate",
    "genre",
    "listener_peak",
    "listeners",
    "listenurl",
    "max_listeners",
    "public",
    "server_description",
    "server_name",
    "server_type",
    "slow_listeners",
    "source_ip",
    "stream_start",
    "stream_start_iso8601",
    "title",
    "total_bytes_read",
    "total_bytes_sent",
    "user_agent",
]


shared_web = cache(Web)


def outcome(reply: Reply) -> tuple[int, str, str]:
    """Status, message and return value of a command."""
    if reply.status != 200:
        return reply.status, reply.text.partition(" - ")[2].partition("</b>")[0], ""
    told = ET.fromstring(reply.text)
    return reply.status, told.findtext("message", ""), told.findtext("return", "")


@pytest.mark.parametrize(
    "target",
    [
        "/admin/stats",
        "/admin/stats.xml",
        "/admin/listmounts",
        "/admin/streamlist.txt",
        "/admin/metadata",
        UPDATE,
        "/admin/stats?mount=/live",
    ],
)
class TestDoor:
    """Every known command asks who it is."""

    def test_no_credentials_are_a_challenge(self, target: str) -> None:
        """Browsers and libshout ask first without credentials; that is no failure."""
        web = Web(mount())
        reply = web.ask(target)
        assert (reply.status, reply.reason) == (401, "Authentication Required")
        assert reply.head["www-authenticate"] == 'Basic realm="Icecast2 Server"'
        assert "You need to authenticate" in reply.text
        assert web.gatekeeper.refusals == 0

    def test_wrong_credentials_are_refused(self, target: str) -> None:
        """They get the same answer, and count."""
        web = Web(mount())
        assert web.ask(target, WRONG).status == 401
        assert web.gatekeeper.refusals == 1
        assert web.station.updates == []


@pytest.mark.parametrize("head", [b"", ADMIN, WRONG])
@pytest.mark.parametrize(
    "target", ["/admin/!POKE", "/admin/bogus", "/admin/reloadconfig", "/admin/a/b"]
)
@pytest.mark.parametrize("method", [b"GET", b"POST"])
def test_unknown_commands_are_400_for_everybody(target: str, head: bytes, method: bytes) -> None:
    """An encoder's library takes 401, 403 and 404 of its probe for a dead server."""
    reply = Web().ask(target, head, method=method)
    assert outcome(reply) == (400, "Unrecognised command", "")


class TestStats:
    """/admin/stats: Icecast's XML."""

    def test_all_keys_in_order(self) -> None:
        """Every key of Icecast is there, alphabetically, as text/xml."""
        reply = Web(mount()).ask("/admin/stats", ADMIN)
        assert reply.head["content-type"] == "text/xml; charset=utf-8"
        told = ET.fromstring(reply.text)
        (source,) = told.findall("source")
        assert [child.tag for child in told] == [*GLOBAL_KEYS, "source"]
        assert [child.tag for child in source] == SOURCE_KEYS
        assert source.get("mount") == "/live"

    def test_values(self) -> None:
        """What only the administrator may know is told here."""
        told = ET.fromstring(Web(mount(), IDLE).ask("/admin/stats.xml", ADMIN).text)
        assert [told.findtext(k) for k in ("clients", "sources", "client_connections")] == [
            "4",
            "1",
            "36",
        ]
        source = told.find("source")
        assert source is not None
        expected = {
            "max_listeners": "unlimited",
            "public": "1",
            "source_ip": "192.0.2.7",
            "user_agent": "BUTT/0.1",
            "total_bytes_read": "1000",
            "slow_listeners": "1",
        }
        assert {key: source.findtext(key) for key in expected} == expected

    def test_hidden_mounts_are_told_the_administrator(self) -> None:
        """Hidden is hidden from the public."""
        told = ET.fromstring(Web(mount("/h", visible=False)).ask("/admin/stats", ADMIN).text)
        assert [source.get("mount") for source in told.findall("source")] == ["/h"]

    def test_one_mount(self) -> None:
        """``mount`` leaves out the others, and its source may ask too."""
        web = Web(mount(), vorbis())
        told = ET.fromstring(web.ask("/admin/stats?mount=/live", SOURCE).text)
        assert [source.get("mount") for source in told.findall("source")] == ["/live"]
        assert web.ask("/admin/stats?mount=/v.ogg", SOURCE).status == 401
        assert outcome(web.ask("/admin/stats?mount=/no", ADMIN)) == (
            400,
            "Source does not exist",
            "",
        )

    @given(st.text(), st.dictionaries(st.text(), st.text(), max_size=3))
    def test_it_is_valid_xml_whatever_comes_in(self, text: str, items: dict[str, str]) -> None:
        """No text of any encoder breaks it."""
        station = StationHeaders(name=text, description=text, audio_items=items)
        web = shared_web()
        web.show(mount("/" + text, station=station, tags=Tags(text, text), content_type=text))
        for command in ("stats", "listmounts"):
            ET.fromstring(web.ask(f"/admin/{command}", ADMIN).body)
        assert web.ask("/admin/", ADMIN).status == 200

    def test_listmounts(self) -> None:
        """The mounts on air with their age."""
        told = ET.fromstring(Web(mount()).ask("/admin/listmounts", ADMIN).text)
        (source,) = told
        assert {child.tag: child.text for child in source} == {
            "fallback": None,
            "listeners": "3",
            "Connected": "66",
            "content-type": "audio/mpeg",
        }

    def test_streamlist(self) -> None:
        """One mount a line; the administrator may read it, unlike in Icecast."""
        assert (
            Web(mount(), vorbis()).ask("/admin/streamlist.txt", ADMIN).text == "/live\r\n/v.ogg\r\n"
        )


class TestMetadata:
    """/admin/metadata: how titles arrive."""

    @pytest.mark.parametrize(
        ("query", "tags"),
        [
            ("&song=A%20-%20B", Tags(title="A - B")),
            ("&song=A+B%2BC;d%26e", Tags(title="A B+C;d&e")),
            ("&artist=A&title=T", Tags("A", "T")),
            ("&artist=A&title=T&song=A%20-%20T", Tags("A", "T")),
            ("&artist=A&title=T&song=Other", Tags(title="Other")),
            ("&title=T", Tags(title="T")),
            ("&title=T&url=http://x", Tags(title="T", url="http://x")),
            ("&song=S&url=http://x", Tags(title="S", url="http://x")),
            ("&song=" + quote("Кино — “Группа”"), Tags(title="Кино — “Группа”")),
            ("&song=Caf%E9", Tags(title="Café")),
            ("&song=%CA%E8%ED%EE&charset=windows-1251", Tags(title="Кино")),
            ("&song=%CA%E8%ED%EE&charset=nonsense", Tags(title="Êèíî")),
            ("&song=100%&charset=UTF-8", Tags(title="100%")),
            ("&song=%20a%0D%0Ab%00%1B%20", Tags(title="a  b")),
            ("&SONG=x", Tags(title="x")),
            ("&song=first&song=last", Tags(title="last")),
            ("&song=" + "x" * 5000, Tags(title="x" * 4096)),
        ],
    )
    def test_what_plays(self, query: str, tags: Tags) -> None:
        """Bytes become the tags that were meant."""
        web = Web(mount())
        assert outcome(web.ask(UPDATE + query, ADMIN)) == (200, "Metadata update successful", "1")
        assert web.station.updates == [("/live", tags, "admin")]

    def test_raw_utf8_in_the_address(self) -> None:
        """Some encoders escape nothing but blanks."""
        web = Web(mount())
        web.ask((UPDATE + "&song=Кино%20-%20Группа").encode(), ADMIN)
        assert web.station.updates == [("/live", Tags(title="Кино - Группа"), "admin")]

    def test_the_exact_answer(self) -> None:
        """Encoders compare text."""
        reply = Web(mount()).ask(UPDATE + "&song=x", SOURCE)
        assert reply.text == (
            '<?xml version="1.0"?>\n<iceresponse><message>Metadata update successful</message>'
            "<return>1</return></iceresponse>\n"
        )
        assert reply.head["content-type"] == "text/xml; charset=utf-8"

    def test_a_form_works_too(self) -> None:
        """POST carries the same parameters, wherever they stand."""
        web = Web(mount())
        form = b"mode=updinfo&mount=%2Flive&song=A+%26+B;c"
        assert outcome(web.post("/admin/metadata", form, ADMIN))[2] == "1"
        web.post("/admin/metadata?mount=/live&song=query", b"mode=updinfo&song=form\r\n", ADMIN)
        titles = [tags.title for _, tags, _ in web.station.updates]
        assert titles == ["A & B;c", "form"]

    def test_the_artist_does_not_stick(self) -> None:
        """An update says all that plays; nothing of an earlier one is kept."""
        web = Web(mount())
        web.ask(UPDATE + "&artist=A&title=T", ADMIN)
        web.ask(UPDATE + "&song=Station%20ident", ADMIN)
        assert web.station.updates[-1][1] == Tags(title="Station ident")

    @pytest.mark.parametrize("query", ["", "&song=", "&artist=A", "&url=http://x"])
    def test_an_update_that_names_nothing_changes_nothing(self, query: str) -> None:
        """Icecast calls it a success all the same."""
        web = Web(mount())
        assert outcome(web.ask(UPDATE + query, ADMIN)) == (200, "Metadata update successful", "1")
        assert web.station.updates == []

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("mode=updinfo&song=x", (400, "Unknown admin request", "")),
            ("mount=/no&mode=updinfo&song=x", (400, "Source does not exist", "")),
            ("mount=/idle&mode=updinfo&song=x", (400, "Source is not available", "")),
            ("mount=/no", (400, "Source does not exist", "")),
            ("mount=/live", (400, "Missing parameter", "")),
            ("mount=/live&mode=other&song=x", (200, "No such action", "0")),
        ],
    )
    def test_failures_are_icecasts(self, query: str, expected: tuple[int, str, str]) -> None:
        """Statuses, sentences and return values are those of Icecast 2.4.4."""
        web = Web(mount(), IDLE)
        assert outcome(web.ask("/admin/metadata?" + query, ADMIN)) == expected
        assert web.station.updates == []

    def test_formats_with_tags_of_their_own_are_told_in_the_statistics(self) -> None:
        """An update for Ogg is taken, unlike in Icecast."""
        web = Web(vorbis())
        target = "/admin/metadata?mount=/v.ogg&mode=updinfo&song=x"
        assert outcome(web.ask(target, ADMIN)) == (200, "Metadata update successful", "1")
        assert len(web.station.updates) == 1


@pytest.mark.parametrize("path", ["/admin.cgi", "/admin/admin.cgi"])
class TestShoutcastMetadata:
    """/admin.cgi: titles from Shoutcast encoders."""

    @pytest.mark.parametrize(
        ("query", "tags"),
        [
            ("pass=live&mode=updinfo&song=A%20-%20B&url=", Tags(title="A - B")),
            ("sid=1&pass=dj:live&mode=updinfo&song=x", Tags(title="x")),
            ("mode=updinfo&pass=live&title=T&artist=A", Tags("A", "T")),
            ("sid=x&pass=live&mode=updinfo&song=Caf%E9", Tags(title="Café")),
        ],
    )
    def test_an_update(self, path: str, query: str, tags: Tags) -> None:
        """The password alone opens the mount."""
        web = Web(mount())
        reply = web.ask(f"{path}?{query}")
        assert reply.status == 200
        assert reply.head["content-type"].startswith("text/html")
        assert web.station.updates == [("/live", tags, "shoutcast")]

    @pytest.mark.parametrize(
        ("query", "status", "sentence"),
        [
            ("mode=updinfo&song=x", 400, "missing pass parameter"),
            ("mode=updinfo&song=x&pass=", 400, "missing pass parameter"),
            ("mode=viewxml&pass=live", 400, "illegal metadata call"),
            ("mode=updinfo&song=x&pass=wrong", 401, "You need to authenticate"),
        ],
    )
    def test_failures(self, path: str, query: str, status: int, sentence: str) -> None:
        """What is missing is named; nothing changes."""
        web = Web(mount())
        reply = web.ask(f"{path}?{query}")
        assert reply.status == status
        assert sentence in reply.text
        assert web.station.updates == []

    def test_without_a_source(self, path: str) -> None:
        """A title needs something that plays."""
        reply = Web().ask(f"{path}?mode=updinfo&song=x&pass=live")
        assert outcome(reply) == (400, "Source does not exist", "")
