"""Links to processes that are not there: what they are given is kept, and they die at will."""

from collections.abc import Callable
from dataclasses import dataclass, field

from twisted.internet.defer import Deferred, succeed

from tinyice.codec.meter_link import Heard
from tinyice.core.events import Event
from tinyice.core.levels import Level, Window
from tinyice.metering.crew import Crew

LOUD, QUIET = Level(-120, -60), Level(-700, -650)


@dataclass
class Given:
    """One stream that was begun."""

    kind: str
    heard: Heard
    data: bytes = b""
    is_over: bool = False

    def sounds(self, seconds: float, level: Level = LOUD) -> None:
        """The process finds so much of that."""
        self.heard((Window(0.05, (level, level)),) * round(seconds / 0.05))


class FakeLink:
    """Is ready as soon as it is started."""

    def __init__(self, user: Crew) -> None:
        self.user = user
        self.is_ready = False
        self.has_room = True
        self.left_out = 0
        self.streams: dict[int, Given] = {}
        self.is_stopped = False

    @property
    def pid(self) -> int | None:
        return 4711 if self.is_ready else None

    def start(self) -> None:
        self.is_ready = True

    def stop(self) -> Deferred[None]:
        self.is_ready, self.is_stopped = False, True
        return succeed(None)

    def begin(self, kind: str, heard: Heard) -> int:
        number = len(self.streams) + 1
        self.streams[number] = Given(kind, heard)
        return number

    def give(self, number: int, data: bytes) -> bool:
        if self.has_room:
            self.streams[number].data += data
        return self.has_room

    def end(self, number: int) -> None:
        self.streams[number].is_over = True

    def sweep(self, now: float) -> None:
        """Nothing hangs here."""

    def die(self, hung: int | None = None) -> None:
        """The process ends, and is begun again at once."""
        self.is_ready = False
        self.user.lost(self, "killed by signal 9", 0.5, hung)
        self.is_ready = not self.is_stopped

    @property
    def now(self) -> list[Given]:
        """What is measured."""
        return [one for one in self.streams.values() if not one.is_over]


@dataclass
class Room:
    """A crew of such links."""

    clock: Callable[[], float]
    links: list[FakeLink] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.crew = Crew(self._new, publish=self.events.append, clock=self.clock)

    def _new(self, user: Crew) -> FakeLink:
        self.links.append(FakeLink(user))
        return self.links[-1]

    @property
    def running(self) -> list[FakeLink]:
        return [link for link in self.links if not link.is_stopped]
