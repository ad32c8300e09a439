"""The access pages: who sees which part, what their forms change, and what they say."""

from dataclasses import replace

import pytest
from api_support import session
from web_support import BOSS, DJ, Reply, Web, mount

from tinyice.config.faults import NotSaved
from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.errors import Overloaded
from tinyice.web.api.security import Entry
from tinyice.web.console.access_words import audit_row

HEAD = b"Cookie: sid=cookie1\r\n"
XSS = "<script>alert('x')</script>\"'&"
MUSIC = Principal("music", Role.ADMIN, Via.SESSION, frozenset({"/live"}))
PARTS = ["accounts", "tokens", "sessions", "lockouts", "bans", "allowed", "audit"]


def signed_in(who: Principal = BOSS) -> Web:
    """A site with two mounts and a session."""
    web = Web(mount(), mount("/other"))
    web.open_session(who)
    return web


def see(web: Web, part: str) -> Reply:
    """A part of the pages."""
    return web.ask(f"/admin/access/{part}", HEAD)


def do(web: Web, what: str, form: bytes = b"") -> Reply:
    """A form, sent back."""
    return web.post(f"/admin/access/{what}", form + b"&csrf=csrf1", HEAD)


def fault_at(reply: Reply, field: str) -> bool:
    """Whether the page says at that field what was wrong."""
    return f'id="{field}-error"' in reply.text


class TestParts:
    """GET /admin/access and what lies below."""

    @pytest.mark.parametrize("part", PARTS)
    def test_a_superadmin_sees_all(self, part: str) -> None:
        """Each at its address, with ways to the others."""
        reply = see(signed_in(), part)
        assert reply.status == 200
        assert all(f'href="/admin/access/{other}"' in reply.text for other in PARTS)

    def test_an_admin_sees_the_audit(self) -> None:
        """Of their mounts, and nothing else."""
        web = signed_in(MUSIC)
        home = web.ask("/admin/access", HEAD)
        assert home.head["location"] == "/admin/access/audit"
        text = see(web, "audit").text
        assert "/admin/access/bans" not in text
        assert web.bench.audit.asked[-1]["mounts"] == {"/live"}
        assert {see(web, part).status for part in PARTS[:-1]} == {403}

    def test_a_dj_sees_nothing(self) -> None:
        """There is nothing of it in the navigation either."""
        web = signed_in(DJ)
        assert {see(web, part).status for part in PARTS} == {403}
        assert web.ask("/admin/access", HEAD).status == 403
        assert "/admin/access" not in web.ask("/admin/audience", HEAD).text

    def test_what_others_wrote_is_escaped(self) -> None:
        """Names, reasons, agents, and what is in the audit."""
        web = signed_in()
        document = web.bench.changes.document
        document["users"][XSS] = {**document["users"]["anna"], "mounts": {f"/{XSS}": ""}}
        document["banned_ips"] = ["192.0.2.7"]
        document["ban_notes"] = {"192.0.2.7": {"reason": XSS}}
        document["api_tokens"] = [{"id": "t1", "name": XSS, "user": "anna", "hash": "a" * 64}]
        web.bench.sessions = [replace(session("s9"), user=XSS, agent=XSS)]
        for part in ("accounts", "bans", "tokens", "sessions", f"account?name={XSS}"):
            text = see(web, part).text
            assert "<script>alert" not in text, part
            assert "&lt;script&gt;" in text, part

    @pytest.mark.parametrize("part", PARTS)
    def test_every_form_that_changes_something_carries_the_token(self, part: str) -> None:
        """Else it could not be sent back."""
        text = see(signed_in(), part).text
        assert text.count('method="post"') == text.count('name="csrf" value="csrf1"')

    def test_what_can_not_be_read(self) -> None:
        """Is said on the page, and the way to the other parts is there."""
        web = signed_in()

        async def fail(**_: object) -> object:
            raise Overloaded(3)

        web.bench.audit.page = fail
        reply = see(web, "audit")
        assert reply.status == 503
        assert 'role="alert"' in reply.text
        assert "/admin/access/bans" in reply.text


class TestAccounts:
    """Making, changing and removing them."""

    def test_one_is_made(self) -> None:
        """With its mounts, and source passwords where some are given."""
        web = signed_in()
        form = (
            b"username=+bob+&password=long+enough&role=dj&own.1=/live&own.2=/other&feed.2=feedit"
            b"&more=/new&more_feed="
        )
        assert do(web, "account/make", form).head["location"].endswith("accounts?done=made")
        bob = web.bench.changes.config.users["bob"]
        assert (bob.role, set(bob.mounts)) == ("dj", {"/live", "/other", "/new"})
        assert bob.mounts["/live"] == ""
        assert bob.mounts["/other"].startswith("$2b$")

    @pytest.mark.parametrize(
        ("form", "field"),
        [
            (b"username=&password=long+enough&role=dj", "username"),
            (b"username=anna&password=long+enough&role=dj", "username"),
            (b"username=bob&password=short&role=dj", "password"),
            (b"username=bob&password=" + b"x" * 73 + b"&role=dj", "password"),
            (b"username=bob&password=" + "ü".encode() * 40 + b"&role=dj", "password"),
            (b"username=bob&password=long+enough&role=king", "role"),
            (b"username=bob&password=long+enough&role=dj&more=nowhere", "mounts"),
        ],
    )
    def test_refused(self, form: bytes, field: str) -> None:
        """It is said where; nothing that was typed is lost but the passwords."""
        web = signed_in()
        reply = do(web, "account/make", form + b"&own.1=/other")
        assert 400 <= reply.status < 500
        assert fault_at(reply, field)
        assert 'value="/other" checked' in reply.text
        assert "long enough" not in reply.text
        assert web.bench.changes.made == []

    def test_one_is_changed(self) -> None:
        """Role and mounts as ticked; a source password that is not given stays."""
        web = signed_in()
        before = web.bench.changes.config.users["anna"]
        form = b"name=anna&role=admin&password=&own.1=/live&own.2=/other"
        assert do(web, "account/change", form).status == 303
        anna = web.bench.changes.config.users["anna"]
        assert (anna.role, anna.password) == ("admin", before.password)
        assert anna.mounts == {"/live": before.mounts["/live"], "/other": ""}
        assert web.bench.ended == []

    def test_a_new_password_ends_sessions(self) -> None:
        """Those of the account."""
        web = signed_in()
        form = b"name=anna&role=dj&password=brand+new+one&own.1=/live"
        assert do(web, "account/change", form).status == 303
        assert web.bench.ended == ["anna"]

    def test_the_built_in_account(self) -> None:
        """Has its role and its mounts by the configuration: only the password changes."""
        web = signed_in()
        text = see(web, "account?name=admin").text
        assert "admin_user of the configuration" in text
        assert 'name="role" value="superadmin"' in text
        assert "own.1" not in text
        assert do(web, "account/change", b"name=admin&role=dj&password=brand+new+1").status == 303
        assert web.bench.ended == ["admin"]
        reply = do(web, "account/remove", b"name=admin")
        assert reply.status == 409
        assert "admin_user" in reply.text

    def test_the_last_superadmin(self) -> None:
        """Stays what it is, and the page says why before anybody tries."""
        web = signed_in()
        del web.bench.changes.document["admin_password"]
        web.bench.changes.document["users"]["anna"]["role"] = "superadmin"
        text = see(web, "account?name=anna").text
        assert text.count("this is the last superadmin") == 2
        reply = do(web, "account/change", b"name=anna&role=dj&password=")
        assert reply.status == 409
        assert "This is the last superadmin." in reply.text
        assert do(web, "account/remove", b"name=anna").status == 409

    def test_one_is_removed(self) -> None:
        """One that is gone already is told of on the list."""
        web = signed_in()
        assert do(web, "account/remove", b"name=anna").head["location"].endswith("done=removed")
        assert do(web, "account/remove", b"name=anna").status == 404
        for form in (b"name=anna&role=dj&password=", b"name=anna&role=dj&password=long+enough"):
            reply = do(web, "account/change", form)
            assert reply.status == 404
            assert "There is no user anna." in reply.text
        assert web.bench.changes.made == [(Action.CHANGE_USERS, "anna", "")]

    def test_what_can_not_be_saved(self) -> None:
        """Is said on the form."""
        web = signed_in()
        web.bench.changes.fault = NotSaved("the disk is full")
        reply = do(web, "account/make", b"username=bob&password=long+enough&role=dj")
        assert reply.status == 507
        assert "Nothing was changed. The disk is full." in reply.text


class TestLists:
    """Tokens, sessions, lockouts, bans and the allow list."""

    @pytest.mark.parametrize(
        ("what", "form", "done"),
        [
            ("sessions/end", b"id=s9", "sessions?done=ended"),
            ("lockouts/clear", b"address=203.0.113.77", "lockouts?done=cleared"),
            ("bans/add", b"address=198.51.100.7&seconds=&reason=", "bans?done=banned"),
            ("allowed/add", b"address=198.51.100.0/24", "allowed?done=allowed"),
            ("allowed/remove", b"address=198.51.100.1", "allowed?done=disallowed"),
        ],
    )
    def test_done(self, what: str, form: bytes, done: str) -> None:
        """And told on the part that it belongs to, where there is something to tell."""
        web = signed_in()
        reply = do(web, what, form)
        assert reply.head["location"] == f"/admin/access/{done}"
        assert "data-done" in see(web, done).text
        assert "data-done" not in see(web, "audit?done=banned").text

    @pytest.mark.parametrize(
        ("what", "form", "status"),
        [
            ("sessions/end", b"id=none", 404),
            ("tokens/revoke", b"id=none", 404),
            ("lockouts/clear", b"address=192.0.2.99", 404),
            ("bans/lift", b"address=192.0.2.99", 404),
            ("bans/lift", b"address=nothing", 422),
            ("bans/lift", b"", 400),
            ("allowed/remove", b"address=192.0.2.99", 404),
        ],
    )
    def test_what_is_not_there(self, what: str, form: bytes, status: int) -> None:
        """Somebody else was faster: the page says so, and shows what there is now."""
        web = signed_in()
        reply = do(web, what, form)
        assert reply.status == status
        assert 'class="error"' in reply.text or 'role="alert"' in reply.text
        assert web.bench.changes.made == []

    @pytest.mark.parametrize(
        ("form", "status"),
        [(b"address=nothing", 422), (b"address=", 400), (b"address=203.0.113.0/24", 409)],
    )
    def test_a_ban_that_is_refused(self, form: bytes, status: int) -> None:
        """Is told at the address, and what was typed is still there."""
        reply = do(signed_in(), "bans/add", form + b"&seconds=3600&reason=noise")
        assert reply.status == status
        assert fault_at(reply, "address")
        assert 'value="noise"' in reply.text
        assert '<option value="3600" selected>' in reply.text

    def test_a_ban_of_any_time(self) -> None:
        """A number and a unit; it is told at the number where that is none."""
        web = signed_in()
        form = b"address=198.51.100.7&seconds=other&unit=86400&reason=&amount="
        reply = do(web, "bans/add", form + b"soon")
        assert reply.status == 422
        assert fault_at(reply, "amount")
        assert do(web, "bans/add", form + b"3").status == 303
        assert web.bench.changes.document["ban_notes"]["198.51.100.7"]["until"]
        assert fault_at(do(web, "bans/add", form + b"999999"), "seconds")

    def test_a_lifted_ban_is_put_back_once(self) -> None:
        """As it was; the page offers it to who lifted it, and to nobody without having done so."""
        web = signed_in()
        do(web, "bans/add", b"address=198.51.100.7&seconds=&reason=noise")
        assert "bans/again" not in see(web, "bans?done=lifted").text
        do(web, "bans/lift", b"address=198.51.100.7")
        assert "bans/again" in see(web, "bans?done=lifted").text
        assert do(web, "bans/again").head["location"] == "/admin/access/bans?done=banned"
        assert web.bench.changes.document["ban_notes"]["198.51.100.7"]["reason"] == "noise"
        assert do(web, "bans/again").status == 404

    def test_a_cleared_lockout_is_put_back_once(self) -> None:
        """It ends when it would have ended."""
        web = signed_in()
        before = web.bench.lockouts.listed()
        do(web, "lockouts/clear", b"address=203.0.113.77")
        assert "lockouts/again" in see(web, "lockouts?done=cleared").text
        assert do(web, "lockouts/again").head["location"] == "/admin/access/lockouts?done=locked"
        assert web.bench.lockouts.listed() == before
        assert do(web, "lockouts/again").status == 404

    def test_bans_are_searched_and_paged(self) -> None:
        """By address and reason; a page has a hundred."""
        web = signed_in()
        document = web.bench.changes.document
        document["banned_ips"] = [f"10.0.{n // 250}.{n % 250}" for n in range(250)] + ["10.9.9.9"]
        document["ban_notes"] = {"10.9.9.9": {"reason": "Scraper", "until": "2026-11-20T15:00:00Z"}}
        text = see(web, "bans").text
        assert text.count("/admin/access/bans/lift") == 100
        assert "251 bans" in text
        assert "?after=" in text
        text = see(web, "bans?text=scraper").text
        assert text.count("/admin/access/bans/lift") == 1
        assert "2026-11-20 15:00 UTC, in 3 hours" in text
        assert "Nothing fits" in see(web, "bans?text=nobody").text

    def test_a_lifted_ban(self) -> None:
        """Is one no more."""
        web = signed_in()
        web.bench.changes.document["banned_ips"] = ["192.0.2.7"]
        assert do(web, "bans/lift", b"address=192.0.2.7").status == 303
        assert web.bench.changes.config.banned_ips == ()

    def test_a_token_of_somebody_is_revoked(self) -> None:
        """By a superadmin."""
        web = signed_in()
        token = {"id": "t1", "name": "deploy", "user": "anna", "hash": "a" * 64}
        web.bench.changes.document["api_tokens"] = [token]
        text = see(web, "tokens").text
        assert "deploy" in text
        assert "a" * 64 not in text
        assert do(web, "tokens/revoke", b"id=t1").status == 303
        assert web.bench.changes.config.api_tokens == ()

    def test_ending_a_session_is_told(self) -> None:
        """In the audit, as if its user had logged out, but by whom."""
        web = signed_in()
        do(web, "sessions/end", b"id=s9")
        assert web.bench.sessions == []
        (event,) = web.bench.events
        assert (event.user, event.action, event.subject) == ("admin", "session.log-out", "s9")

    def test_many_sessions(self) -> None:
        """A hundred a page."""
        web = signed_in()
        web.bench.sessions = [session(f"s{number}") for number in range(130)]
        first, second = see(web, "sessions").text, see(web, "sessions?skip=100").text
        assert (first.count('value="s'), second.count('value="s')) == (100, 30)
        assert "skip=100" in first
        assert "First page" in second

    def test_without_its_token_a_form_does_nothing(self) -> None:
        """It might be somebody else's."""
        web = signed_in()
        before = web.state()
        for what in ("bans/add", "allowed/add", "account/make", "sessions/end", "tokens/revoke"):
            form = b"address=192.0.2.1&id=s9&username=bob&password=long+enough&role=dj"
            assert web.post(f"/admin/access/{what}", form, HEAD).status == 403
        assert web.state() == before
        assert len(web.bench.sessions) == 1


class TestAudit:
    """Who did what, in words."""

    def test_what_is_looked_for(self) -> None:
        """Goes to the store as it was typed; a strange number is none."""
        web = signed_in()
        see(web, "audit?username=anna&action=bans.change&mount=/live&text=x&before=7")
        asked = web.bench.audit.asked[-1]
        assert asked["user"] == "anna"
        assert (asked["action"], asked["mount"], asked["text"]) == ("bans.change", "/live", "x")
        assert (asked["before"], asked["limit"]) == (7, 50)
        see(web, "audit?before=x")
        assert web.bench.audit.asked[-1]["before"] is None

    def test_a_change_in_words(self) -> None:
        """What it was and what it is; what is secret stays so."""
        row = audit_row(
            Entry(
                id=1,
                at="2026-11-20T06:33:26+00:00",
                username="",
                via="file",
                ip="",
                action="listeners.kick",
                subject="7",
                mount="/live",
                before={"users.a.password": "***", "burst_size": 1, "hidden": True, "list": []},
                after={"users.a.password": "***", "burst_size": None, "list": ["a", "b"]},
            )
        )
        assert (row.who, row.deed, row.subject) == ("the file", "kicked", "listener 7")
        assert [(one.key, one.before, one.after) for one in row.differences] == [
            ("users.a.password", "", "a secret that is not shown"),
            ("burst_size", "1", ""),
            ("hidden", "yes", ""),
            ("list", "", "a, b"),
        ]

    def test_each_action_that_changes_something_has_words(self) -> None:
        """An action that nobody thought of is shown by its name."""
        entry = Entry(
            id=1,
            at="2026-11-20T06:33:26+00:00",
            username="a",
            via="",
            ip="",
            action="new.thing",
            subject="",
            mount="",
            before={},
            after={"x": {"deep": "y" * 400}},
        )
        row = audit_row(entry)
        assert row.deed == "new.thing"
        assert row.differences[0].after.endswith("…")
