"""A station whose encoders send in real time, for the tests of fallbacks."""

from core.fakes import Encoder, Player, Rig
from core.units import Programme, UnitFramer, numbers
from tinyice.core.clients import Client
from tinyice.core.events import Event
from tinyice.core.mount import Mount
from tinyice.core.pace import Pace
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.snapshots import ChainLink, StationHeaders
from tinyice.core.source import Source
from tinyice.core.station import mount_snapshot
from tinyice.formats.base import Chunk, FormatKind

UNIT = 500
UNITS_A_SECOND = 4
A_SECOND = 1.0 / (UNIT * UNITS_A_SECOND)


class Show:
    """One encoder and what it sends: its units are numbered from ``first`` on."""

    def __init__(self, stage: "Stage", path: str, first: int, framer: UnitFramer) -> None:
        self.stage = stage
        self.programme = Programme()
        self.programme.number = first
        self.framer = framer
        source = stage.rig.source(credential=path, framer=framer)
        self.mount, self.source = stage.rig.claim(path, source)
        self.plays = True
        stage.shows.append(self)

    def send(self, units: int = 1) -> None:
        self.mount.take(self.source, self.programme.units(*[UNIT] * units))

    def end(self) -> None:
        self.stage.shows.remove(self)
        self.stage.rig.mounts.release(self.mount, self.source, "gone")


class Loop:
    """A player of this process: plays while it is on air, from where it was."""

    def __init__(self, stage: "Stage", path: str, element: str, first: int) -> None:
        self.stage = stage
        self.programme = Programme()
        self.programme.number = first
        self.plays = False
        self.told: list[str] = []
        self.headers = b""
        self.source = Source(
            kind=element.partition(":")[0],
            element=element,
            client=Client(""),
            user="",
            credential="",
            content_type="audio/mpeg",
            station=StationHeaders(),
            control=Encoder(),
            pace=Pace(0),
            connected_at=stage.rig.source().connected_at,
            now=stage.rig.clock(),
            described=UnitFramer(),
            cue=self,
        )
        self.mount = stage.rig.mounts.known(path)
        stage.rig.mounts.claim(path, self.source)
        stage.shows.append(self)

    def begin(self) -> None:
        self.told.append("begin")
        self.plays = True
        self.send()

    def end(self) -> None:
        self.told.append("end")
        self.plays = False

    def send(self) -> None:
        data = self.programme.units(UNIT)
        self.mount.take_chunks(self.source, [Chunk(data, (0,), 1 / UNITS_A_SECOND)])


class Stage:
    """A station of mounts, and time."""

    def __init__(self, *settings: MountSettings) -> None:
        self.rig = Rig(mounts={one.path: one for one in settings})
        self.shows: list[Show | Loop] = []

    def show(self, path: str, first: int, kind: FormatKind = FormatKind.MPEG) -> Show:
        return Show(self, path, first, UnitFramer(kind, seconds_per_byte=A_SECOND))

    def run(self, seconds: float) -> None:
        """Let time pass, with all that comes in it."""
        for _ in range(round(seconds * UNITS_A_SECOND)):
            self.rig.clock.advance(1 / UNITS_A_SECOND)
            for show in list(self.shows):
                if show.plays:
                    show.send()
            self.rig.mounts.sweep()
            self.rig.mounts.deliver()

    def decide(self, *settings: MountSettings) -> None:
        """These are the settings now."""
        self.rig.settings = {one.path: one for one in settings}
        self.rig.mounts.configure(self.rig.settings, self.rig.settings_for, StationSettings())

    @property
    def live(self) -> Mount:
        return self.rig.mounts.known("/live")

    @property
    def links(self) -> list[tuple[str, str]]:
        """The inputs of /live, and how they are."""
        links: tuple[ChainLink, ...] = mount_snapshot(self.live).chain
        return [(link.name, link.state.value) for link in links]

    def of(self, *kinds: type[Event]) -> list[Event]:
        return [event for event in self.rig.events if type(event) in kinds]


def pieces(player: Player) -> list[int]:
    """The programmes that were heard one after the other, by the thousand."""
    heard = numbers(bytes(player.got))
    assert len(set(heard)) == len(heard), "a unit came twice"
    shows = [number // 1000 for number in heard]
    return [show for at, show in enumerate(shows) if not at or shows[at - 1] != show]
