"""What outlives a restart of the server: sessions, lockouts, the audit, changed settings."""

import re
import signal
from contextlib import closing
from pathlib import Path

import pytest

from features.api_talk import Api, accounts, secret_of
from features.talk import ask, connect, login, read, request
from programs.children import start
from programs.raw import Answer, parse_answer
from programs.station import PASSWORD, Station, project_path, start_tinyice, twistd_command
from programs.waiting import until

pytestmark = pytest.mark.timeout(240)

ELSEWHERE = "127.0.0.9"


def code(answer: Answer) -> int:
    """The status as a number."""
    return int(answer.status.split()[1])


def log_in(station: Station) -> str:
    """The cookie of a new session."""
    form = f"name=anna&password={PASSWORD}".encode()
    kind = "Content-Type: application/x-www-form-urlencoded"
    answer = ask(station.port, request("/login", kind, method="POST", body=form))
    assert code(answer) == 303, answer
    (cookie,) = re.findall(r"sid=([^;]+)", answer.headers["set-cookie"])
    return cookie


def page_of(station: Station, cookie: str) -> int:
    """The status of the account's page with that cookie."""
    words = request("/admin/account", f"Cookie: sid={cookie}")
    return code(ask(station.port, words))


def try_wrongly(station: Station) -> int:
    """The status of a wrong login from another address."""
    words = request("/admin/stats", login("admin", "wrong"))
    with closing(connect(station.port, from_address=ELSEWHERE)) as connection:
        connection.sendall(words)
        return code(parse_answer(read(connection)))


def stop(station: Station) -> None:
    """End the server as its operator does."""
    station.child.send(signal.SIGTERM)
    station.child.wait(20)
    assert "Traceback" not in station.child.output(), station.child.output()


def again(station: Station) -> Station:
    """The same server once more."""
    command = twistd_command(station.home / "tinyice.json")
    guarded = ["setpriv", "--pdeathsig", "TERM", "--", *command]
    child = start(guarded, home=station.home, name="server-again", env=project_path())
    restarted = Station("tinyice", station.port, station.home, child)

    def up() -> bool:
        assert child.running, child.output()
        try:
            restarted.get("/api/status")
        except OSError:
            return False
        return True

    until(up, within=30, what="the server is back")
    return restarted


def test_a_restart_logs_nobody_out(tmp_path: Path) -> None:
    """Nor does it forgive an attacker, or forget who changed what."""
    station = start_tinyice(tmp_path, **accounts(), data_dir=str(tmp_path))
    try:
        cookie = log_in(station)
        assert page_of(station, cookie) == 200
        for _ in range(5):
            assert try_wrongly(station) == 401
        assert try_wrongly(station) == 429
        boss = Api(station, secret_of("root"))
        assert boss.ask("PATCH", "/api/settings", {"page_title": "After the flood"}).status == 200
    finally:
        stop(station)
    station = again(station)
    try:
        assert page_of(station, cookie) == 200
        assert page_of(station, cookie[:-2] + "xx") == 303
        assert try_wrongly(station) == 429
        boss = Api(station, secret_of("root"))
        assert boss.get("/api/status")["title"] == "After the flood"
        entries = boss.get("/api/security/audit")["items"]
        assert [entry["after"] for entry in entries] == [{"page_title": "After the flood"}]
        assert [one["address"] for one in boss.get("/api/security/lockouts")["items"]] == [
            ELSEWHERE
        ]
        text = (tmp_path / "tinyice.db").read_bytes()
        assert cookie.encode() not in text
    finally:
        stop(station)
