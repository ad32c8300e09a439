"""The guard: who somebody is taken for, and what happens to those who may not."""

from dataclasses import replace

import pytest
from twisted.web.test.requesthelper import DummyRequest
from web_support import ADMIN, DJ, SETTINGS, SOURCE, WRONG, Web, mount, vorbis

from tinyice.core.access.permissions import Action, require
from tinyice.core.access.principal import ANYBODY, Principal, Role, Via
from tinyice.core.errors import Challenge, LockedOut, NotPermitted, Overloaded
from tinyice.web.forgery import Provenance, provenance, shows_browser

BEARER = b"Authorization: Bearer ti_good\r\n"
DJ_BASIC = b"Authorization: Basic ZGo6c3Bpbg==\r\n"  # dj:spin
ONE_MOUNT = "/admin/stats?mount=/live"
UPDATE = "/admin/metadata?mount=/live&mode=updinfo&song=x"


def cookie(web: Web, who: Principal = DJ) -> bytes:
    """The line that belongs to a new session of ``who``."""
    return b"Cookie: sid=" + web.open_session(who).cookie.encode() + b"\r\n"


class TestWhoAsks:
    """One of three ways to say who one is counts, the clearest first."""

    @pytest.mark.parametrize("head", [ADMIN, SOURCE, BEARER, DJ_BASIC])
    def test_each_way_is_known(self, head: bytes) -> None:
        """Basic of an account or of a source, and a token."""
        assert Web(mount()).ask(ONE_MOUNT, head).status == 200

    def test_a_session(self) -> None:
        """The cookie that the login set."""
        web = Web(mount())
        assert web.ask(ONE_MOUNT, cookie(web)).status == 200

    def test_a_session_before_remembered_basic(self) -> None:
        """Who signs in as somebody else is that one, whatever the browser remembers."""
        web = Web(mount())
        assert web.ask("/admin/stats", ADMIN + cookie(web)).status == 403

    def test_a_session_that_is_over(self) -> None:
        """An old cookie says nothing: what else there is counts."""
        web = Web(mount())
        old = b"Cookie: sid=gone\r\n"
        assert web.ask(ONE_MOUNT, old).status == 401
        assert web.ask(ONE_MOUNT, old + ADMIN).status == 200
        assert web.gatekeeper.refusals == 0

    def test_a_wrong_token(self) -> None:
        """It counts as a failed login, and no cookie makes up for it."""
        web = Web(mount())
        head = b"Authorization: bearer ti_bad\r\n" + cookie(web)
        assert web.ask(ONE_MOUNT, head).status == 401
        assert web.gatekeeper.refusals == 1

    @pytest.mark.parametrize("given", [b"Bearer", b"Bearer ", b"Digest x", b"Basic !", b""])
    def test_nothing_that_is_known(self, given: bytes) -> None:
        """It is as if nobody had said who they are."""
        web = Web(mount())
        assert web.ask(ONE_MOUNT, b"Authorization: " + given + b"\r\n").status == 401
        assert web.gatekeeper.refusals == 0

    @pytest.mark.parametrize(("secure", "name"), [(True, b"sid"), (False, b"__Host-sid")])
    def test_each_kind_of_connection_has_its_cookie(self, secure: bool, name: bytes) -> None:
        """Over TLS only the cookie counts that no neighbour and no eavesdropper can have set."""
        web = Web(mount())
        web.client = replace(web.client, secure=secure)
        head = b"Cookie: " + name + b"=" + web.open_session().cookie.encode() + b"\r\n"
        assert web.ask("/admin/stats", head).status == 401


class TestWhoMayNot:
    """What those are answered who must stay outside."""

    def test_somebody_known(self) -> None:
        """403, with the name of what they wanted."""
        reply = Web(mount(), vorbis()).ask("/admin/stats?mount=/v.ogg", DJ_BASIC)
        assert reply.status == 403
        assert "mount.see on /v.ogg" in reply.text

    @pytest.mark.parametrize("target", [ONE_MOUNT, "/metrics", UPDATE])
    def test_somebody_locked_out(self, target: str) -> None:
        """429, and when to come back."""
        web = Web(mount())
        web.gatekeeper.fault = LockedOut(600)
        reply = web.ask(target, WRONG)
        assert (reply.status, reply.head["retry-after"]) == (429, "600")
        assert "www-authenticate" not in reply.head

    def test_nobody_can_be_asked(self) -> None:
        """503 while too many passwords wait to be checked."""
        web = Web(mount())
        web.gatekeeper.fault = Overloaded(3)
        reply = web.ask(ONE_MOUNT, ADMIN)
        assert (reply.status, reply.head["retry-after"]) == (503, "3")

    def test_a_wrong_password_from_a_strange_page_is_not_even_tried(self) -> None:
        """Nobody's page can lock its visitors out, or try passwords through them."""
        web = Web(mount())
        assert web.ask(UPDATE, WRONG + b"Origin: http://evil.example\r\n").status == 403
        assert web.gatekeeper.refusals == 0

    def test_the_refusal_says_what_to_do(self) -> None:
        """An operator with a bookmark for a title learns why it stopped working."""
        reply = Web(mount()).ask(UPDATE, ADMIN + b"Accept-Language: de\r\n")
        assert "/login" in reply.text
        assert "API token" in reply.text

    def test_what_is_open_asks_nobody(self) -> None:
        """No cookie and no password is looked at."""
        web = Web(mount())
        web.gatekeeper.fault = LockedOut(600)
        assert web.ask("/", WRONG).status == 200
        assert web.ask("/status-json.xsl", b"Authorization: Bearer ti_bad\r\n").status == 200
        assert web.gatekeeper.refusals == 0


class TestMounts:
    """The mount that is decided about is the one that is acted on."""

    def test_two_mounts_in_one_request(self) -> None:
        """One's own in the form, somebody else's in the query: neither is meant."""
        web = Web(mount(), mount("/b"))
        reply = web.post("/admin/metadata?mount=/b", b"mount=/live&mode=updinfo&song=x", DJ_BASIC)
        assert reply.status == 400
        assert web.station.updates == []

    def test_the_same_twice(self) -> None:
        """Is no contradiction."""
        web = Web(mount())
        form = b"mount=/live&mode=updinfo&song=x"
        assert web.post("/admin/metadata?mount=/live", form, DJ_BASIC).status == 200

    def test_an_empty_mount_is_nobodys(self) -> None:
        """Who owns some mounts owns no nameless one."""
        assert Web(mount()).ask("/admin/metadata?mode=updinfo&song=x", DJ_BASIC).status == 403

    def test_lists_show_what_is_ones_own(self) -> None:
        """To the superadmin everything."""
        web = Web(mount(), vorbis())
        assert "/v.ogg" not in web.ask("/admin/listmounts", DJ_BASIC).text
        assert "/v.ogg" in web.ask("/admin/listmounts", ADMIN).text


@pytest.mark.parametrize(
    ("who", "error"), [(ANYBODY, Challenge), (Principal("r", Role.RELAY, Via.RELAY), NotPermitted)]
)
def test_require(who: Principal, error: type[Exception]) -> None:
    """Who is known is refused; who is not is asked."""
    with pytest.raises(error):
        require(who, Action.FEED, "/live")


PROVENANCES: list[tuple[dict[str, str], bool, Provenance]] = [
    ({}, False, Provenance.UNTOLD),
    ({"Origin": "http://radio.example:8000"}, False, Provenance.OURS),
    ({"Origin": "HTTP://RADIO.example:8000"}, False, Provenance.OURS),
    ({"Origin": "http://radio.example"}, False, Provenance.FOREIGN),
    ({"Origin": "http://radio.example:8000.evil.example"}, False, Provenance.FOREIGN),
    ({"Origin": "http://radio.example:8000@evil.example"}, False, Provenance.FOREIGN),
    ({"Origin": "http://[evil"}, False, Provenance.FOREIGN),
    ({"Origin": "file://radio.example:8000"}, False, Provenance.FOREIGN),
    ({"Origin": "null"}, False, Provenance.FOREIGN),
    ({"Origin": ""}, False, Provenance.FOREIGN),
    ({"Origin": "https://radio.example:8000"}, True, Provenance.OURS),
    ({"Origin": "http://radio.example:8000"}, True, Provenance.FOREIGN),
    ({"Host": "radio.example", "Origin": "https://radio.example:443"}, True, Provenance.OURS),
    ({"Host": "radio.example:443", "Origin": "https://radio.example"}, True, Provenance.OURS),
    ({"Host": "radio.example:80", "Origin": "https://radio.example"}, True, Provenance.FOREIGN),
    ({"Host": "[::1]:80", "Origin": "http://[::1]"}, False, Provenance.OURS),
    ({"Referer": "http://radio.example:8000/admin/?a=b"}, False, Provenance.OURS),
    ({"Referer": "http://evil.example/radio.example:8000"}, False, Provenance.FOREIGN),
    (
        {"Origin": "http://evil.example", "Referer": "http://radio.example:8000/"},
        False,
        Provenance.FOREIGN,
    ),
    ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, False, Provenance.OURS),
    ({"Sec-Fetch-Site": "same-site"}, False, Provenance.FOREIGN),
    ({"Sec-Fetch-Site": "none"}, False, Provenance.UNTOLD),
    ({"Sec-Fetch-Site": "something new"}, False, Provenance.FOREIGN),
]


@pytest.mark.parametrize(("fields", "secure", "expected"), PROVENANCES)
def test_provenance(fields: dict[str, str], secure: bool, expected: Provenance) -> None:
    """What a browser says about a request's origin, and what it leaves open."""
    assert provenance(_request(fields), SETTINGS, secure=secure) is expected


def test_the_public_address_is_ours_too() -> None:
    """A proxy may ask us by a name of its own; the browser knows the public one."""
    settings = replace(SETTINGS, base_url="https://listen.example/radio")
    request = _request({"Host": "127.0.0.1:8000", "Origin": "https://listen.example"})
    assert provenance(request, settings, secure=False) is Provenance.OURS
    assert provenance(request, SETTINGS, secure=False) is Provenance.FOREIGN


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"User-Agent": "Mozilla/4.0 (compatible; StreamTranscoder)", "Accept": "*/*"}, False),
        ({"Accept-Encoding": "gzip", "Connection": "keep-alive"}, False),
        ({"Accept-Language": "de"}, True),
        ({"Cookie": "a=b"}, True),
        ({"Origin": "null"}, True),
        ({"Referer": "http://radio.example:8000/"}, True),
        ({"Sec-Fetch-Mode": "no-cors"}, True),
    ],
)
def test_the_marks_of_a_browser(fields: dict[str, str], expected: bool) -> None:
    """Encoders call themselves Mozilla, and accept anything, but send none of these."""
    assert shows_browser(_request(fields)) is expected


def _request(fields: dict[str, str]) -> DummyRequest:
    request = DummyRequest([b""])
    for name, value in {"Host": "radio.example:8000", **fields}.items():
        request.requestHeaders.setRawHeaders(name, [value])
    return request
