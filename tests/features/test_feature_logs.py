"""What the logs of a running server hold, and where."""

import json
import re
import signal
import time
from pathlib import Path

import pytest

from features.conftest import Serve
from features.sounding import WAIT_S, Encoder, hears
from features.talk import ADMIN_LOGIN, ask, login, request, status
from programs.raw import Recorder
from programs.station import Station
from programs.waiting import until

LOGS = ("events.log", "access.log", "auth.log")
AUTH_LINE = re.compile(
    r'time="[^"]+" level=warning msg="Authentication failed for user \'admin\' from 127\.0\.0\.1:'
    r' invalid password" ip=127\.0\.0\.1 reason="invalid password" subsystem=auth user=admin'
)
ACCESS_LINE = re.compile(
    r"(?P<ip>\S+) - (?P<user>\S+) \[\d\d/[A-Z][a-z]{2}/\d{4}(:\d\d){3} [+-]\d{4}\]"
    r' "(?P<request>[^"]*)" (?P<status>\d{3}) (?P<bytes>\d+)'
    r' "(?P<referer>[^"]*)" "(?P<agent>[^"]*)" (?P<seconds>\d+)'
)

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def station(serve: Serve) -> Station:
    files = ("--access-log-file", "access.log", "--auth-log-file", "auth.log")
    return serve("--log-file=events.log", *files, lockout_failures=0)


@pytest.fixture(scope="module")
def terse(serve: Serve) -> Station:
    options = ("--json-logs", "--log-level", "warn", "--log-file", "events.log")
    return serve(*options, "--auth-log-file", "auth.log")


def lines_of(station: Station, name: str) -> list[str]:
    """The whole lines of a log."""
    path: Path = station.home / name
    return path.read_text().split("\n")[:-1] if path.exists() else []


def test_the_access_log(station: Station) -> None:
    """One line a request, in the combined format with the seconds connected last."""
    with Encoder(station.port, "/live", "User-Agent: some encoder") as encoder:
        encoder.play(1)
        station.wait_for_mount("/live", WAIT_S)
        listener = Recorder(station.port, "/live", icy=False)
        hears(listener, encoder.play(1))
        time.sleep(1.1)
        heard = listener.stop()
    ask(station.port, request("/api/status?secret=1", "Referer: http://x.example/?token=2"))

    def finished() -> bool:
        text = "".join(lines_of(station, "access.log"))
        return "some encoder" in text and "/api/status" in text

    until(finished, within=WAIT_S, what="the last lines")
    found = [ACCESS_LINE.fullmatch(line) for line in lines_of(station, "access.log")]
    rows = [match for match in found if match]
    assert len(rows) == len(found)
    (heard_row,) = [row for row in rows if row["agent"] == "raw"]
    assert heard_row["request"] == "GET /live HTTP/1.0"
    assert heard_row["status"] == "200"
    assert int(heard_row["seconds"]) in range(1, 10)
    assert int(heard_row["bytes"]) >= len(heard.body)
    (source_row,) = [row for row in rows if row["agent"] == "some encoder"]
    assert source_row["request"] == "SOURCE /live HTTP/1.0"
    assert source_row["user"] == "source"
    (page,) = [row for row in rows if "/api/status" in row["request"]]
    assert page["referer"] == "http://x.example/"
    assert page["request"] == "GET /api/status HTTP/1.0"


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGHUP])
def test_logs_are_opened_anew(station: Station, number: signal.Signals) -> None:
    """Files that were moved away are begun again, all of them; nothing is lost or doubled."""
    makes_lines(station)
    for name in LOGS:
        (station.home / name).rename(station.home / f"{name}.{number.name}")
    station.child.send(number)
    until(lambda: all((station.home / name).exists() for name in LOGS), within=WAIT_S, what="logs")
    makes_lines(station)
    (failure,) = lines_of(station, "auth.log")
    assert AUTH_LINE.fullmatch(failure)


def makes_lines(station: Station) -> None:
    """Do something of which every log tells, and wait until they do."""
    before = {name: len(lines_of(station, name)) for name in LOGS}
    Encoder(station.port, "/live").close()
    assert status(station.port, request("/admin/stats", login("admin", "wrong"))) == 401
    until(
        lambda: all(len(lines_of(station, name)) > before[name] for name in LOGS),
        within=WAIT_S,
        what="a line in every log",
    )


def test_level_and_json(terse: Station) -> None:
    """One object a line, nothing below the level; failed logins keep their own shape."""
    Encoder(terse.port, "/live").close()
    assert status(terse.port, request("/admin/stats")) == 401
    assert status(terse.port, request("/admin/stats", ADMIN_LOGIN)) == 200
    assert status(terse.port, request("/admin/stats", login("admin", "wrong"))) == 401
    until(lambda: lines_of(terse, "auth.log"), within=WAIT_S, what="the failed login")
    (failure,) = lines_of(terse, "auth.log")
    assert AUTH_LINE.fullmatch(failure)
    entries = [json.loads(line) for line in lines_of(terse, "events.log")]
    assert all(entry["level"] in {"warn", "error"} for entry in entries)
    assert "mount.source.connected" not in (terse.home / "events.log").read_text()


def test_json_of_an_event(serve: Serve) -> None:
    """Without a log file, lines go to standard output, after the words for people."""
    station = serve("--json-logs")
    Encoder(station.port, "/live").close()

    def told() -> bool:
        return "mount.source.disconnected" in station.child.output()

    until(told, within=WAIT_S, what="the source's lines")
    lines = station.child.output().splitlines()
    events = [json.loads(line) for line in lines if line.startswith("{")]
    (connected,) = [
        each for each in events if each["fields"].get("event") == "mount.source.connected"
    ]
    assert connected["level"] == "info"
    assert connected["fields"]["mount"] == "/live"
    assert connected["fields"]["ip"] == "127.0.0.1"
