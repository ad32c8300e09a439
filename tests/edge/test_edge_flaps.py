"""Encoders that come and go under listeners: nobody is dropped, and nothing is left over."""

import json
import socket
import sys
from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from edge.comparing import never_old
from edge.fleet import WAIT_S, listening
from features.crowds import Broadcast
from features.offspring import resident_bytes
from features.sounding import Encoder
from features.talk import connect, read
from programs.children import start
from programs.raw import Recorder, listener_head
from programs.station import (
    Station,
    accepts,
    free_port_pair,
    project_path,
    twistd_command,
    write_config,
)
from programs.waiting import until

HERE = Path(__file__).parent
HELD, BEHIND, FAR, NIGHT = "/held", "/behind", "/far", "/night"
"""Waits for its encoder; has a fallback; ends with its encoder; is the fallback."""

RELAYED = tuple(f"/relayed{number}" for number in range(4))
"""Relays of the one that ends, while somebody listens."""

WARM_UP = 10
"""One part of so many flaps before the first look."""

GROWTH_MAX = 4 * 1024 * 1024
SPREAD = 40
"""So many objects of a type more or less are no growth: something is always under way.

What is left of every tenth of the flaps is more than that.
"""

OURS = ("tinyice.", "twisted.", "builtins.function", "builtins.method", "builtins.coroutine")
REMEMBERED = {
    "tinyice.core.flow._Reading",
    "tinyice.core.latest.Lost",
    "tinyice.core.recent.Happening",
    "tinyice.core.source.StreamFormat",
    "tinyice.core.trends.Peak",
    "tinyice.logs.tail.Line",
}
"""What happened last, up to a number or a time."""


class Counted:
    """A server that tells what it holds."""

    def __init__(self, home: Path) -> None:
        port = free_port_pair()
        self._socket = home / "objects"
        far = f"http://127.0.0.1:{port}{FAR}"
        config = write_config(
            home,
            port,
            advanced_mounts={HELD: {"hold_time": 60}, BEHIND: {"fallbacks": [NIGHT]}},
            relays=[{"mount": one, "url": far, "on_demand": True, "linger": 0} for one in RELAYED],
        )
        _, *options = twistd_command(config)
        command = [sys.executable, str(HERE / "counted.py"), str(self._socket), *options]
        guarded = ["setpriv", "--pdeathsig", "TERM", "--", *command]
        child = start(guarded, home=home, name="server", env=project_path())
        self.station = Station("tinyice", port, home, child)
        until(lambda: accepts(port), within=WAIT_S, what="the server is up")

    @property
    def open_files(self) -> int:
        return sum(1 for _ in Path(f"/proc/{self._pid}/fd").iterdir())

    @property
    def memory(self) -> int:
        return resident_bytes(self._pid)

    def objects(self) -> Counter[str]:
        """How many there are of each type."""
        with closing(socket.socket(socket.AF_UNIX)) as connection:
            connection.connect(str(self._socket))
            told = b"".join(iter(lambda: connection.recv(65536), b""))
        return Counter(json.loads(told))

    @property
    def _pid(self) -> int:
        return self.station.child.process.pid

    def grown(self, before: Counter[str]) -> dict[str, tuple[int, int]]:
        """Of which types there are more now, and how many there were and are."""
        return {
            kind: (before[kind], count)
            for kind, count in self.objects().items()
            if kind.startswith(OURS) and kind not in REMEMBERED and count > before[kind] + SPREAD
        }


class Flaps:
    """Encoders that come at once, play for a second and go."""

    def __init__(self, server: Counted, waiting: Recorder) -> None:
        self.count = 0
        self.sent = bytearray()
        self._server = server
        self._waiting = waiting

    def run(self, count: int) -> None:
        """So many times."""
        for _ in range(count):
            self._one()

    def _one(self) -> None:
        port, first = self._server.station.port, 100 * (self.count + 1)
        with ExitStack() as stack:
            encoders = [
                stack.enter_context(Encoder(port, mount, starting_at=first))
                for mount in (HELD, BEHIND, FAR)
            ]
            size = self._waiting.size
            for encoder in encoders:
                encoder.play(1)
            self.sent += encoders[0].sent
            until(lambda: self._waiting.size > size, within=WAIT_S, what="who waited hears more")
            self._listen_far(port)
        until(lambda: not self._is_there(), within=WAIT_S, what="the encoders are gone")
        self.count += 1

    def _listen_far(self, port: int) -> None:
        """Somebody wants to hear a relay, which connects for them; they leave again."""
        mount = RELAYED[self.count % len(RELAYED)]

        def hears() -> bool:
            with connect(port) as connection:
                connection.sendall(listener_head(mount, icy=False))
                return b" 200 " in read(connection, size=4096)

        until(hears, within=WAIT_S, what="the relay is heard")

    def _is_there(self) -> bool:
        return bool({HELD, FAR} & self._server.station.sources().keys())


def endure(home: Path, count: int) -> None:
    """Let them come and go so often; what the server holds is what it held after the warm-up."""
    server = Counted(home)
    station = server.station
    with ExitStack() as stack:
        stack.enter_context(station.child)
        listen = stack.enter_context(listening())
        stack.enter_context(closing(Broadcast(station.port, [NIGHT]))).start()
        station.wait_for_mount(NIGHT, WAIT_S)
        with Encoder(station.port, HELD) as first:
            first.play(1)
            station.wait_for_mount(HELD, WAIT_S)
            audience = [
                listen(station, mount, icy=icy) for mount in (HELD, BEHIND) for icy in (True, False)
            ]
            for recorder in audience:
                until(lambda r=recorder: r.size > 4096, within=WAIT_S, what="everybody hears")
        flaps = Flaps(server, audience[1])
        flaps.run(count // WARM_UP)
        objects, files, memory = server.objects(), server.open_files, server.memory
        flaps.run(count - count // WARM_UP)
        until(lambda: server.open_files <= files, within=WAIT_S, what="connections are gone")
        assert server.grown(objects) == {}
        assert server.memory - memory < GROWTH_MAX
        for recorder in audience:
            assert not recorder.ended
            recorder.stop()
        for recorder in audience[:2]:
            assert never_old(recorder.answer.audio, bytes(flaps.sent)) > 10 * count
        log = station.child.output()
        assert log.count("event=mount.hold.ended") == count
        assert log.count("event=mount.fallback.engaged") == 1, "it stays where it is good"
        assert "Traceback" not in log


@pytest.mark.timeout(600)
def test_a_tenth(tmp_path: Path) -> None:
    """500 times."""
    endure(tmp_path, 500)


@pytest.mark.soak
@pytest.mark.timeout(3 * 3600)
def test_all(tmp_path: Path) -> None:
    """5,000 times."""
    endure(tmp_path, 5_000)
