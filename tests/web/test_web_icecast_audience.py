"""listclients, killclient, killsource, moveclients: who may, what happens, what is answered."""

from functools import cache
from xml.etree import ElementTree as ET

import pytest
from icecast_web import STATION, IcecastWeb, Somebody, sentence, usual_web
from twisted.internet.testing import StringTransport
from twisted.web.http import HTTPChannel
from twisted.web.server import Site
from web_support import ADMIN, IDLE, SOURCE, WRONG, Web, mount

from tinyice.core.access.permissions import Action
from tinyice.core.clients import Client
from tinyice.core.events import ChangeMade
from tinyice.web.icecast_rows import SLICE

DJ = b"Authorization: Basic ZGo6c3Bpbg==\r\n"  # dj:spin
FIREFOX = b"Sec-Fetch-Site: cross-site\r\n"
ENDINGS = ("", ".xsl", ".json")
COMMANDS = ("listclients", "killclient", "killsource", "moveclients")


@cache
def shared_web() -> IcecastWeb:
    """A site that nobody changes."""
    return IcecastWeb(*STATION, IDLE)


def open_channel(channel: HTTPChannel) -> StringTransport:
    """Where its answers go."""
    transport = StringTransport()
    transport.disconnecting = False
    channel.makeConnection(transport)
    return transport


def reply_of(text: str) -> tuple[str, str]:
    told = ET.fromstring(text)
    assert told.tag == "iceresponse"
    return told.findtext("message", ""), told.findtext("return", "")


@pytest.mark.parametrize("path", [f"/admin/{c}{e}" for c in COMMANDS for e in ENDINGS])
class TestDoor:
    """Every command, in every form, asks the same questions in the same order."""

    def test_who_may_not(self, path: str) -> None:
        """Nobody, wrong passwords, and those to whom the mount does not belong."""
        web = shared_web()
        asked = f"{path}?mount=/two&id=12&destination=/live"
        assert [web.ask(asked, head).status for head in (b"", WRONG, DJ)] == [401, 401, 403]
        assert web.audience.done == []

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("?id=7", "Unknown admin request"),
            ("?mount=/nope&id=7", "Source does not exist"),
            ("?mount=/idle&id=7", "Source is not available"),
        ],
    )
    def test_mounts_that_are_not_there(self, path: str, query: str, said: str) -> None:
        """None, unknown and off air are three things."""
        assert sentence(shared_web().ask(path + query, ADMIN)) == (400, said)


def test_a_site_that_can_not_do_it_does_not_know_it() -> None:
    """Without an audience there are no such commands."""
    for command in COMMANDS:
        reply = Web(mount()).ask(f"/admin/{command}?mount=/live", ADMIN)
        assert sentence(reply) == (400, "Unrecognised command")


class TestListclients:
    """/admin/listclients."""

    def test_the_elements(self) -> None:
        """Icecast's, in its order; ``listeners`` and ``lag`` besides, as icecast-kh has them."""
        web = usual_web()
        for head in (ADMIN, SOURCE, DJ):
            reply = web.ask("/admin/listclients?mount=/live", head)
            assert reply.head["content-type"] == "text/xml; charset=utf-8"
            (source,) = ET.fromstring(reply.text)
            assert source.get("mount") == "/live"
            count, small, first, second = source
            assert [(e.tag, e.text) for e in (count, small)] == [
                ("Listeners", "2"),
                ("listeners", "2"),
            ]
            assert [(e.tag, e.text) for e in first] == [
                ("IP", "198.51.100.4"),
                ("UserAgent", "VLC/3"),
                ("Connected", "61"),
                ("ID", "7"),
                ("lag", "4096"),
            ]
            assert second.findtext("username") == "joe"

    def test_json(self) -> None:
        """The same names, and the mount."""
        reply = usual_web().ask("/admin/listclients.json?mount=/two", ADMIN)
        assert reply.head["content-type"].startswith("application/json")
        assert "access-control-allow-origin" not in reply.head
        (source,) = reply.json()["icestats"]["source"]  # type: ignore[index, call-overload]
        assert (source["mount"], source["Listeners"]) == ("/two", 1)
        assert source["listener"][0]["ID"] == 12

    def test_nobody_listens(self) -> None:
        """No listener is no element."""
        web = usual_web()
        web.audience.everybody = []
        (source,) = ET.fromstring(web.ask("/admin/listclients?mount=/live", ADMIN).text)
        assert [child.tag for child in source] == ["Listeners", "listeners"]
        listed = web.ask("/admin/listclients.json?mount=/live", ADMIN).json()
        assert listed["icestats"]["source"][0]["listener"] == []  # type: ignore[index, call-overload]
        assert "Nobody listens" in web.ask("/admin/listclients.xsl?mount=/live", ADMIN).text

    @pytest.mark.parametrize("ending", ["", ".json"])
    def test_many_are_told_in_slices(self, ending: str) -> None:
        """Between two slices the reactor has a turn; all are told in the end, once each."""
        web = usual_web()
        many = 2 * SLICE + 1
        web.audience.everybody = [Somebody(number) for number in range(1, many + 1)]
        channel = Site(web.resource, timeout=None).buildProtocol(None)
        transport = open_channel(channel)
        target = b"/admin/listclients" + ending.encode() + b"?mount=/live"
        channel.dataReceived(b"GET " + target + b" HTTP/1.1\r\nHost: a\r\n" + ADMIN + b"\r\n")
        assert transport.value() == b""
        assert web.audience.slices == [SLICE]
        for _ in range(2):
            web.clock.advance(0)
        assert max(web.audience.slices) == SLICE
        body = transport.value().partition(b"\r\n\r\n")[2]
        assert body.count(b'"ID":' if ending else b"<ID>") == many

    def test_pages_go_on(self) -> None:
        """People get some at a time, and a link to the rest."""
        web = usual_web()
        web.audience.everybody = [Somebody(number) for number in range(1, SLICE + 2)]
        first = web.ask("/admin/listclients.xsl?mount=/live", ADMIN).text
        assert first.count('name="id"') == SLICE
        assert f"after={SLICE}" in first
        rest = web.ask(f"/admin/listclients.xsl?mount=/live&after={SLICE}", ADMIN).text
        assert rest.count('name="id"') == 1

    def test_whatever_players_call_themselves(self) -> None:
        """No agent breaks the document."""
        web = IcecastWeb(mount('/<&">'))
        agent = 'a<b>&"\x00\x1b]]>'
        web.audience.everybody = [Somebody(1, '/<&">', client=Client("192.0.2.1", agent))]
        reply = web.ask('/admin/listclients?mount=/<%26">', ADMIN)
        (source,) = ET.fromstring(reply.text)
        assert source.get("mount") == '/<&">'
        assert source.findtext("listener/UserAgent") == 'a<b>&"]]>'
        page = web.ask('/admin/listclients.xsl?mount=/<%26">', ADMIN).text
        assert "a<b>" not in page


class TestKillclient:
    """/admin/killclient."""

    def test_one_is_ended(self) -> None:
        """It is done, said, and told to the audit."""
        web = usual_web()
        reply = web.ask("/admin/killclient?mount=/live&id=7", SOURCE)
        assert reply_of(reply.text) == ("Client 7 removed", "1")
        assert web.audience.done == [("kick", "/live", 7)]
        (event,) = web.published
        assert isinstance(event, ChangeMade)
        told = (event.user, event.via, event.action, event.subject, event.mount)
        assert told == ("source", "source password", Action.KICK_LISTENER.value, "7", "/live")
        assert event.client.address == "203.0.113.9"

    @pytest.mark.parametrize(
        ("number", "said"), [("999", 999), ("12", 12), ("x", 0), ("", 0), ("-7", 0)]
    )
    def test_a_number_that_nobody_has(self, number: str, said: int) -> None:
        """That is no error, as in Icecast; listeners of other mounts are out of reach."""
        web = usual_web()
        reply = web.ask(f"/admin/killclient?mount=/live&id={number}", ADMIN)
        assert reply_of(reply.text) == (f"Client {said} not found", "0")
        assert (web.audience.done, web.published) == ([], [])

    def test_no_number(self) -> None:
        """That is one."""
        reply = usual_web().ask("/admin/killclient?mount=/live", ADMIN)
        assert sentence(reply) == (400, "Missing parameter")

    def test_other_sites_can_not(self) -> None:
        """A browser that remembers the password does not serve a page of somebody else."""
        web = usual_web()
        assert web.ask("/admin/killclient?mount=/live&id=7", ADMIN + FIREFOX).status == 403
        assert web.audience.done == []

    def test_forms(self) -> None:
        """JSON and the page say the same."""
        web = usual_web()
        told = web.ask("/admin/killclient.json?mount=/live&id=7", ADMIN).json()
        assert told == {"iceresponse": {"message": "Client 7 removed", "return": 1}}
        page = web.ask("/admin/killclient.xsl?mount=/live&id=9", ADMIN)
        assert page.head["content-type"].startswith("text/html")
        assert "Client 9 removed" in page.text


def test_killsource() -> None:
    """The source is ended, and the audit told."""
    web = usual_web()
    reply = web.ask("/admin/killsource?mount=/live", SOURCE)
    assert reply_of(reply.text) == ("Source Removed", "1")
    assert web.audience.done == [("kick source", "/live")]
    assert [event.action for event in web.published] == ["source.kick"]  # type: ignore[attr-defined]


class TestMoveclients:
    """/admin/moveclients."""

    def test_moved(self) -> None:
        """All listeners of one mount go on at another."""
        web = usual_web()
        reply = web.ask("/admin/moveclients?mount=/live&destination=/two", ADMIN)
        assert reply_of(reply.text) == ("Clients moved from /live to /two", "1")
        assert web.audience.done == [("move", "/live", "/two")]
        (event,) = web.published
        assert event.subject == "3 listeners to /two"  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        ("destination", "said"),
        [
            ("/nope", "No such destination"),
            ("", "No such destination"),
            ("/live", "supplied mountpoints are identical"),
            ("/idle", "Destination not running"),
        ],
    )
    def test_not_there(self, destination: str, said: str) -> None:
        """Icecast's sentences; nobody is moved."""
        web = IcecastWeb(mount(), IDLE)
        reply = web.ask(f"/admin/moveclients?mount=/live&destination={destination}", ADMIN)
        assert sentence(reply) == (400, said)
        assert (web.audience.done, web.published) == ([], [])

    def test_other_formats(self) -> None:
        """Icecast calls it a success and moves nobody; here it is told."""
        web = usual_web()
        reply = web.ask("/admin/moveclients?mount=/live&destination=/v.ogg", ADMIN)
        message, done = reply_of(reply.text)
        assert (message.partition(":")[0], done) == ("Clients not moved", "0")
        assert web.published == []

    @pytest.mark.parametrize("head", [DJ, SOURCE])
    def test_the_destination_must_be_ones_own(self, head: bytes) -> None:
        """Nobody's listeners are put upon somebody else's mount."""
        web = usual_web()
        reply = web.ask("/admin/moveclients?mount=/live&destination=/two", head)
        assert reply.status in (401, 403)
        assert web.audience.done == []

    def test_where_to(self) -> None:
        """Without a destination the mounts are told that are possible, as listmounts does."""
        web = usual_web()
        told = ET.fromstring(web.ask("/admin/moveclients?mount=/live", ADMIN).text)
        assert told.findtext("current_source") == "/live"
        assert [source.get("mount") for source in told.findall("source")] == ["/two", "/v.ogg"]
        assert [e.tag for e in told.findall("source")[0]] == [
            "fallback",
            "listeners",
            "Connected",
            "content-type",
        ]
        page = web.ask("/admin/moveclients.xsl?mount=/live", ADMIN).text
        assert page.count('name="destination"') == 2
