"""Signing in with a browser: from the form to the pages, and what a stranger's page can do."""

import re
from urllib.parse import urlencode

import pytest

from features.conftest import Serve
from features.sounding import WAIT_S, Encoder
from features.talk import ADMIN_LOGIN, ask, request
from programs.raw import Answer
from programs.station import PASSWORD, PASSWORD_HASH, Station

pytestmark = pytest.mark.timeout(240)

HOST_LINE = "Host: radio.example:8000"
OURS = "Origin: http://radio.example:8000"
THEIRS = "Origin: http://evil.example"
FORM = "Content-Type: application/x-www-form-urlencoded"
DJ = {"password": PASSWORD_HASH, "role": "dj", "mounts": {"/live": PASSWORD_HASH}}


@pytest.fixture(scope="module")
def station(serve: Serve) -> Station:
    return serve(users={"dj": DJ}, lockout_failures=0)


@pytest.fixture(scope="module")
def strict(serve: Serve) -> Station:
    return serve()


def post(station: Station, path: str, *lines: str, from_address: str = "", **values: str) -> Answer:
    """Send a form back."""
    body = urlencode(values).encode()
    words = request(path, HOST_LINE, FORM, *lines, method="POST", body=body)
    return ask(station.port, words, from_address=from_address)


def get(station: Station, path: str, *lines: str) -> Answer:
    """One page."""
    return ask(station.port, request(path, HOST_LINE, *lines))


def code(answer: Answer) -> int:
    """The status of an answer."""
    return int(answer.status.split()[1])


def sign_in(station: Station, user: str = "admin", *lines: str) -> str:
    """Sign in; the line that carries the session from then on."""
    answer = post(station, "/login", *lines, name=user, password=PASSWORD)
    assert code(answer) == 303
    return "Cookie: " + answer.headers["set-cookie"].partition(";")[0]


def test_a_page_for_those_who_signed_in(station: Station) -> None:
    """The form is there, takes the password, and the cookie that it gives opens the page."""
    assert code(get(station, "/login")) == 200
    assert code(get(station, "/admin/")) == 303
    assert code(get(station, "/admin/", sign_in(station, "admin", OURS))) == 200
    dj = sign_in(station, "dj")
    assert code(get(station, "/admin/", dj)) == 200
    assert code(get(station, "/admin/stats", dj)) == 403


def test_a_wrong_password_opens_nothing(station: Station) -> None:
    """Nor does an unknown name, in the same words."""
    answers = [post(station, "/login", name=name, password="wrong") for name in ("admin", "nobody")]
    assert [code(answer) for answer in answers] == [403, 403]
    assert not any("set-cookie" in answer.headers for answer in answers)
    first, second = (answer.body.replace(b"nobody", b"admin") for answer in answers)
    assert first == second


def test_the_session_before_is_over(station: Station) -> None:
    """Signing in anew ends it, so that nobody rides on with a cookie that was planted."""
    before = sign_in(station)
    after = sign_in(station, "admin", before)
    assert code(get(station, "/admin/", before)) == 303
    assert code(get(station, "/admin/", after)) == 200


@pytest.mark.parametrize("way", ["cookie", "basic"])
def test_a_strangers_page_changes_no_title(station: Station, way: str) -> None:
    """Neither by the session nor by the password that the browser remembers."""
    login = ADMIN_LOGIN if way == "basic" else sign_in(station)
    change = "/admin/metadata?mount=/live&mode=updinfo&song=Evil"
    with Encoder(station.port, "/live") as encoder:
        encoder.play(1)
        station.wait_for_mount("/live", WAIT_S)
        for mark in (THEIRS, "Accept-Language: de", "Sec-Fetch-Site: cross-site"):
            hidden = () if way == "basic" else (THEIRS,)
            assert code(get(station, change, login, mark, *hidden)) == 403
        assert code(post(station, change, login, THEIRS)) == 403
        assert station.statistics()["/live"].get("title", "") != "Evil"
        station.set_title("/live", "Meant")
        assert station.statistics()["/live"]["title"] == "Meant"


def test_signing_out_needs_the_token(station: Station) -> None:
    """A form that somebody else wrote signs nobody out."""
    login = sign_in(station)
    assert code(post(station, "/logout", login)) == 403
    assert code(post(station, "/logout", login, csrf="guessed")) == 403
    assert code(get(station, "/admin/", login)) == 200


def test_ones_own_account(serve: Serve) -> None:
    """A new password, a token that works until it is revoked, and the way out: all by forms."""
    station = serve(lockout_failures=0)
    other, login = sign_in(station), sign_in(station)
    passwords = {"current": PASSWORD, "new": "brand new one", "again": "brand new one"}
    assert change(station, login, "password", **passwords) == 303
    assert code(get(station, "/admin/account", other)) == 303
    assert code(post(station, "/login", name="admin", password=PASSWORD)) == 403
    assert code(post(station, "/login", name="admin", password="brand new one")) == 303

    form = {"csrf": csrf_of(station, login), "name": "deploy", "days": "30"}
    page = post(station, "/admin/account/make-token", login, **form).body.decode()
    (secret,) = set(re.findall(r"ti_[0-9a-f]{64}", page))
    bearer = f"Authorization: Bearer {secret}"
    assert code(get(station, "/admin/stats", bearer)) == 200
    shown = get(station, "/admin/account", login).body.decode()
    assert secret not in shown
    revoking = shown[shown.index("revoke-token") :]
    token_id = re.findall(r'name="id" value="([^"]+)"', revoking)[0]
    assert change(station, login, "revoke-token", id=token_id) == 303
    assert code(get(station, "/admin/stats", bearer)) == 401

    csrf = csrf_of(station, login)
    assert code(post(station, "/logout", login, csrf=csrf)) == 303
    assert code(get(station, "/admin/", login)) == 303


def change(station: Station, login: str, what: str, **values: str) -> int:
    """Send a form of the account page back; the status of the answer."""
    csrf = csrf_of(station, login)
    return code(post(station, f"/admin/account/{what}", login, OURS, csrf=csrf, **values))


def csrf_of(station: Station, login: str) -> str:
    """What the forms of the session carry."""
    page = get(station, "/admin/account", login).body.decode()
    found: str = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    return found


def test_guessing_ends_at_the_login_page_too(strict: Station) -> None:
    """Five failures, and the right password is not tried either; from elsewhere it is."""
    login = sign_in(strict)
    for _ in range(5):
        assert code(post(strict, "/login", name="admin", password="wrong")) == 403
    locked = post(strict, "/login", name="admin", password=PASSWORD)
    assert code(locked) == 429
    assert int(locked.headers["retry-after"]) > 0
    assert code(get(strict, "/admin/", ADMIN_LOGIN)) == 429
    elsewhere = post(strict, "/login", name="admin", password=PASSWORD, from_address="127.0.0.2")
    assert code(elsewhere) == 303
    assert code(get(strict, "/admin/", login)) == 200
    assert code(get(strict, "/")) == 200
