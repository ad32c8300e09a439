"""Fallbacks: listeners stay, what feeds their mount changes."""

from core.fakes import Player, Rig
from core.units import Programme, UnitFramer, numbers
from tinyice.core.events import Event, FallbackEnded, FallbackEngaged
from tinyice.core.mount import Mount
from tinyice.core.settings import MountSettings

LIVE, NIGHT = MountSettings("/live", chain=("/night",), configured=True), MountSettings("/night")
UNIT = 500
UNITS_A_SECOND = 4
A_SECOND = 1.0 / (UNIT * UNITS_A_SECOND)


class Show:
    """One encoder and what it has sent; its numbers tell it from others."""

    def __init__(self, stage: "Stage", path: str, first: int, **changes: object) -> None:
        self.stage = stage
        self.programme = Programme()
        self.programme.number = first
        self.framer = UnitFramer(seconds_per_byte=A_SECOND)
        for name, value in changes.items():
            setattr(self.framer, name, value)
        source = stage.rig.source(credential=path, framer=self.framer)
        self.mount, self.source = stage.rig.claim(path, source)
        self.plays = True
        stage.shows.append(self)

    def send(self) -> None:
        self.mount.take(self.source, self.programme.units(UNIT))

    def end(self) -> None:
        self.stage.shows.remove(self)
        self.stage.rig.mounts.release(self.mount, self.source, "gone")


class Stage:
    """A station whose encoders send in real time."""

    def __init__(self, *settings: MountSettings) -> None:
        self.rig = Rig(mounts={one.path: one for one in settings})
        self.shows: list[Show] = []

    def show(self, path: str, first: int, **changes: object) -> Show:
        return Show(self, path, first, **changes)

    def run(self, seconds: float) -> None:
        """Let time pass, with all that comes in it."""
        for _ in range(round(seconds * UNITS_A_SECOND)):
            self.rig.clock.advance(1 / UNITS_A_SECOND)
            for show in self.shows:
                if show.plays:
                    show.send()
            self.rig.mounts.sweep()
            self.rig.mounts.deliver()

    @property
    def live(self) -> Mount:
        return self.rig.mounts.known("/live")

    def of(self, *kinds: type[Event]) -> list[Event]:
        return [event for event in self.rig.events if type(event) in kinds]


def pieces(player: Player) -> list[tuple[int, int]]:
    """The programmes that were heard, by the thousand, and how many units of each in a row."""
    found: list[tuple[int, int]] = []
    for number in numbers(bytes(player.got)):
        show = number // 1000
        if found and found[-1][0] == show:
            found[-1] = (show, found[-1][1] + 1)
        else:
            found.append((show, 1))
    return found


def test_listeners_stay_when_the_source_is_lost_and_when_it_returns() -> None:
    """The fallback at once, from what it plays now; the source again once it has been good."""
    stage = Stage(LIVE, NIGHT)
    night, first = stage.show("/night", 5000), stage.show("/live", 1000)
    stage.run(2)
    listener, player = stage.rig.listen(stage.live)
    stage.run(20)
    first.end()
    stage.rig.mounts.deliver()
    assert pieces(player)[-1] == (5, 1), "the newest unit is heard at once"
    stage.run(10)
    stage.show("/live", 2000)
    stage.run(9)
    assert [show for show, _ in pieces(player)] == [1, 5]
    stage.run(5)
    assert [show for show, _ in pieces(player)] == [1, 5, 2]
    assert (player.finished, stage.live.listeners) == (0, {listener.id: listener})
    assert stage.of(FallbackEngaged, FallbackEnded) == [
        FallbackEngaged("/live", "/night", "the source ended"),
        FallbackEnded("/live", "live", 20.25),
    ]
    heard = numbers(bytes(player.got))
    assert len(set(heard)) == len(heard)
    assert night.mount.source is night.source
