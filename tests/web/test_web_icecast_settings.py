"""fallbacks, manageauth, bans, reloadconfig: what they change, and what they answer."""

from xml.etree import ElementTree as ET

import pytest
from icecast_web import IcecastWeb, sentence, usual_web
from web_support import ADMIN, SOURCE, WRONG, mount

from tinyice.config.faults import ConfigFaults, Fault, NotSaved
from tinyice.core.access.permissions import Action
from tinyice.core.errors import Overloaded

DJ = b"Authorization: Basic ZGo6c3Bpbg==\r\n"  # dj:spin
FOREIGN = b"Origin: https://elsewhere.example\r\n"
AUTH = "/admin/manageauth?mount=/live"
CHANGES = [
    "/admin/fallbacks?mount=/live&fallback=/two",
    f"{AUTH}&action=add&username=eve&password=pw",
    "/admin/addban?ip=192.0.2.1",
    "/admin/removeban?ip=192.0.2.77",
    "/admin/reloadconfig",
]


def web_with(**accounts: str) -> IcecastWeb:
    """A site with listener accounts on /live, and one ban."""
    web = usual_web()
    web.writer.document["banned_ips"] = ["192.0.2.77"]
    web.close_to_strangers(**(accounts or {"joe": "hash of his", "ann": "hash of hers"}))
    return web


def told(text: str) -> tuple[list[str], str, str | None]:
    """The users, what the command says, and its return value."""
    root = ET.fromstring(text)
    users = [user.text or "" for user in root.findall("source/User/username")]
    return users, root.findtext("iceresponse/message", ""), root.findtext("iceresponse/return")


@pytest.mark.parametrize("target", CHANGES)
class TestChanges:
    """What holds for every command that changes the configuration."""

    def test_strangers(self, target: str) -> None:
        """Nobody, wrong passwords, and pages of other sites are refused."""
        web = web_with()
        statuses = [web.ask(target, head).status for head in (b"", WRONG, ADMIN + FOREIGN)]
        assert statuses == [401, 401, 403]
        assert web.writer.made == []

    def test_it_is_made_by_who_asked(self, target: str) -> None:
        """The writer is told who it was."""
        web = web_with()
        assert web.ask(target, ADMIN).status == 200
        assert web.writer.makers == ["admin"]

    @pytest.mark.parametrize(
        ("fault", "status", "words"),
        [
            (ConfigFaults([Fault("fallback_mounts", "no")]), 400, "fallback_mounts: no"),
            (NotSaved("the disk is full"), 500, "the disk is full"),
            (Overloaded(2), 503, "busy"),
        ],
    )
    def test_it_can_not_be_made(
        self, target: str, fault: Exception, status: int, words: str
    ) -> None:
        """What the writer finds is told, and nothing is said to be done."""
        web = web_with()
        web.writer.fault = fault
        reply = web.ask(target, ADMIN)
        assert reply.status == status
        assert words in reply.text
        assert web.writer.made == []


class TestFallbacks:
    """/admin/fallbacks."""

    @pytest.mark.parametrize("ending", ["", ".xsl", ".json"])
    @pytest.mark.parametrize("head", [ADMIN, SOURCE, DJ])
    def test_set(self, ending: str, head: bytes) -> None:
        """Icecast answers with a small page, in every form."""
        web = web_with()
        reply = web.ask(f"/admin/fallbacks{ending}?mount=/live&fallback=/two", head)
        assert reply.head["content-type"].startswith("text/html")
        assert "<title>Admin request successful</title>" in reply.text
        assert "<p>Fallback configured</p>" in reply.text
        assert web.writer.document["fallback_mounts"] == {"/live": "/two"}

    def test_taken_away(self) -> None:
        """An empty one is none."""
        web = web_with()
        web.writer.document["fallback_mounts"] = {"/live": "/two", "/two": "/live"}
        assert web.ask("/admin/fallbacks?mount=/live&fallback=", ADMIN).status == 200
        assert web.writer.document["fallback_mounts"] == {"/two": "/live"}

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("", "Unknown admin request"),
            ("?mount=/nope&fallback=/two", "Source does not exist"),
            ("?mount=/live", "Missing parameter"),
        ],
    )
    def test_refused(self, query: str, said: str) -> None:
        """Icecast's sentences."""
        assert sentence(web_with().ask(f"/admin/fallbacks{query}", ADMIN)) == (400, said)

    def test_it_is_listed(self) -> None:
        """Listmounts names it."""
        web = IcecastWeb(mount(fallback="/two", authenticator="htpasswd"))
        (source,) = ET.fromstring(web.ask("/admin/listmounts", ADMIN).text)
        assert [(e.tag, e.text) for e in source][:3] == [
            ("fallback", "/two"),
            ("listeners", "3"),
            ("authenticator", "htpasswd"),
        ]
        assert "Listener accounts" in web.ask("/admin/listmounts.xsl", ADMIN).text


class TestManageauth:
    """/admin/manageauth: who may listen."""

    @pytest.mark.parametrize("query", ["", "&action=list", "&action=bogus"])
    @pytest.mark.parametrize("head", [ADMIN, SOURCE, DJ])
    def test_the_list(self, query: str, head: bytes) -> None:
        """Names, never passwords; what is no action only lists."""
        reply = web_with().ask(AUTH + query, head)
        assert told(reply.text) == (["ann", "joe"], "", None)
        assert "hash" not in reply.text

    def test_add(self) -> None:
        """The list has the new one; the answer has no return value, as in Icecast."""
        web = web_with()
        reply = web.ask(f"{AUTH}&action=add&username=eve&password=p%26w", ADMIN)
        assert told(reply.text) == (["ann", "eve", "joe"], "User added", None)
        root = ET.fromstring(reply.text)
        assert [child.tag for child in root] == ["source", "iceresponse"]
        own = web.writer.document["advanced_mounts"]["/live"]["listener_accounts"]
        assert own["eve"] == "hash of p&w"
        assert web.writer.made == [(Action.CHANGE_LISTENER_ACCOUNTS, "eve", "/live")]

    def test_add_one_that_is_there(self) -> None:
        """Nobody's password is replaced by that."""
        web = web_with()
        reply = web.ask(f"{AUTH}&action=add&username=joe&password=new", ADMIN)
        assert told(reply.text) == (["ann", "joe"], "User already exists - not added", None)
        assert web.writer.made == []

    def test_delete(self) -> None:
        """One that is not there is deleted as well, as Icecast has it."""
        web = web_with()
        assert told(web.ask(f"{AUTH}&action=delete&username=joe", ADMIN).text) == (
            ["ann"],
            "User deleted",
            None,
        )
        assert told(web.ask(f"{AUTH}&action=delete&username=joe", ADMIN).text)[1] == "User deleted"
        assert len(web.writer.made) == 1

    def test_the_last_one_stays(self) -> None:
        """Without any account the mount would be open to everybody."""
        web = web_with(joe="hash")
        reply = web.ask(f"{AUTH}&action=delete&username=joe", ADMIN)
        assert reply.status == 409
        assert "open to everybody" in reply.text
        assert web.writer.made == []

    @pytest.mark.parametrize(
        "query",
        [
            "&action=add",
            "&action=add&username=x",
            "&action=add&password=x",
            "&action=delete",
        ],
    )
    def test_something_is_missing(self, query: str) -> None:
        """Icecast writes this sentence in small letters."""
        assert sentence(web_with().ask(AUTH + query, ADMIN)) == (400, "missing parameter")

    def test_a_mount_that_is_open_to_all(self) -> None:
        """It has no accounts to list or to add to."""
        web = web_with()
        for action in ("", "&action=add&username=x&password=y"):
            reply = web.ask(f"/admin/manageauth?mount=/two{action}", ADMIN)
            assert sentence(reply) == (400, "missing parameter")

    def test_passwords_that_can_not_be_kept(self) -> None:
        """Bcrypt reads 72 bytes and no more."""
        reply = web_with().ask(f"{AUTH}&action=add&username=x&password={'é' * 37}", ADMIN)
        assert sentence(reply) == (400, "the password is longer than 72 bytes")

    def test_forms(self) -> None:
        """The page has forms for all of it; JSON has the same names."""
        web = web_with()
        page = web.ask("/admin/manageauth.xsl?mount=/live", ADMIN).text
        assert page.count('value="delete"') == 2
        assert 'value="add"' in page
        listed = web.ask("/admin/manageauth.json?mount=/live", ADMIN).json()
        assert listed["icestats"]["source"] == [  # type: ignore[index, call-overload]
            {"mount": "/live", "User": [{"username": "ann"}, {"username": "joe"}]}
        ]


class TestBans:
    """/admin/bans, /admin/addban, /admin/removeban."""

    def test_the_list(self) -> None:
        """Address, end and reason, in every form."""
        web = web_with()
        web.writer.document["ban_notes"] = {"192.0.2.77": {"reason": "<noise>"}}
        (ban,) = ET.fromstring(web.ask("/admin/bans", ADMIN).text)
        assert [(e.tag, e.text) for e in ban] == [
            ("address", "192.0.2.77"),
            ("until", None),
            ("reason", "<noise>"),
        ]
        assert web.ask("/admin/bans.json", ADMIN).json() == {
            "icestats": {"ban": [{"address": "192.0.2.77", "until": "", "reason": "<noise>"}]}
        }
        assert "&lt;noise&gt;" in web.ask("/admin/bans.xsl", ADMIN).text
        assert usual_web().ask("/admin/bans.json", ADMIN).json() == {"icestats": {"ban": []}}

    @pytest.mark.parametrize("head", [DJ, SOURCE])
    def test_who_may_not(self, head: bytes) -> None:
        """Bans are about the whole server."""
        web = web_with()
        for target in ("bans", "addban?ip=192.0.2.1&mount=/live", "removeban?ip=192.0.2.77"):
            assert web.ask(f"/admin/{target}", head).status in (401, 403)
        assert web.writer.made == []

    def test_for_ever(self) -> None:
        """Without a duration there is no end."""
        web = web_with()
        web.ask("/admin/addban?ip=198.51.100.0/24&reason=noise", ADMIN)
        assert web.writer.document["banned_ips"] == ["192.0.2.77", "198.51.100.0/24"]
        assert web.writer.document["ban_notes"] == {"198.51.100.0/24": {"reason": "noise"}}

    def test_for_a_while(self) -> None:
        """Seconds, from now on."""
        web = web_with()
        reply = web.ask("/admin/addban.json?ip=2001:db8::1&duration=3600", ADMIN)
        assert reply.json()["icestats"]["iceresponse"] == {  # type: ignore[index, call-overload]
            "message": "2001:db8::1 is banned",
            "return": 1,
        }
        assert web.writer.document["ban_notes"] == {
            "2001:db8::1": {"until": "2026-11-20T07:33:26Z"}
        }

    def test_oneself(self) -> None:
        """Nobody locks themselves out."""
        web = web_with()
        reply = web.ask("/admin/addban?ip=203.0.113.0/24", ADMIN)
        assert reply.status == 409
        assert web.writer.made == []

    @pytest.mark.parametrize("query", ["", "?ip=", "?ip=nobody", "?ip=192.0.2.1/99"])
    @pytest.mark.parametrize("command", ["addban", "removeban"])
    def test_no_address(self, command: str, query: str) -> None:
        """What is none is refused."""
        web = web_with()
        assert web.ask(f"/admin/{command}{query}", ADMIN).status == 400
        assert web.writer.made == []

    def test_lifted(self) -> None:
        """A ban that there is not is no error, and no success."""
        web = web_with()
        assert told(web.ask("/admin/removeban?ip=192.0.2.77", ADMIN).text)[2] == "1"
        assert web.writer.document["banned_ips"] == []
        assert told(web.ask("/admin/removeban?ip=192.0.2.77", ADMIN).text)[2] == "0"


def test_reloadconfig() -> None:
    """It is done, and what there is to know about it is told."""
    web = web_with()
    reply = web.ask("/admin/reloadconfig", ADMIN)
    answer = ET.fromstring(reply.text)
    assert answer.findtext("message") == "Config reloaded; port: needs a restart"
    assert answer.findtext("return") == "1"
    assert web.ask("/admin/reloadconfig", DJ).status == 403
    assert web.writer.made == [(Action.RELOAD, "configuration", "")]
