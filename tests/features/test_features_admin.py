"""Icecast's commands on a running server: what they do to connections, and to the file."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

from features.conftest import Serve
from features.sounding import WAIT_S, Encoder
from features.talk import ADMIN_LOGIN, SOURCE_LOGIN, ask, connect, login, request, status
from programs.station import HOST, PASSWORD, PASSWORD_HASH, Station
from programs.waiting import until

ELSEWHERE = "127.0.0.9"
DJ_LOGIN = login("anna", PASSWORD)
RELAY_LOGIN = login("relay", PASSWORD)

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def station(serve: Serve) -> Station:
    return serve(
        users={"anna": {"role": "dj", "password": PASSWORD_HASH, "mounts": {"/dj": ""}}},
        advanced_mounts={"/members": {"listener_accounts": {"joe": PASSWORD_HASH}}},
        relay_password=PASSWORD_HASH,
        lockout_failures=0,
    )


@pytest.fixture
def live(station: Station) -> Iterator[Encoder]:
    """Something to listen to."""
    with Encoder(station.port, "/live") as encoder:
        encoder.play(3)
        station.wait_for_mount("/live", WAIT_S)
        yield encoder


def command(station: Station, target: str, given: str = ADMIN_LOGIN) -> ET.Element:
    """The answer to a command, which must be one."""
    answer = ask(station.port, request(target, given))
    assert answer.status.split()[1] == "200", (target, answer)
    return ET.fromstring(answer.body)


def said(told: ET.Element) -> tuple[str, str]:
    return told.findtext("message", ""), told.findtext("return", "")


def listen(station: Station, mount: str, *lines: str, origin: str = "") -> socket.socket:
    """A player that has been let in."""
    player = connect(station.port, from_address=origin)
    player.sendall(request(mount, "User-Agent: player", *lines))
    assert b" 200 " in player.recv(16)
    return player


def ends(player: socket.socket) -> bool:
    """Whether the server lets the player go."""
    player.settimeout(WAIT_S)
    try:
        while player.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


def on_disk(station: Station) -> dict[str, Any]:
    """What the configuration file says now."""
    found: dict[str, Any] = json.loads((station.home / "tinyice.json").read_text())
    return found


def listeners_of(station: Station, mount: str) -> list[dict[str, str]]:
    """Who listens, as listclients tells."""
    told = command(station, f"/admin/listclients?mount={mount}")
    return [{part.tag: part.text or "" for part in row} for row in told.iter("listener")]


def public_mounts(station: Station) -> list[str]:
    """What everybody may know of."""
    return [row.attrib["mount"] for row in command(station, "/admin/publicstats").iter("source")]


def test_a_listener_is_ended_and_no_other(station: Station, live: Encoder) -> None:
    """The one with that number; the other hears on."""
    with closing(listen(station, "/live")) as first, closing(listen(station, "/live")) as second:
        one, two = (row["ID"] for row in listeners_of(station, "/live"))
        assert int(one) < int(two)
        reply = command(station, f"/admin/killclient?mount=/live&id={one}", SOURCE_LOGIN)
        assert said(reply) == (f"Client {one} removed", "1")
        assert ends(first)
        assert [row["ID"] for row in listeners_of(station, "/live")] == [two]
        heard = live.play(2)
        second.settimeout(WAIT_S)
        got = b""
        while heard[-3000:-1000] not in got:
            got += second.recv(65536)
        reply = command(station, f"/admin/killclient?mount=/live&id={one}")
        assert said(reply) == (f"Client {one} not found", "0")


def test_a_source_is_ended(station: Station) -> None:
    """Its connection is closed, and the mount is gone."""
    with Encoder(station.port, "/short") as encoder:
        encoder.play(2)
        assert said(command(station, "/admin/killsource?mount=/short")) == ("Source Removed", "1")
        assert encoder.is_dropped(WAIT_S)
    assert status(station.port, request("/admin/killsource?mount=/short", ADMIN_LOGIN)) == 400


def test_listeners_are_moved(station: Station, live: Encoder) -> None:
    """They stay connected, and are counted where they are now."""
    with Encoder(station.port, "/other") as other, closing(listen(station, "/live")) as player:
        other.play(3)
        station.wait_for_mount("/other", WAIT_S)
        reply = command(station, "/admin/moveclients?mount=/live&destination=/other")
        assert said(reply) == ("Clients moved from /live to /other", "1")
        assert listeners_of(station, "/live") == []
        assert len(listeners_of(station, "/other")) == 1
        new = other.play(2)
        player.settimeout(WAIT_S)
        got = b""
        while new[-3000:-1000] not in got:
            got += player.recv(65536)
    assert live.is_on_air


def test_a_fallback_is_written_and_listed(station: Station, live: Encoder) -> None:
    """What is answered is saved already, and in force."""
    answer = ask(
        station.port, request("/admin/fallbacks?mount=/live&fallback=/other", SOURCE_LOGIN)
    )
    assert b"Fallback configured" in answer.body
    assert on_disk(station)["fallback_mounts"] == {"/live": "/other"}
    listed = command(station, "/admin/listmounts")
    found = {row.get("mount"): row.findtext("fallback") for row in listed}
    assert found["/live"] == "/other"
    assert live.is_on_air
    bad = request(f"/admin/fallbacks?mount=/live&fallback={quote('no slash')}", ADMIN_LOGIN)
    assert status(station.port, bad) == 400
    assert on_disk(station)["fallback_mounts"] == {"/live": "/other"}


def test_listener_accounts(station: Station) -> None:
    """Who is added may listen at once, who is deleted may not any more."""
    manage = "/admin/manageauth?mount=/members"
    ann = login("ann", "her password")
    with Encoder(station.port, "/members") as encoder:
        encoder.play(3)
        until(
            lambda: status(station.port, request("/members", login("joe", PASSWORD))) == 200,
            within=WAIT_S,
            what="/members is heard by a member",
        )
        assert status(station.port, request("/members")) == 401
        assert status(station.port, request("/members", ann)) == 401
        add = f"{manage}&action=add&username=ann&password=her%20password"
        told = command(station, add, SOURCE_LOGIN)
        assert told.findtext("iceresponse/message") == "User added"
        assert status(station.port, request("/members", ann)) == 200
        with closing(listen(station, "/members", ann)):
            names = [row.get("username", "") for row in listeners_of(station, "/members")]
            assert "ann" in names
        kept = on_disk(station)["advanced_mounts"]["/members"]["listener_accounts"]
        assert kept["ann"].startswith("$2b$")
        command(station, f"{manage}&action=delete&username=ann")
        assert status(station.port, request("/members", ann)) == 401


def test_bans(station: Station, live: Encoder) -> None:
    """Who is banned is dropped and stays out, until the ban is lifted."""
    player = listen(station, "/live", origin=ELSEWHERE)
    with closing(player):
        told = command(station, f"/admin/addban?ip={ELSEWHERE}&reason=noise")
        assert told.findtext("iceresponse/return") == "1"
        assert ends(player)
    assert [row.findtext("reason") for row in command(station, "/admin/bans")] == ["noise"]
    with pytest.raises((OSError, AssertionError, IndexError)):
        listen(station, "/live", origin=ELSEWHERE)
    command(station, f"/admin/removeban?ip={ELSEWHERE}")
    listen(station, "/live", origin=ELSEWHERE).close()
    assert status(station.port, request(f"/admin/addban?ip={HOST}/8", ADMIN_LOGIN)) == 409
    assert live.is_on_air


def test_the_file_is_read_again(station: Station, live: Encoder) -> None:
    """What somebody wrote into it holds after reloadconfig; faults are told and change nothing."""
    path = station.home / "tinyice.json"
    good = on_disk(station)
    path.write_text(json.dumps({**good, "hidden_mounts": {"/live": True}}))
    assert said(command(station, "/admin/reloadconfig"))[1] == "1"
    assert "/live" not in public_mounts(station)
    path.write_text(json.dumps({**good, "port": "no"}))
    answer = ask(station.port, request("/admin/reloadconfig", ADMIN_LOGIN))
    assert answer.status.split()[1] in ("400", "500")
    assert b"port" in answer.body
    path.write_text(json.dumps(good))
    command(station, "/admin/reloadconfig")
    assert "/live" in public_mounts(station)
    assert live.is_on_air


def test_who_may_what(station: Station, live: Encoder) -> None:
    """A DJ rules over their own mount alone, a relay reads the list of mounts alone."""
    with Encoder(station.port, "/dj") as own:
        own.play(2)
        for target, given, expected in (
            ("/admin/listclients?mount=/dj", DJ_LOGIN, 200),
            ("/admin/listclients?mount=/live", DJ_LOGIN, 403),
            ("/admin/killsource?mount=/live", DJ_LOGIN, 403),
            ("/admin/moveclients?mount=/dj&destination=/live", DJ_LOGIN, 403),
            ("/admin/stats", DJ_LOGIN, 403),
            ("/admin/bans", DJ_LOGIN, 403),
            ("/admin/listmounts", DJ_LOGIN, 200),
            ("/admin/streamlist.txt", RELAY_LOGIN, 200),
            ("/admin/stats", RELAY_LOGIN, 403),
            ("/admin/killsource?mount=/live", RELAY_LOGIN, 403),
            ("/admin/listclients?mount=/live", SOURCE_LOGIN, 200),
            ("/admin/bans", SOURCE_LOGIN, 401),
            ("/admin/reloadconfig", SOURCE_LOGIN, 401),
        ):
            assert status(station.port, request(target, given)) == expected, target
        listed = command(station, "/admin/listmounts", DJ_LOGIN)
        assert [row.get("mount") for row in listed] == ["/dj"]
        text = ask(station.port, request("/admin/streamlist.txt", RELAY_LOGIN)).body
        assert {b"/dj", b"/live"} <= set(text.split(b"\r\n"))
    assert live.is_on_air
