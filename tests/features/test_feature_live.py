"""Live data of a running server: who follows is told, who does not read is dropped."""

import json
import signal
import socket
import time
from collections.abc import Callable
from typing import Any, Self

import pytest

from features.conftest import Serve
from features.sounding import WAIT_S, Encoder
from features.talk import ADMIN_LOGIN, HEAD_END, connect, login, read, request
from programs.station import PASSWORD_HASH, Station
from programs.waiting import until

pytestmark = pytest.mark.timeout(240)

DJ = {"password": PASSWORD_HASH, "role": "dj", "mounts": {"/live": PASSWORD_HASH}}
SMALL = 4096
SMALL_QUEUE = 65536
MANY = 400
STALLED_S = 30.0
SOON_S = 4.0
"""A change is told within a second; a busy machine may take longer."""


@pytest.fixture(scope="module")
def station(serve: Serve) -> Station:
    return serve(
        users={"dj": DJ},
        lockout_failures=0,
        mounts={"/live": PASSWORD_HASH, "/two": PASSWORD_HASH},
    )


class Follower:
    """Somebody who follows, as curl does; ``told`` is everything so far."""

    def __init__(self, port: int, target: str, *lines: str, buffer: int = 0) -> None:
        self.connection = connect(port)
        if buffer:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.connection.sendall(request(target, *lines, protocol="HTTP/1.0"))
        head, _, self._rest = read(self.connection, HEAD_END).partition(HEAD_END)
        self.status = int(head.split()[1])
        self.told: list[tuple[str, Any]] = []
        self.last_id = ""
        self.is_over = False
        self._parse()

    def hear(self, within: float) -> None:
        """Read what comes in so many seconds, or up to the end."""
        self.connection.settimeout(within)
        try:
            piece = self.connection.recv(65536)
        except TimeoutError:
            return
        self.is_over = not piece
        self._rest += piece
        self._parse()

    def hears(self, event: str, fits: Callable[[Any], bool] = lambda _: True) -> Any:  # noqa: ANN401
        """Wait for such an event; its data."""

        def found() -> list[Any]:
            self.hear(0.05)
            return [data for name, data in self.told if name == event and fits(data)]

        until(found, within=WAIT_S, what=f"an event {event}")
        return found()[-1]

    def forget(self) -> None:
        """What was told so far does not count."""
        self.told.clear()

    def _parse(self) -> None:
        *blocks, self._rest = self._rest.split(b"\n\n")
        for block in blocks:
            fields = dict(line.partition(": ")[::2] for line in block.decode().split("\n"))
            self.last_id = fields.get("id", self.last_id)
            if "event" in fields:
                self.told.append((fields["event"], json.loads(fields["data"])))

    def __enter__(self) -> Self:
        assert self.status == 200
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()


def test_what_happens_is_told(station: Station) -> None:
    """A source comes, its title changes, it goes: to everybody who follows, soon."""
    with (
        Follower(station.port, "/events") as public,
        Follower(station.port, "/admin/events", ADMIN_LOGIN) as admin,
        Follower(station.port, "/events?only=titles&mount=/live") as titles,
    ):
        public.hears("mounts", lambda data: data["mounts"] == [])
        with Encoder(station.port, "/live", "Ice-Name: Night & Day") as encoder:
            encoder.play(1)
            began = time.monotonic()
            told = public.hears("mount", lambda data: data["mount"] == "/live")
            assert time.monotonic() - began < SOON_S
            assert told["name"] == "Night & Day"
            assert told["kind"] == "client"
            assert told["on_air_since"]
            station.set_title("/live", "Kestrel - Low Tide")
            playing = public.hears("mount", lambda data: data["now_playing"]["text"])["now_playing"]
            assert playing["text"] == "Kestrel - Low Tide"
            assert playing["since"]
            assert titles.hears("title", lambda data: data["text"])["text"] == "Kestrel - Low Tide"
            own = admin.hears("mount", lambda data: data["source_ip"])
            assert own["source_ip"] == "127.0.0.1"
            assert own["chain"][0]["state"] == "air"
            assert admin.hears("happened", lambda data: data["mount"] == "/live")
        assert public.hears("gone") == {"mount": "/live"}
        admin.hears("mount", lambda data: data["mount"] == "/live" and not data["kind"])
        assert {event for event, _ in titles.told} <= {"title", "gone"}


def test_a_dj_sees_their_own_mounts(station: Station) -> None:
    """And nobody sees anything without a login."""
    with Follower(station.port, "/admin/events", login("dj", "hackme")) as dj:
        assert dj.hears("mounts") == {"mounts": ["/live"]}
    assert Follower(station.port, "/admin/events").status == 401


def test_who_comes_again_gets_what_changed(station: Station) -> None:
    """A browser names the last id that it had."""
    with Follower(station.port, "/admin/events", ADMIN_LOGIN) as first:
        first.hears("trend")
        last = f"Last-Event-ID: {first.last_id}"
    with Encoder(station.port, "/two") as encoder:
        encoder.play(1)
        with Follower(station.port, "/admin/events", ADMIN_LOGIN, last) as again:
            again.hears("mount", lambda data: data["mount"] == "/two")
            assert "mounts" not in {event for event, _ in again.told}
            assert "/live" not in {data.get("mount") for _, data in again.told}


def test_who_does_not_read_is_dropped(serve: Serve) -> None:
    """A browser that sleeps fills no memory, and does not stay; others notice nothing."""
    # a picture that no socket takes whole
    paths = [f"/{number:04}{240 * 'x'}" for number in range(MANY)]
    station = serve(mounts=dict.fromkeys(paths, PASSWORD_HASH), queue_size=SMALL_QUEUE)
    with Follower(station.port, "/admin/events", ADMIN_LOGIN, buffer=SMALL) as asleep:
        began = time.monotonic()
        with Follower(station.port, "/admin/events", ADMIN_LOGIN) as awake:
            while time.monotonic() - began < STALLED_S - 5:
                awake.hear(1.0)
            awake.forget()
            awake.hears("station")
            # every ten seconds each mount has another point on its curve
            assert len([name for name, _ in awake.told if name != "trend"]) < 5

        def is_cut() -> bool:
            try:
                asleep.connection.send(b"x")
            except OSError:
                return True
            return False

        until(is_cut, within=WAIT_S, what="who does not read is dropped")
        assert time.monotonic() - began > STALLED_S - 1


def test_the_server_stops_at_once(serve: Serve) -> None:
    """Those who follow do not hold it up, and their answers end in good order."""
    station = serve()
    followers = [Follower(station.port, "/events") for _ in range(20)]
    began = time.monotonic()
    station.child.send(signal.SIGTERM)
    for follower in followers:
        until(
            lambda one=follower: one.hear(0.05) or one.is_over, within=SOON_S, what="it is let go"
        )
    station.child.wait(10.0)
    assert time.monotonic() - began < 8.0
