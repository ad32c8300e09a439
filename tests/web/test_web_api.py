"""What the operations of the API do, and what they say when they do not."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from web_support import DJ, Web, mount

from tinyice.config.faults import NotSaved
from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.countries import LOCAL, Country
from tinyice.core.errors import LockedOut, Overloaded

HEAD = Principal("head", Role.ADMIN, Via.TOKEN, frozenset({"/live"}))
AS_DJ = b"Authorization: Bearer ti_dj\r\n"
AS_HEAD = b"Authorization: Bearer ti_head\r\n"


@pytest.fixture
def web() -> Web:
    """Two mounts on air; tokens for a dj and an admin of the first."""
    made = Web(mount(), mount("/other"))
    made.gatekeeper.tokens["ti_dj"] = replace(DJ, via=Via.TOKEN)
    made.gatekeeper.tokens["ti_head"] = HEAD
    return made


def pages(web: Web, path: str, limit: int) -> Iterator[dict[str, object]]:
    """All items of a list, page by page."""
    after: object = None
    while True:
        tail = "" if after is None else f"&after={after}"
        page = web.send("GET", f"{path}?limit={limit}{tail}").json()
        yield from page["items"]
        after = page["next"]
        if after is None:
            return


class TestRefusals:
    """One shape, a stable code, the field at fault."""

    @pytest.mark.parametrize(
        ("method", "target", "body", "told"),
        [
            ("GET", "/api/streams?limit=0", None, (400, "invalid", "limit")),
            ("GET", "/api/streams?limit=many", None, (400, "invalid", "limit")),
            ("GET", "/api/streams?colour=red", None, (400, "unknown-parameter", "colour")),
            ("DELETE", "/api/users", None, (400, "invalid", "")),
            ("POST", "/api/users", {"username": "x"}, (400, "invalid", "")),
            ("POST", "/api/users", {"username": 5, "password": "x"}, (400, "invalid", "username")),
            (
                "PATCH",
                "/api/settings",
                {"max_listeners": "many"},
                (400, "invalid", "max_listeners"),
            ),
            (
                "PATCH",
                "/api/settings",
                {"max_listners": 5},
                (400, "unknown-field", "max_listners"),
            ),
            (
                "POST",
                "/api/streams",
                {"mount": "/new", "colour": "red"},
                (400, "unknown-field", "colour"),
            ),
            ("PATCH", "/api/settings", {"burst_size": -1}, (400, "invalid", "burst_size")),
            ("PATCH", "/api/settings", {"base_url": "nowhere"}, (422, "invalid", "base_url")),
            ("POST", "/api/streams", {"mount": "/admin/x"}, (422, "invalid", "mount")),
            ("POST", "/api/streams", {"mount": "/live"}, (409, "exists", "mount")),
            ("PATCH", "/api/streams?mount=/none", {"genre": "x"}, (404, "not-found", "mount")),
            ("DELETE", "/api/streams/source?mount=/none", None, (404, "mount-unknown", "")),
            ("DELETE", "/api/listeners?mount=/live&id=99", None, (404, "listener-unknown", "")),
            ("DELETE", "/api/tokens?id=none", None, (404, "not-found", "id")),
            ("DELETE", "/api/security/bans?address=192.0.2.1", None, (404, "not-found", "address")),
            ("POST", "/api/security/bans", {"address": "nobody"}, (422, "invalid", "address")),
            (
                "POST",
                "/api/security/bans",
                {"address": "192.0.2.1", "until": "soon"},
                (422, "invalid", "until"),
            ),
            ("POST", "/api/security/bans", {"address": "203.0.113.0/24"}, (409, "conflict", "")),
            ("DELETE", "/api/users?username=admin", None, (409, "built-in", "")),
            ("PATCH", "/api/users?username=admin", {"role": "dj"}, (409, "built-in", "")),
            (
                "POST",
                "/api/users",
                {"username": "anna", "password": "x"},
                (409, "exists", "username"),
            ),
            ("GET", "/api/nothing", None, (404, "not-found", "")),
            ("PUT", "/api/streams", {}, (405, "method-not-allowed", "")),
        ],
    )
    def test_the_request_is_at_fault(
        self, web: Web, method: str, target: str, body: object, told: tuple[int, str, str]
    ) -> None:
        """It is told what, and nothing is changed."""
        before = web.state()
        reply = web.send(method, target, body)
        problem = reply.json()
        assert (reply.status, problem["code"], problem.get("field", "")) == told, problem
        assert str(problem["error"]).strip()
        assert reply.head["content-type"].startswith("application/json")
        assert web.state() == before

    @pytest.mark.parametrize("raw", [b"{", b"[]", b'"x"', b"\xff", b"[" * 5000, b"null", b"nan"])
    def test_what_is_no_object_is_refused(self, web: Web, raw: bytes) -> None:
        """Whatever it is, it is no failure of ours."""
        assert web.send("POST", "/api/streams", raw=raw).status == 400

    def test_a_body_must_say_that_it_is_json(self, web: Web) -> None:
        """A form of another site could send text without asking."""
        reply = web.post("/api/streams", b'{"mount": "/x"}', b"Authorization: Bearer ti_good\r\n")
        assert (reply.status, reply.json()["code"]) == (415, "not-json")

    @pytest.mark.parametrize(
        ("fault", "status", "code"),
        [
            (NotSaved("the disk is full"), 507, "not-saved"),
            (Overloaded(3), 503, "overloaded"),
        ],
    )
    def test_what_could_not_be_saved(
        self, web: Web, fault: Exception, status: int, code: str
    ) -> None:
        """The server says so, and when to try again."""
        web.bench.changes.fault = fault
        reply = web.send("POST", "/api/streams", {"mount": "/new"})
        assert (reply.status, reply.json()["code"]) == (status, code)
        assert ("retry-after" in reply.head) == (status == 503)

    def test_nobody_is_asked_for_a_token(self, web: Web) -> None:
        """Programs read WWW-Authenticate."""
        reply = web.ask("/api/streams")
        assert (reply.status, reply.json()["code"]) == (401, "unauthenticated")
        assert reply.head["www-authenticate"].startswith("Bearer")

    def test_a_locked_out_address_is_told_for_how_long(self, web: Web) -> None:
        """In seconds."""
        web.gatekeeper.fault = LockedOut(77)
        reply = web.ask("/api/streams", b"Authorization: Basic eDp5\r\n")
        assert (reply.status, reply.head["retry-after"]) == (429, "77")

    def test_too_many_requests(self, web: Web) -> None:
        """Each token and each address has so many a minute; the open ones count, too."""
        web.bench.changes.document["api_rate"] = 6
        assert web.send("GET", "/api/me").status == 200
        reply = web.send("GET", "/api/me")
        assert (reply.status, reply.json()["code"]) == (429, "too-often")
        assert int(reply.head["retry-after"]) >= 1
        web.clock.advance(60)
        assert web.send("GET", "/api/me").status == 200


class TestChanges:
    """Partial updates change what they name, and nothing else."""

    def test_a_mount_is_made_with_what_was_given(self, web: Web) -> None:
        """Its password is kept as a hash."""
        made = {"mount": "/jazz", "password": "blue note", "genre": "Jazz", "visible": False}
        assert web.send("POST", "/api/streams", made).status == 201
        document = web.bench.changes.document
        assert document["mounts"]["/jazz"].startswith("$2b$")
        assert document["advanced_mounts"]["/jazz"] == {"genre": "Jazz"}
        assert document["hidden_mounts"] == {"/jazz": True}

    def test_only_what_is_named_is_different(self, web: Web) -> None:
        """What is null goes back to the default; what is left out stays."""
        target = "/api/streams?mount=/live"
        web.send("PATCH", target, {"genre": "Jazz", "max_listeners": 5})
        web.send("PATCH", target, {"genre": None})
        assert web.bench.changes.document["advanced_mounts"]["/live"] == {"max_listeners": 5}
        assert web.bench.changes.document["mounts"]["/live"] == ""

    @pytest.mark.parametrize(
        "said", [{"enabled": False}, {"visible": True}, {"fallback": "/other"}]
    )
    def test_setting_twice_is_setting_once(self, web: Web, said: dict[str, object]) -> None:
        """There are no toggles."""
        assert web.send("PATCH", "/api/streams?mount=/live", said).status == 200
        once = str(web.bench.changes.document)
        assert web.send("PATCH", "/api/streams?mount=/live", said).status == 200
        assert str(web.bench.changes.document) == once

    @pytest.mark.parametrize(
        ("name", "field"),
        [
            ("/etc/passwd", "intro_file"),
            ("/srv/ident.mp3", "intro_file"),
            ("../ident.mp3", "intro_file"),
            ("a//b.mp3", "dump_file"),
            ("tinyice.json", "dump_file"),
            ("..\\x.mp3", "dump_file"),
        ],
    )
    def test_files_are_of_audio_and_in_the_data_folder(
        self, web: Web, name: str, field: str
    ) -> None:
        """A login must not open every file of the machine to the listeners."""
        for method, target, more in (
            ("PATCH", "/api/streams?mount=/live", {}),
            ("POST", "/api/streams", {"mount": "/new"}),
        ):
            reply = web.send(method, target, {field: name, **more})
            assert (reply.status, reply.json()["field"]) == (422, field)
        assert web.bench.changes.made == []

    def test_files_are_a_superadmins(self, web: Web) -> None:
        """An admin changes all else of their mounts; who reads them sees the names."""
        target = "/api/streams?mount=/live"
        said = {"intro_file": "intros/ident.mp3"}
        assert web.send("PATCH", target, said, AS_HEAD).status == 403
        assert web.send("PATCH", target, {"genre": "x"}, AS_HEAD).status == 200
        assert web.send("PATCH", target, said).status == 200
        held = web.send("GET", "/api/streams/settings?mount=/live").json()
        assert (held["intro_file"], held["dump_file"]) == ("intros/ident.mp3", "")
        assert web.send("PATCH", target, {"intro_file": None}).status == 200
        assert web.bench.changes.document["advanced_mounts"]["/live"] == {"genre": "x"}

    def test_a_new_password_ends_sessions(self, web: Web) -> None:
        """Whoever had the old one is out."""
        web.send("PATCH", "/api/users?username=anna", {"role": "admin"})
        assert web.bench.ended == []
        web.send("PATCH", "/api/users?username=anna", {"password": "new"})
        assert web.bench.ended == ["anna"]

    def test_mounts_of_an_account_keep_their_passwords(self, web: Web) -> None:
        """What is null means the one that there is."""
        users = web.bench.changes.document["users"]
        before = users["anna"]["mounts"]["/live"]
        web.send("PATCH", "/api/users?username=anna", {"mounts": {"/live": None, "/new": "x"}})
        after = web.bench.changes.document["users"]["anna"]["mounts"]
        assert after["/live"] == before
        assert after["/new"].startswith("$2b$")

    def test_the_last_superadmin_stays(self, web: Web) -> None:
        """Otherwise nobody could ever make another one."""
        document = web.bench.changes.document
        document["admin_password"] = ""
        document["users"]["anna"]["role"] = "superadmin"
        for method, body in (("DELETE", None), ("PATCH", {"role": "dj"})):
            reply = web.send(method, "/api/users?username=anna", body)
            assert (reply.status, reply.json()["code"]) == (409, "conflict")
        assert web.bench.changes.document["users"]["anna"]["role"] == "superadmin"

    def test_a_ban_ends_when_it_was_said(self, web: Web) -> None:
        """At a time, or after some seconds."""
        web.send("POST", "/api/security/bans", {"address": "192.0.2.1", "seconds": 60})
        (ban,) = web.send("GET", "/api/security/bans").json()["items"]
        assert ban == {"address": "192.0.2.1", "until": "2026-11-20T12:01:00+00:00", "reason": ""}
        assert web.send("DELETE", "/api/security/bans?address=192.0.2.1").status == 200
        assert web.send("GET", "/api/security/bans").json()["items"] == []

    def test_a_token_makes_no_tokens(self, web: Web) -> None:
        """A stolen one must not outlive its being revoked."""
        reply = web.send("POST", "/api/tokens", {"name": "again"})
        assert (reply.status, reply.json()["code"]) == (403, "not-permitted")

    def test_a_session_makes_tokens(self, web: Web) -> None:
        """With its own token against foreign forms."""
        opened = web.open_session()
        head = (
            b"Authorization: \r\nCookie: sid="
            + opened.cookie.encode()
            + b"\r\nX-CSRF-Token: "
            + opened.session.csrf.encode()
            + b"\r\n"
        )
        made = web.send("POST", "/api/tokens", {"name": "deploy"}, head).json()
        assert made["token"].startswith("ti_")
        assert made["token"] not in str(web.bench.changes.document)
        (seen,) = web.send("GET", "/api/tokens").json()["items"]
        assert (seen["id"], seen["name"], seen["username"]) == (made["id"], "deploy", "admin")
        assert web.send("DELETE", f"/api/tokens?id={made['id']}").status == 200
        assert web.send("GET", "/api/tokens").json()["items"] == []

    def test_settings_are_those_of_the_configuration(self, web: Web) -> None:
        """Each with its default and its meaning, and none of them a secret."""
        items = {item["key"]: item for item in web.send("GET", "/api/settings").json()["items"]}
        assert items["lockout_failures"]["value"] == 5
        assert all(item["meaning"] for item in items.values())
        assert not [key for key in items if "password" in key or key.endswith("file")]
        reply = web.send("PATCH", "/api/settings", {"trusted_proxies": ["10.0.0.0/8"]})
        assert reply.status == 200
        assert web.bench.changes.config.trusted_proxies == ("10.0.0.0/8",)

    def test_each_change_names_its_action(self, web: Web) -> None:
        """The audit says what was meant, not how."""
        web.send("POST", "/api/streams", {"mount": "/a"})
        web.send("PATCH", "/api/streams?mount=/live", {"genre": "x"})
        web.send("DELETE", "/api/streams?mount=/live")
        assert [made[0] for made in web.bench.changes.made] == [
            Action.MAKE_MOUNT,
            Action.CHANGE_MOUNT,
            Action.REMOVE_MOUNT,
        ]


class TestListsAndListeners:
    """Lists are paged, and show what is one's own."""

    @pytest.mark.parametrize("limit", [1, 2, 3, 100])
    def test_pages_make_the_whole(self, web: Web, limit: int) -> None:
        """Each item once, in order, whatever the size of a page is."""
        assert [one["id"] for one in pages(web, "/api/listeners", limit)] == list(range(1, 8))
        assert [one["mount"] for one in pages(web, "/api/streams", limit)] == ["/live", "/other"]
        assert [one["username"] for one in pages(web, "/api/users", limit)] == ["admin", "anna"]

    def test_countries(self, web: Web) -> None:
        """Null where there is no database, and where it does not know."""
        known = {"192.0.2.1": Country("NO", "Norway"), "192.0.2.2": LOCAL}
        assert {one["country"] for one in pages(web, "/api/listeners", 3)} == {None}
        web.bench.countries.known = known
        told = [(one["country"], one["country_name"]) for one in pages(web, "/api/listeners", 3)]
        assert told[:3] == [("NO", "Norway"), ("local", "Local"), (None, None)]

    def test_a_dj_sees_their_own(self, web: Web) -> None:
        """Mounts and listeners of others are not there, and can't be asked for."""
        (own,) = web.send("GET", "/api/streams", head=AS_DJ).json()["items"]
        assert own["mount"] == "/live"
        assert web.send("GET", "/api/listeners?mount=/live", head=AS_DJ).status == 200
        assert web.send("GET", "/api/listeners?mount=/other", head=AS_DJ).status == 403

    def test_moving_needs_both_mounts(self, web: Web) -> None:
        """Nobody sends listeners to somebody else's mount."""
        move = {"to": "/other"}
        assert web.send("POST", "/api/listeners/move?mount=/live", move, AS_DJ).status == 403
        reply = web.send("POST", "/api/listeners/move?mount=/live", {"to": "/other", "ids": [2.0]})
        assert (reply.status, reply.json()["listeners"]) == (200, 1)
        assert web.bench.station.done == [("move", "/live", "/other", (2,))]

    def test_kicks_are_told(self, web: Web) -> None:
        """A change that is none of the configuration is in the audit as well."""
        web.send("DELETE", "/api/listeners?mount=/live&id=3")
        web.send("DELETE", "/api/streams/source?mount=/live")
        assert [(one.action, one.subject) for one in web.bench.events] == [
            ("listeners.kick", "3"),
            ("source.kick", "source"),
        ]

    def test_an_admin_reads_the_audit_of_their_mounts(self, web: Web) -> None:
        """A superadmin reads all of it."""
        web.send("GET", "/api/security/audit?action=bans.change&limit=5", head=AS_HEAD)
        web.send("GET", "/api/security/audit")
        first, second = web.bench.audit.asked
        assert (first["mounts"], first["action"], first["limit"]) == ({"/live"}, "bans.change", 5)
        assert second["mounts"] is None

    def test_a_lockout_can_be_cleared(self, web: Web) -> None:
        """Somebody who is not an attacker has forgotten a password."""
        (found,) = web.send("GET", "/api/security/lockouts").json()["items"]
        assert (found["address"], found["kind"], found["failures"]) == ("203.0.113.77", "login", 5)
        target = "/api/security/lockouts?address=203.0.113.77"
        assert web.send("DELETE", target).status == 200
        assert web.send("DELETE", target).status == 404


def test_the_description_is_served(web: Web) -> None:
    """For programs and for people; nobody needs to log in for it."""
    document = web.ask("/api/openapi.json")
    assert document.json()["openapi"] == "3.1.0"
    assert document.head["access-control-allow-origin"] == "*"
    page = web.ask("/api/docs")
    assert page.status == 200
    assert "/api/security/bans" in page.text
    assert "http://" not in page.text.replace("http://www.w3.org", "")
