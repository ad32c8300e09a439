"""A station with pushes whose targets are played by the test: no sockets, no real time."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from twisted.internet.task import Clock

from core.fakes import NOON
from formats.synthetic_frames import mpeg_frame
from relays import calls
from tinyice.config.items import Push as PushItem
from tinyice.core.clients import Client
from tinyice.core.events import Event
from tinyice.core.mount import Mount
from tinyice.core.mounts import Mounts
from tinyice.core.pace import Pace
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.source import Source
from tinyice.relays.push import Push, Surroundings
from tinyice.relays.push_session import Ways
from tinyice.relays.push_settings import settings_of
from tinyice.relays.pushes import Pushes
from tinyice.wire.station import StationFields

FRAMES_A_SECOND = 44100 / 1152
URL = "http://public.example:8000/there"
TAKEN = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\n"


class Call(calls.Call):
    """One connection that a push wants."""

    @property
    def head(self) -> str:
        return self.heard.partition(b"\r\n\r\n")[0].decode()

    @property
    def audio(self) -> bytes:
        return self.heard.partition(b"\r\n\r\n")[2]

    def take(self, words: bytes = TAKEN) -> "Call":
        """Accept, and take the stream."""
        self.accept()
        self.say(words)
        return self


class Encoder:
    """A source on a mount; nobody holds it back."""

    def __init__(self, studio: "Studio", path: str, content_type: str) -> None:
        self.closed = ""
        self.source = Source(
            kind="client",
            client=Client("203.0.113.4"),
            user="source",
            credential="x",
            content_type=content_type,
            station=StationFields(name="Radio Ö", genre="Jazz", public=True),
            control=self,
            pace=Pace(0),
            connected_at=NOON,
            now=studio.clock.seconds(),
        )
        self._studio = studio
        self.mount: Mount = studio.mounts.claim(path, self.source)

    def hold(self, seconds: float) -> None: ...

    def close(self, reason: str) -> None:
        self.closed = reason

    def send(self, data: bytes) -> None:
        self.mount.take(self.source, data)

    def end(self) -> None:
        self._studio.mounts.release(self.mount, self.source, "the test is over")


class Studio:
    """Mounts, a net, a clock that the test turns, and pushes."""

    def __init__(self, *pushes: PushItem, **settings: MountSettings) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.net = calls.Net(Call)
        self.events: list[Event] = []
        self.chance = 1.0
        known = {f"/{name}": one for name, one in settings.items()}
        self.mounts = Mounts(
            [],
            lambda path: known.get(path) or replace(MountSettings(path), path=path),
            StationSettings(),
            publish=self.events.append,
            clock=self.clock.seconds,
            recorder_for=lambda _: None,
        )
        self.world = Surroundings(
            ways=Ways(self.net, self.clock),  # type: ignore[arg-type]
            publish=self.events.append,
            random=lambda: self.chance,
            now=lambda: NOON,
            agent="tinyice test",
        )
        self.pushes = Pushes(self.mounts, self.world)
        self.apply(*pushes)

    def apply(self, *pushes: PushItem) -> None:
        self.pushes.apply({push.called: settings_of(push) for push in pushes})

    def push(self, **more: object) -> Push:
        """A push of /here that has begun."""
        told = {"id": "hub", "mount": "/here", "url": URL, "password": "secret", **more}
        self.apply(PushItem(**told))  # type: ignore[arg-type]
        return self.pushes.find("hub")

    def on_air(self, path: str = "/here", content_type: str = "audio/mpeg") -> Encoder:
        """An encoder, and its first second of MP3."""
        encoder = Encoder(self, path, content_type)
        if content_type == "audio/mpeg":
            encoder.send(frames(1))
        return encoder

    def pass_time(self, seconds: float, each: Callable[[], None] = lambda: None) -> None:
        """Let time pass as the server does."""
        for tenth in range(round(seconds * 10)):
            self.clock.advance(0.1)
            each()
            self.mounts.deliver()
            if tenth % 10 == 9:
                self.mounts.sweep()
                self.pushes.sweep()

    def play(self, encoder: Encoder, seconds: float, filling: bytes = b"\x55") -> None:
        """Let ``encoder`` send in real time."""
        debt = 0.0

        def send() -> None:
            nonlocal debt
            debt += 0.1 * FRAMES_A_SECOND
            encoder.send(mpeg_frame(filling=filling) * int(debt))
            debt -= int(debt)

        self.pass_time(seconds, send)

    def taken(self, encoder: Encoder) -> Call:
        """The connection of the push, once its stream is taken."""
        self.clock.advance(0)
        call = self.net.next().take()
        self.play(encoder, 0.2)
        return call

    def told(self, *kinds: type[Event]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kinds)]


def frames(seconds: float, filling: bytes = b"\x55") -> bytes:
    """So much audio of 128 kbit/s, in whole frames."""
    return mpeg_frame(filling=filling) * round(seconds * FRAMES_A_SECOND)
