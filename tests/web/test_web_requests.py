"""What holds for every request, whoever answers it."""

import pytest
from web_support import ADMIN, Web, exchange, mount, parse

from tinyice.core.errors import Overloaded

PAGES = (
    "/",
    "/status-json.xsl",
    "/status.xsl",
    "/server_version.xsl",
    "/7.html",
    "/stats?sid=1",
    "/api/status",
    "/api/stats",
    "/live.m3u",
    "/static/public.css",
    "/accent.css",
    "/admin/stats",
    "/admin/",
    "/nothing",
    "/admin/!POKE",
)


@pytest.mark.parametrize("target", PAGES)
def test_every_answer_has_its_length(target: str) -> None:
    """An encoder keeps the connection alive and then needs the exact length."""
    reply = Web(mount()).ask(target, ADMIN)
    assert int(reply.head["content-length"]) == len(reply.body)
    assert "transfer-encoding" not in reply.head
    assert reply.head["server"] == "Icecast 2.4.4 (tinyice)"


@pytest.mark.parametrize("target", PAGES)
def test_head_answers_like_get_without_a_body(target: str) -> None:
    """HEAD gives the same head."""
    web = Web(mount())
    whole, head = web.ask(target, ADMIN), web.ask(target, ADMIN, method=b"HEAD")
    assert head.body == b""
    assert (head.status, head.head) == (whole.status, {**whole.head, "date": head.head["date"]})


@pytest.mark.parametrize("target", ["/", "/status-json.xsl", "/live.m3u", "/api/status"])
def test_a_wrong_method_is_told_the_right_ones(target: str) -> None:
    """405 names what is allowed."""
    reply = Web(mount()).ask(target, method=b"DELETE")
    assert (reply.status, reply.head["allow"]) == (405, "GET, HEAD")


def test_an_unknown_path_is_answered_in_icecasts_words() -> None:
    """Scripts look for Icecast's reason and sentence."""
    reply = Web().ask("/nothing/here")
    assert (reply.status, reply.reason) == (404, "File Not Found")
    assert "<b>404 - The file you requested could not be found</b>" in reply.text


def test_a_browser_gets_a_page_about_it() -> None:
    """It has a language and our look; nobody keeps it for a player."""
    reply = Web().ask("/nothing/here", b"Accept: text/html,*/*;q=0.8\r\n")
    assert (reply.status, reply.reason) == (404, "File Not Found")
    assert '<html lang="en">' in reply.text
    assert "<h1>The file you requested could not be found</h1>" in reply.text
    assert "Accept" in reply.head["vary"]


@pytest.mark.parametrize(
    "target",
    [b"//evil.example/%2e", b"//evil.example", b"/admin//stats", b"///", b"/static//x", b"/api/"],
)
def test_no_request_is_redirected(target: bytes) -> None:
    """Doubled and missing slashes lead nowhere, least of all to another host."""
    reply = Web(mount()).ask(target, b"Host: evil.example\r\n")
    assert reply.status in (200, 400, 404)
    assert "location" not in reply.head


@pytest.mark.parametrize(
    "target", [b"/%zz", b"/a%00b", b"/../x", b"no-slash", b"/%ff%fe", b"/\xe9.m3u", b"/?%zz=1"]
)
def test_odd_targets_get_a_short_answer(target: bytes) -> None:
    """Malformed addresses are the peer's fault: no failure of ours, no traceback."""
    reply = Web(mount()).ask(target)
    assert reply.status in (200, 400, 404)
    assert b"Traceback" not in reply.body


def test_a_latin1_path_finds_its_mount() -> None:
    """Addresses in an old charset are read as one."""
    assert Web(mount("/é")).ask(b"/%E9.m3u").status == 200


@pytest.mark.parametrize("host", [b"\xff\xff", b"a..b", b"-", b"x" * 400, b"..", b"[::1", b"a:b"])
def test_a_hostile_host_breaks_nothing(host: bytes) -> None:
    """The Host header never reaches the router unread."""
    assert Web(mount()).ask("/", b"Host: " + host + b"\r\n").status == 200


def test_a_request_without_host_is_answered() -> None:
    """HTTP/1.0 clients send none."""
    raw = exchange(Web(mount()).resource, b"GET /live.m3u HTTP/1.0\r\n\r\n")
    assert parse(raw).text.strip() == "http://radio.example:8000/live"


def test_pipelined_requests_are_answered_in_order() -> None:
    """One connection, two answers."""
    ask = b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n"
    raw = exchange(Web(mount()).resource, ask % b"/robots.txt" + ask % b"/nothing")
    assert raw.index(b"200 OK") < raw.index(b"404 File Not Found")


def test_a_busy_server_says_when_to_come_back() -> None:
    """503 carries Retry-After."""
    web = Web(mount())
    web.gatekeeper.fault = Overloaded(7)
    reply = web.ask("/admin/stats?mount=/live", ADMIN)
    assert (reply.status, reply.head["retry-after"]) == (503, "7")


def test_our_own_fault_is_logged_and_not_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure inside is 500 without a word about the inside."""
    logged: list[object] = []
    monkeypatch.setattr("tinyice.web.errors._log.failure", lambda *a, **_: logged.append(a))
    web = Web(mount())
    web.gatekeeper.fault = ZeroDivisionError("secret")
    reply = web.ask("/admin/stats?mount=/live", ADMIN)
    assert reply.status == 500
    assert "secret" not in reply.text
    assert len(logged) == 1
