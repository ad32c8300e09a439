"""Wrong passwords lock an address out of a real server: of logging in, not of listening."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from features.conftest import Serve
from features.sounding import WAIT_S, Encoder, arrived, hears
from features.talk import (
    ADMIN_LOGIN,
    ask,
    connect,
    listening_status,
    login,
    read,
    request,
    status,
)
from programs.raw import Recorder
from programs.station import PASSWORD, Station
from programs.waiting import until

ELSEWHERE = "127.0.0.2"
REFUSED = re.compile(
    r"Authentication failed for user '[^']*' from 127\.0\.0\.1:"
    r" too many failed attempts\. locked out until \d\d:\d\d:\d\d\""
)

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def station(serve: Serve) -> Station:
    return serve("--auth-log-file", "auth.log")


def source(station: Station, password: str) -> int:
    return status(station.port, request("/live", login("source", password), method="SOURCE"))


def put(station: Station, password: str) -> int:
    lines = ("Content-Type: audio/mpeg", login("source", password))
    return status(station.port, request("/live", *lines, method="PUT"))


def admin(station: Station, password: str) -> int:
    return status(station.port, request("/admin/listmounts", login("admin", password)))


def metadata(station: Station, password: str) -> int:
    target = f"/admin.cgi?mode=updinfo&song=x&pass={password}"
    return status(station.port, request(target))


def shoutcast(station: Station, password: str) -> int:
    with closing(connect(station.port + 1)) as connection:
        connection.sendall(f"{password}\r\n".encode())
        return 200 if read(connection, b"\r\n").startswith(b"OK2") else 401


WAYS: tuple[Callable[[Station, str], int], ...] = (source, put, admin, metadata, shoutcast)


@contextmanager
def on_air(station: Station) -> Iterator[tuple[Encoder, Recorder]]:
    """An encoder that plays, and somebody who hears it."""
    with Encoder(station.port, "/steady") as encoder:
        encoder.play(2)
        arrived(station, encoder)
        listener = Recorder(station.port, "/steady", icy=False)
        hears(listener, encoder.play(1))
        yield encoder, listener
        listener.stop()


def test_wrong_passwords_by_any_way_lock_out_of_all(station: Station) -> None:
    """Five, each by another protocol; the audio goes on, and its encoder gets in again."""
    with on_air(station) as (encoder, listener):
        assert [way(station, "wrong") for way in WAYS] == [401] * 5
        locked = ask(station.port, request("/admin/listmounts", ADMIN_LOGIN))
        assert locked.status.split()[1] == "429"
        assert 890 < int(locked.headers["retry-after"]) <= 900
        assert [way(station, "guess") for way in WAYS] == [429, 429, 429, 429, 401]
        hears(listener, encoder.play(1))
        assert listening_status(station.port, "/steady") == 200
        with Encoder(station.port, "/again") as again:
            assert again.is_on_air
        elsewhere = ask(
            station.port, request("/admin/listmounts", ADMIN_LOGIN), from_address=ELSEWHERE
        )
        assert elsewhere.status.split()[1] == "200"
    until(lambda: len(failures(station)) >= 11, within=WAIT_S, what="the log of failed logins")
    told = failures(station)
    assert len(told) == 11
    assert [bool(REFUSED.search(entry)) for entry in told] == [False] * 5 + [True] * 6
    assert PASSWORD not in "".join(told) + station.child.output()
    assert "guess" not in "".join(told) + station.child.output()


def failures(station: Station) -> list[str]:
    """The whole lines of the log of failed logins."""
    log = station.home / "auth.log"
    return log.read_text().split("\n")[:-1] if log.exists() else []


def test_an_allowed_address_is_never_locked_out(serve: Serve) -> None:
    """Here a network with this machine in it."""
    station = serve(whitelisted_ips=["127.0.0.0/8"])
    assert {source(station, "wrong") for _ in range(8)} == {401}
    assert status(station.port, request("/admin/listmounts", ADMIN_LOGIN)) == 200
