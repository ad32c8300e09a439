"""Servers that are mirrored, and all relays together: what is left alone when others change."""

import json
from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail, succeed

from core.fakes import NOON
from relays.upstreams import BEST, SECOND, Station, upstream
from tinyice.config.items import Master
from tinyice.config.model import Config
from tinyice.outbound.answer import Response
from tinyice.outbound.destination import Login, parse
from tinyice.outbound.errors import Kind, OutboundError
from tinyice.relays.listing import MOUNTS_MAX, mounts_in_status, mounts_in_streamlist
from tinyice.relays.relays import Relays
from tinyice.relays.settings import MasterSettings, RelaySettings, masters_of

HUB = MasterSettings(parse("http://hub.example:8000"), Login("relay", b"secret"), interval_s=60)


class Hub:
    """The web side of a master: answers by path, and notes what was asked."""

    def __init__(self, **pages: tuple[int, bytes]) -> None:
        self.pages = pages
        self.asked: list[tuple[str, Login | None, bool]] = []
        self.silent = False
        self.cancelled = 0

    def streamlist(self, *mounts: str) -> None:
        self.pages["streamlist"] = (200, "".join(f"{mount}\r\n" for mount in mounts).encode())

    async def request(
        self, _method: str, url: str, *, auth: Login | None, trusted: bool
    ) -> Response:
        self.asked.append((url, auth, trusted))
        if self.silent:
            await Deferred(lambda _: setattr(self, "cancelled", self.cancelled + 1))
        name = "streamlist" if "streamlist" in url else "status"
        if name not in self.pages:
            await fail(OutboundError(Kind.CONNECT, "no connection to hub.example"))
        status, body = self.pages[name]
        await succeed(None)
        return Response(status, {}, body)


def relays_of(station: Station, hub: Hub) -> Relays:
    relays = Relays(station.world, hub, clock=station.clock, now=lambda: NOON)  # type: ignore[arg-type]
    relays.start()
    return relays


def named(*relays: RelaySettings) -> dict[str, RelaySettings]:
    return {relay.mount: relay for relay in relays}


def mounts(relays: Relays) -> list[str]:
    return [relay.mount for relay in relays.snapshot()]


def test_the_list_of_icecast() -> None:
    assert mounts_in_streamlist(b"/live\r\n/caf\xc3\xa9.ogg\r\n\r\n") == ("/live", "/café.ogg")


@pytest.mark.parametrize(
    "line", [b"/admin/x", b"http://evil/", b"live", b"/..", b"/a\x07", b"/x.m3u", b"\xff" * 50]
)
def test_what_is_no_mount_is_left_out(line: bytes) -> None:
    assert mounts_in_streamlist(b"/live\n" + line + b"\n") == ("/live",)


def test_a_server_with_very_many_mounts() -> None:
    assert len(mounts_in_streamlist(b"".join(b"/%d\n" % n for n in range(5000)))) == MOUNTS_MAX


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([{"listenurl": "http://x:8000/a"}, {"listenurl": "http://x/b%20c"}], ("/a", "/b c")),
        ({"listenurl": "http://x/a"}, ("/a",)),
        ([], ()),
        ([3, None, {"listenurl": 3}, {"listenurl": "http://[x"}, {}], ()),
    ],
)
def test_the_status_of_icecast(told: object, expected: tuple[str, ...]) -> None:
    assert mounts_in_status(json.dumps({"icestats": {"source": told}}).encode()) == expected


def test_a_status_without_mounts() -> None:
    assert mounts_in_status(b'{"icestats": {"host": "x"}}') == ()


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"icestats": 3}', b'{"icestats": []}'])
def test_what_is_no_status(body: bytes) -> None:
    assert mounts_in_status(body) is None


def test_all_mounts_of_a_master_are_relayed() -> None:
    """With the login of relays, which is asked for nowhere else; new ones come, old ones go."""
    station, hub = Station(), Hub()
    hub.streamlist("/a", "/b c")
    relays = relays_of(station, hub)
    relays.apply({}, (replace(HUB, prefix="/hub", on_demand=False),))
    assert hub.asked == [("http://hub.example:8000/admin/streamlist.txt", HUB.login, True)]
    assert mounts(relays) == ["/hub/a", "/hub/b c"]
    first = station.net.next().stream()
    assert first.asked.startswith("GET /a HTTP/1.0\r\n")
    assert station.net.next().accept().asked.startswith("GET /b%20c HTTP/1.0\r\n")
    hub.streamlist("/a", "/new")
    station.play(first, 61)
    assert mounts(relays) == ["/hub/a", "/hub/new"]
    assert first.is_open, "what stays the same is not touched"
    assert station.mounts.find("/hub/a") is not None
    (master,) = relays.masters()
    assert (master.url, master.mounts, master.error) == ("http://hub.example:8000", 2, "")
    relays.stop()
    assert not first.is_open
    assert not station.clock.getDelayedCalls()


def test_a_list_that_can_not_be_read_changes_nothing() -> None:
    station, hub = Station(), Hub()
    hub.streamlist("/a")
    relays = relays_of(station, hub)
    relays.apply({}, (HUB,))
    call = station.net.next().stream()
    del hub.pages["streamlist"]
    station.play(call, 61)
    assert relays.masters()[0].error == "no connection to hub.example"
    hub.pages["streamlist"] = (500, b"")
    station.play(call, 61)
    assert "500" in relays.masters()[0].error
    assert call.is_open
    assert mounts(relays) == ["/a"]
    relays.stop()


def test_where_the_list_is_refused_the_status_tells() -> None:
    station = Station()
    status = json.dumps({"icestats": {"source": {"listenurl": "http://hub.example:8000/a"}}})
    hub = Hub(streamlist=(401, b""), status=(200, status.encode()))
    relays = relays_of(station, hub)
    relays.apply({}, (HUB,))
    assert mounts(relays) == ["/a"]
    hub.pages["status"] = (404, b"")
    station.pass_time(61)
    assert relays.masters()[0].error == "shows no list of its mounts (401, 404)"
    assert mounts(relays) == ["/a"]
    relays.stop()


def test_a_mount_that_the_operator_named_is_theirs() -> None:
    """No mirrored server takes it; when it is named no more, that server has it."""
    station, hub = Station(), Hub()
    hub.streamlist("/a")
    relays = relays_of(station, hub)
    own = RelaySettings("/a", (upstream(BEST),))
    relays.apply(named(own), (HUB,))
    assert [one.master for one in relays.snapshot()] == [""]
    relays.apply({}, (HUB,))
    assert [one.master for one in relays.snapshot()] == ["http://hub.example:8000"]
    relays.stop()


def test_a_change_touches_only_what_is_different() -> None:
    station, hub = Station(), Hub()
    relays = relays_of(station, hub)
    one, two = RelaySettings("/a", (upstream(BEST),)), RelaySettings("/b", (upstream(BEST),))
    relays.apply(named(one, two), ())
    first, second = station.net.next().stream(), station.net.next().stream()
    relays.apply(named(one, replace(two, upstreams=(upstream(SECOND),))), ())
    assert first.is_open
    assert not second.is_open
    assert station.net.next().to.host == "second.example"
    relays.apply(named(one), ())
    assert mounts(relays) == ["/a"]
    assert first.is_open
    relays.stop()


def test_a_master_that_hangs_is_given_up_when_it_is_removed() -> None:
    station, hub = Station(), Hub()
    hub.silent = True
    relays = relays_of(station, hub)
    relays.apply({}, (HUB,))
    relays.apply({}, ())
    assert hub.cancelled == 1
    station.pass_time(200)
    assert len(hub.asked) == 1
    relays.stop()


def test_the_way_of_a_stream_is_told() -> None:
    """What came through other servers says so, and adds this one."""
    station, hub = Station(), Hub()
    relays = relays_of(station, hub)
    relays.apply(named(RelaySettings("/a", (upstream(BEST),))), ())
    assert relays.via("/a") == "1.0 here (/a)"
    station.net.next().stream(b"Via: 1.0 there (/live)\r\n")
    assert relays.via("/a") == "1.0 there (/live), 1.0 here (/a)"
    assert relays.via("/other") == "1.0 here (/other)"
    relays.stop()


def test_nothing_secret_in_what_is_shown() -> None:
    station, hub = Station(), Hub()
    relays = relays_of(station, hub)
    url = "http://best.example/live?token=secret"
    relays.apply(named(RelaySettings("/a", (upstream(url, password="secret"),))), (HUB,))
    station.net.next().refuse()
    shown: list[Any] = [relays.snapshot(), relays.masters(), station.events, upstream(url), HUB]
    assert "secret" not in str(shown)
    relays.stop()


@pytest.mark.parametrize("trusted", [True, False])
def test_a_master_of_the_api_is_judged_like_its_relays(*, trusted: bool) -> None:
    """The file may name any server; what was typed into a page may not."""
    station, hub = Station(), Hub()
    hub.streamlist("/live")
    relays = relays_of(station, hub)
    relays.apply({}, (replace(HUB, trusted=trusted),))
    assert hub.asked[0][2] is trusted
    assert station.net.next().trusted is trusted


def test_what_is_switched_off_is_not_mirrored() -> None:
    """Neither that, nor with the trust of the file when the API has set it."""
    off = Master(url="http://off.example", enabled=False)
    guarded = Master(url="http://hub.example", guarded=True)
    (found,) = masters_of(Config(masters=(off, guarded)))
    assert (found.to.host, found.trusted) == ("hub.example", False)
