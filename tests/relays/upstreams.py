"""A station with relays whose upstreams are played by the test: no sockets, no real time."""

from collections.abc import Callable
from dataclasses import replace

from twisted.internet.task import Clock

from core.fakes import NOON, Player
from formats.synthetic_frames import MP3_128_BYTES, mpeg_frame
from relays import calls
from tinyice.core.clients import Client
from tinyice.core.events import Event
from tinyice.core.listener import Listener
from tinyice.core.mounts import Mounts
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.outbound.destination import Login, parse
from tinyice.relays.relay import Relay, World
from tinyice.relays.settings import RelaySettings, Upstream
from tinyice.relays.terms import Terms

FRAMES_A_SECOND = 44100 / 1152
OK = b"HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n"
BEST, SECOND, THIRD = (f"http://{name}.example/live" for name in ("best", "second", "third"))


class Call(calls.Call):
    """One connection that a relay wants."""

    @property
    def asked(self) -> str:
        return self.heard.decode()

    def stream(self, head: bytes = b"", seconds: float = 0.1) -> "Call":
        """Accept, answer with a stream, and send so much of it."""
        self.accept()
        self.say(OK + head + b"\r\n")
        self.play(seconds)
        return self

    def play(self, seconds: float, filling: bytes = b"\x55") -> None:
        self.say(frames(seconds, filling))


def frames(seconds: float, filling: bytes = b"\x55") -> bytes:
    """So much audio of 128 kbit/s, in whole frames, two at least."""
    return mpeg_frame(filling=filling) * max(2, round(seconds * FRAMES_A_SECOND))


class Station:
    """Mounts, a net, a clock that the test turns."""

    def __init__(self, **settings: MountSettings) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.net = calls.Net(Call)
        self.events: list[Event] = []
        self.settings = {f"/{name}": one for name, one in settings.items()}
        self.chance = 1.0
        self.mounts = Mounts(
            [path for path, one in self.settings.items() if one.configured],
            lambda path: self.settings.get(path) or replace(MountSettings(path), path=path),
            StationSettings(),
            publish=self.events.append,
            clock=self.clock.seconds,
            recorder_for=lambda _: None,
        )
        terms = Terms(
            mounts=self.mounts,
            dial=self.net,  # type: ignore[arg-type]
            clock=self.clock,
            now=lambda: NOON,
            agent="tinyice test",
            lead_s=lambda: 10.0,
            token=lambda path: f"1.0 here ({path})",
        )
        self.world = World(terms, self.events.append, lambda: self.chance)
        self.relays: list[Relay] = []

    def relay(self, *urls: str, **more: object) -> Relay:
        """A relay on /r that has begun."""
        upstreams = tuple(upstream(url) for url in urls or (BEST,))
        relay = Relay(RelaySettings("/r", upstreams, **more), self.world)  # type: ignore[arg-type]
        self.relays.append(relay)
        relay.start()
        return relay

    def listen(
        self, path: str = "/r", metaint: int | None = None, via: str = ""
    ) -> tuple[Listener, Player]:
        mount = self.mounts.admit(path)
        player, client = Player(), Client("198.51.100.7", via=via)
        listener = Listener(self.mounts.next_listener_id(), client, player, self.clock.seconds())
        player.listener = listener
        self.mounts.join(mount, listener, metaint)
        return listener, player

    def pass_time(self, seconds: float, each: Callable[[], None] = lambda: None) -> None:
        """Let time pass as the server does: deliveries, and a look at all times each second."""
        for tenth in range(round(seconds * 10)):
            self.clock.advance(0.1)
            each()
            self.mounts.deliver()
            if tenth % 10 == 9:
                self.mounts.sweep()
                for relay in self.relays:
                    mount = self.mounts.find(relay.settings.mount)
                    heard = mount is not None and bool(mount.listeners or mount.awaiting)
                    relay.sweep(self.clock.seconds(), is_wanted=heard)

    def play(self, call: Call, seconds: float, filling: bytes = b"\x55") -> None:
        """Let ``call`` send its stream in real time."""
        debt = 0.0

        def send() -> None:
            nonlocal debt
            debt += 0.1 * FRAMES_A_SECOND
            call.say(mpeg_frame(filling=filling) * int(debt))
            debt -= int(debt)

        self.pass_time(seconds, send)

    def told(self, *kinds: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kinds)]


def upstream(url: str, *, password: str = "", trusted: bool = True) -> Upstream:
    login = Login("source", password.encode()) if password else None
    return Upstream(parse(url), login, trusted=trusted)


def whole_frames(data: bytes) -> list[bytes]:
    """The frames in what a player got, which must be whole."""
    assert len(data) % MP3_128_BYTES == 0
    return [data[at : at + MP3_128_BYTES] for at in range(0, len(data), MP3_128_BYTES)]
