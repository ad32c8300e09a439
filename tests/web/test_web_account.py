"""One's own account: what is shown, and what one may change."""

import pytest
from web_support import BOSS, DJ, Reply, Web

from tinyice.core.errors import LockedOut
from tinyice.web.errors import CommandRefused

HEAD = b"Cookie: sid=cookie1\r\n"
PASSWORDS = b"current=spin&new=brand+new+one&again=brand+new+one"


def signed_in() -> Web:
    """A site with a session of the DJ."""
    web = Web()
    web.open_session(DJ)
    return web


def do(web: Web, what: str, form: bytes) -> Reply:
    """A form of the account page, sent back."""
    return web.post(f"/admin/account/{what}", form + b"&csrf=csrf1", HEAD)


class TestPage:
    """GET /admin/account."""

    def test_it_says_who_one_is(self) -> None:
        """With role, mounts, sessions and tokens, all of it escaped."""
        text = signed_in().ask("/admin/account", HEAD).text
        for told in ("dj", "/live", "203.0.113.9", "2001:db8::7", "this one", "csrf1"):
            assert told in text
        assert "&lt;b&gt;Browser/2" in text
        assert "&lt;i&gt;deploy" in text

    def test_no_secret_is_in_it(self) -> None:
        """Neither the cookie nor what a token is known by."""
        text = signed_in().ask("/admin/account", HEAD).text
        assert "cookie1" not in text
        assert "digest" not in text

    def test_every_form_carries_the_token(self) -> None:
        """Else it could not be sent back."""
        text = signed_in().ask("/admin/account", HEAD).text
        assert text.count("<form") == text.count('name="csrf" value="csrf1"') == 7

    @pytest.mark.parametrize("done", ["password", "session", "token"])
    def test_what_was_done_is_told(self, done: str) -> None:
        """Only what the server knows, whatever the address says."""
        web = signed_in()
        assert 'role="status"' in web.ask(f"/admin/account?done={done}", HEAD).text
        assert 'role="status"' not in web.ask(f"/admin/account?done={done}x", HEAD).text

    def test_a_source_has_no_account(self) -> None:
        """A mount's password is nobody's login."""
        head = b"Authorization: Basic c291cmNlOmxpdmU=\r\n"
        assert Web().ask("/admin/account", head).head["location"].startswith("/login")


class TestPassword:
    """POST /admin/account/password."""

    def test_a_new_one(self) -> None:
        """It is set, and the other sessions end."""
        web = signed_in()
        reply = do(web, "password", PASSWORDS)
        assert (reply.status, reply.head["location"]) == (303, "/admin/account?done=password")
        assert web.account.changes == [("password", "brand new one", "dj", "s1")]

    @pytest.mark.parametrize(
        ("form", "status", "sentence"),
        [
            (PASSWORDS.replace(b"spin", b"no"), 403, "not your current"),
            (b"current=hackme&new=12345678&again=12345678", 403, "not your current"),
            (b"current=spin&new=1234567&again=1234567", 400, "at least 8"),
            (b"current=spin&new=12345678&again=12345679", 400, "differ"),
            (b"", 400, "at least 8"),
        ],
    )
    def test_refused(self, form: bytes, status: int, sentence: str) -> None:
        """Who does not know the present one, or can't write the new one twice."""
        web = signed_in()
        reply = do(web, "password", form)
        assert reply.status == status
        assert sentence in reply.text
        assert web.account.changes == []

    def test_guessing_it_counts(self) -> None:
        """A session left open is no way around the lockout."""
        web = signed_in()
        do(web, "password", PASSWORDS.replace(b"spin", b"no"))
        assert web.gatekeeper.refusals == 1
        web.gatekeeper.fault = LockedOut(60)
        assert do(web, "password", PASSWORDS).status == 429
        assert web.account.changes == []

    def test_what_can_not_be_saved(self) -> None:
        """Is said on the page."""
        web = signed_in()
        web.account.fault = CommandRefused("the disk is full")
        reply = do(web, "password", PASSWORDS)
        assert reply.status == 400
        assert "the disk is full" in reply.text

    def test_a_token_can_not_change_it(self) -> None:
        """Who stole a token must not take over the account."""
        web = Web()
        head = b"Authorization: Bearer ti_good\r\n"
        assert web.post("/admin/account/password", PASSWORDS, head).status == 403
        assert web.post("/admin/account/make-token", b"name=x&days=0", head).status == 403
        assert web.account.changes == []


class TestSessions:
    """POST /admin/account/end-session."""

    def test_another(self) -> None:
        """It ends; one stays where one is."""
        web = signed_in()
        assert do(web, "end-session", b"id=s9").head["location"] == "/admin/account?done=session"
        assert web.account.changes == [("end", "s9", "dj")]

    def test_this_one(self) -> None:
        """One is signed out."""
        reply = do(signed_in(), "end-session", b"id=s1")
        assert reply.head["location"] == "/login"
        assert "Max-Age=0" in reply.head["set-cookie"]

    def test_somebody_elses(self) -> None:
        """Is not there for the asking."""
        web = signed_in()
        web.open_session(BOSS)
        assert do(web, "end-session", b"id=s2").status == 400
        assert web.account.changes == []


class TestTokens:
    """POST /admin/account/make-token and /revoke-token."""

    def test_a_new_one_is_shown_once(self) -> None:
        """On the page that answers, which nobody keeps."""
        web = signed_in()
        reply = do(web, "make-token", b"name=+Deploy+&days=90")
        assert reply.status == 200
        assert "ti_new" in reply.text
        assert "no-store" in reply.head["cache-control"]
        assert web.account.changes == [("make", "Deploy", 90, "dj")]

    @pytest.mark.parametrize(
        "form",
        [b"name=&days=30", b"name=" + b"x" * 101 + b"&days=30", b"name=x&days=31", b"name=x"],
    )
    def test_refused(self, form: bytes) -> None:
        """Without a name, or for a time that is not offered."""
        web = signed_in()
        assert do(web, "make-token", form).status == 400
        assert web.account.changes == []

    def test_what_can_not_be_saved(self) -> None:
        """No secret is shown for a token that there is not."""
        web = signed_in()
        web.account.fault = CommandRefused("the disk is full")
        reply = do(web, "make-token", b"name=x&days=0")
        assert reply.status == 400
        assert "ti_new" not in reply.text

    def test_revoking(self) -> None:
        """One's own."""
        web = signed_in()
        assert do(web, "revoke-token", b"id=s9").head["location"] == "/admin/account?done=token"
        assert do(web, "revoke-token", b"id=other").status == 400
        assert web.account.changes == [("revoke", "s9", "dj")]
