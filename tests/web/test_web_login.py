"""Signing in and out, and where one is sent afterwards."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_support import BOSS, Web, mount

from tinyice.core.errors import LockedOut, Overloaded
from tinyice.web.local import local_path, login_url

RIGHT = b"name=dj&password=spin"


class TestSigningIn:
    """POST /login: a session for who knows the password."""

    def test_a_session_begins(self) -> None:
        """Its cookie is for this site, unseen by scripts, and ends with the session."""
        web = Web(session_seconds=3600)
        reply = web.post("/login", RIGHT)
        assert (reply.status, reply.head["location"]) == (303, "/admin/account")
        assert reply.head["set-cookie"] == (
            "sid=cookie1; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax"
        )
        assert reply.head["cache-control"] == "no-cache, no-store"
        assert web.ask("/admin/account", b"Cookie: sid=cookie1\r\n").status == 200

    def test_over_tls_the_cookie_stays_there(self) -> None:
        """No plain connection ever carries it, and no neighbour sets it."""
        web = Web()
        web.client = replace(web.client, secure=True)
        reply = web.post("/login", RIGHT)
        assert reply.head["set-cookie"].startswith("__Host-sid=cookie1; Path=/; Max-Age=")
        assert reply.head["set-cookie"].endswith("; HttpOnly; SameSite=Lax; Secure")

    def test_the_session_before_ends(self) -> None:
        """Nobody goes on with a cookie that was there before the login."""
        web = Web()
        before = web.open_session()
        web.post("/login", RIGHT, b"Cookie: sid=cookie1\r\n")
        assert list(web.gatekeeper.sessions) == ["cookie2"]
        assert web.gatekeeper.by_session(before.cookie) is None

    @pytest.mark.parametrize(
        "form", [b"name=dj&password=no", b"name=%3Cb%3E&password=x", b"name=&password=", b""]
    )
    def test_a_wrong_password(self, form: bytes) -> None:
        """The form comes again, with the name as it was and no password."""
        web = Web()
        reply = web.post("/login", form + b"&next=/admin/")
        assert reply.status == 403
        assert "set-cookie" not in reply.head
        assert "do not fit together" in reply.text
        assert "<b>" not in reply.text
        assert 'name="next" value="/admin/"' in reply.text
        assert web.gatekeeper.sessions == {}
        assert web.gatekeeper.refusals == 1

    @pytest.mark.parametrize(("fault", "status"), [(LockedOut(600), 429), (Overloaded(600), 503)])
    def test_not_now(self, fault: Exception, status: int) -> None:
        """Who is locked out, or came at a bad time, learns when to come back."""
        web = Web()
        web.gatekeeper.fault = fault
        reply = web.post("/login", RIGHT)
        assert (reply.status, reply.head["retry-after"]) == (status, "600")
        assert "<form" in reply.text

    def test_the_warning_of_a_plain_connection(self) -> None:
        """Only where others are on the way."""
        web = Web()
        assert "not encrypted" in web.ask("/login").text
        web.client = replace(web.client, secure=True)
        assert "not encrypted" not in web.ask("/login").text
        web.client = replace(web.client, secure=False, address="127.0.0.1")
        assert "not encrypted" not in web.ask("/login").text

    def test_the_page_works_under_its_own_policy(self) -> None:
        """No script but files of ours, no inline style, in no frame."""
        reply = Web().ask("/login")
        assert (
            "form-action 'self'; frame-ancestors 'none'" in (reply.head["content-security-policy"])
        )
        scripts = re.findall(r"<script[^>]*>", reply.text)
        assert [tag for tag in scripts if ' src="/static/' not in tag] == []
        assert "style=" not in reply.text

    def test_who_has_a_session_is_led_on(self) -> None:
        """The form is for the others."""
        web = Web()
        web.open_session()
        reply = web.ask("/login?next=/admin/", b"Cookie: sid=cookie1\r\n")
        assert (reply.status, reply.head["location"]) == (303, "/admin/")


class TestSigningOut:
    """POST /logout: the session is over, on the server too."""

    def test_with_the_token(self) -> None:
        """The cookie is taken back and would open nothing."""
        web = Web()
        web.open_session()
        reply = web.post("/logout", b"csrf=csrf1", b"Cookie: sid=cookie1\r\n")
        assert (reply.status, reply.head["location"]) == (303, "/login")
        assert reply.head["set-cookie"].startswith("sid=; Path=/; Max-Age=0; ")
        assert web.gatekeeper.sessions == {}

    def test_without_a_session(self) -> None:
        """There is nothing to end."""
        assert Web().post("/logout", b"").head["location"] == "/login"

    def test_a_link_does_not_sign_out(self) -> None:
        """Only a form does."""
        web = Web()
        web.open_session()
        assert web.ask("/logout?csrf=csrf1", b"Cookie: sid=cookie1\r\n").status == 405
        assert len(web.gatekeeper.sessions) == 1


class TestWhereTo:
    """Nobody is sent off to another site."""

    @pytest.mark.parametrize(
        "path", ["/", "/admin/", "/admin/stats?mount=/live&x=%2F", "/a//b", "/.//evil.example"]
    )
    def test_our_own(self, path: str) -> None:
        """Any path of ours, with its query."""
        assert local_path(path, "") == path

    @pytest.mark.parametrize(
        "path",
        [
            "",
            "admin",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/a\\b",
            "/\t/evil.example",
            "/\n/evil.example",
            "\x00/",
            "/a b",
            "/é",
            "/a\r\nSet-Cookie: sid=x",
            "http://evil.example/",
            "javascript:alert(1)",
            "/" + "a" * 3000,
        ],
    )
    def test_another(self, path: str) -> None:
        """However it is dressed up."""
        assert local_path(path, "") == ""
        reply = Web().post("/login", RIGHT + b"&next=" + _escaped(path))
        assert reply.head["location"] == "/admin/account"

    @given(st.text())
    def test_any_text(self, text: str) -> None:
        """What is let through is one header value, and begins with one slash."""
        path = local_path(text, "")
        assert path == "" or (path == text and path[:2] != "//" and path.isprintable())
        assert "\\" not in path

    def test_a_page_leads_back_to_itself(self) -> None:
        """After the login one is where one wanted to be."""
        reply = Web().ask("/admin/account?done=token")
        assert reply.status == 303
        assert reply.head["location"] == "/login?next=/admin/account%3Fdone%3Dtoken"
        form = Web().ask(reply.head["location"]).text
        assert 'name="next" value="/admin/account?done=token"' in form

    def test_a_form_leads_nowhere_in_particular(self) -> None:
        """What was posted can't be asked for afterwards."""
        assert Web().post("/admin/account/password", b"").head["location"] == "/login"
        assert login_url("//evil.example") == "/login"


def test_pages_of_the_administrator_open_to_a_session() -> None:
    """A browser that signed in sees Icecast's pages without a second login."""
    web = Web(mount())
    web.open_session(BOSS)
    assert web.ask("/admin/", b"Cookie: sid=cookie1\r\n").status == 200


def _escaped(text: str) -> bytes:
    return "".join(f"%{byte:02x}" for byte in text.encode()).encode()
