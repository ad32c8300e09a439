"""Players, encoders and a clock for the tests of the domain."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from tinyice.core.clients import Client
from tinyice.core.events import Event
from tinyice.core.listener import Listener
from tinyice.core.mount import Mount
from tinyice.core.mounts import Mounts
from tinyice.core.pace import Pace
from tinyice.core.ring import Allocate, OwnMemory
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.snapshots import StationHeaders
from tinyice.core.source import Source
from tinyice.formats.base import Framer

BOUNDLESS = 1 << 60
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class Player:
    """The outlet of a listener: takes ``room`` bytes, then waits for more room."""

    def __init__(self, room: int = BOUNDLESS) -> None:
        self.room = room
        self.got = bytearray()
        self.sends = 0
        self.finished = 0
        self.aborted = 0
        self.waits = False
        self.at_end: Callable[[], None] = lambda: None
        self.listener: Listener | None = None
        self.raw_send = self.send

    def send(self, view: bytes | memoryview) -> int:
        assert not self.aborted, "bytes after the end"
        self.sends += 1
        taken = min(self.room, len(view))
        self.got += view[:taken]
        self.room -= taken
        self.waits = taken < len(view)
        return taken

    def finish(self) -> None:
        self.finished += 1
        self.at_end()

    def abort(self) -> None:
        self.aborted += 1
        self.at_end()

    def give(self, room: int = BOUNDLESS) -> None:
        """The socket takes so many bytes more."""
        self.room += room
        if self.waits and self.room and self.listener is not None:
            self.waits = False
            self.listener.resume()


@dataclass
class Encoder:
    """The control of a source: notes what the mount asks for."""

    holds: list[float] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    at_close: Callable[[str], None] = lambda reason: None

    def hold(self, seconds: float) -> None:
        self.holds.append(seconds)

    def close(self, reason: str) -> None:
        self.closed.append(reason)
        self.at_close(reason)


@dataclass
class Tape:
    """A recorder that keeps what it hears."""

    data: bytearray = field(default_factory=bytearray)
    closed: int = 0

    def write(self, data: bytes) -> None:
        self.data += data

    def close(self) -> None:
        self.closed += 1


class Rig:
    """A station of mounts with fakes all around."""

    def __init__(
        self,
        station: StationSettings | None = None,
        *,
        mounts: Mapping[str, MountSettings] | None = None,
        settings: MountSettings | None = None,
        allocate: Allocate = OwnMemory,
    ) -> None:
        self.clock = Clock()
        self.events: list[Event] = []
        self.tapes: list[Tape] = []
        self.settings = dict(mounts or {})
        self._plain = settings or MountSettings("")
        self.mounts = Mounts(
            [path for path, one in self.settings.items() if one.configured],
            self.settings_for,
            station or StationSettings(),
            publish=self.events.append,
            clock=self.clock,
            recorder_for=self._tape,
            allocate=allocate,
        )

    def settings_for(self, path: str) -> MountSettings:
        return self.settings.get(path) or replace(self._plain, path=path)

    def source(
        self,
        *,
        credential: str = "hash",
        content_type: str = "audio/mpeg",
        framer: Framer | None = None,
        pace: Pace | None = None,
        station: StationHeaders | None = None,
    ) -> Source:
        """A source session that nobody has let in yet."""
        source = Source(
            kind="client",
            client=Client("192.0.2.1"),
            user="source",
            credential=credential,
            content_type=content_type,
            station=station or StationHeaders(),
            control=Encoder(),
            pace=pace or Pace(0),
            connected_at=NOON,
            now=self.clock(),
        )
        source.framer = framer
        return source

    def on_air(self, path: str = "/live", *, framer: Framer | None = None) -> tuple[Mount, Source]:
        """A mount with a source; the source leaves the mount when it is closed."""
        return self.claim(path, self.source(framer=framer))

    def claim(self, path: str, source: Source) -> tuple[Mount, Source]:
        mount = self.mounts.claim(path, source)
        control = source.control
        assert isinstance(control, Encoder)
        control.at_close = lambda reason: self.mounts.release(mount, source, reason)
        return mount, source

    def listen(
        self, mount: Mount, metaint: int | None = None, *, room: int = BOUNDLESS
    ) -> tuple[Listener, Player]:
        """Somebody joins ``mount``, after the question whether that is allowed."""
        admitted = self.mounts.admit(mount.path)
        assert admitted is mount
        player = Player(room)
        listener = Listener(
            self.mounts.next_listener_id(), Client("198.51.100.7"), player, self.clock()
        )
        player.listener = listener
        self.mounts.join(mount, listener, metaint)
        return listener, player

    def of(self, kind: type[Event]) -> list[Event]:
        """The events of one kind so far."""
        return [event for event in self.events if type(event) is kind]

    def _tape(self, settings: MountSettings) -> Tape | None:
        if not settings.dump_file:
            return None
        self.tapes.append(Tape())
        return self.tapes[-1]
