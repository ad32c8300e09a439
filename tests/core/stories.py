"""Stories of a mount and its listeners, and the reading of what each player got.

Encoders send numbered units in any pieces and are replaced; players of every
kind join, take any amounts at any time, and leave; titles change. At the end
all that each player got is read as players read it.
"""

from dataclasses import dataclass
from random import Random

from hypothesis import strategies as st

from core.deicy import deinterleave
from core.fakes import BOUNDLESS, Player, Rig
from core.units import Programme, UnitFramer, gaps, numbers
from tinyice.core.events import DropReason
from tinyice.core.listener import Listener
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.tags import Tags

JUMPS_MAX = 3


@dataclass(frozen=True, slots=True)
class Send:
    """So many units of a length come, the last bytes a little later."""

    count: int
    length: int
    cut: int


@dataclass(frozen=True, slots=True)
class Join:
    """Somebody joins, whose socket takes ``room`` bytes."""

    metaint: int | None
    room: int
    intro: int


@dataclass(frozen=True, slots=True)
class Read:
    """One who listens takes so many bytes more."""

    who: int
    room: int


@dataclass(frozen=True, slots=True)
class Leave:
    """One who listens goes."""

    who: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Time passes."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Pulse:
    """What is new goes out."""


@dataclass(frozen=True, slots=True)
class Title:
    """Something else plays, with so long an address."""

    url_bytes: int


@dataclass(frozen=True, slots=True)
class TakeOver:
    """The encoder falls silent and comes back; who listens stays."""


Step = Send | Join | Read | Leave | Wait | Pulse | Title | TakeOver

who = st.integers(0, 7)
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(Send, st.integers(1, 20), st.integers(13, 3000), st.sampled_from((0, 1, 12, 500))),
    st.builds(Send, st.integers(30, 120), st.integers(300, 1500), st.just(7)),
    st.builds(
        Join,
        st.sampled_from((None, None, 256, 1000, 16000, 65536)),
        st.sampled_from((0, 1, 700, 20_000, 90_000, BOUNDLESS)),
        st.sampled_from((0, 0, 0, 300, 30_000)),
    ),
    st.builds(Read, who, st.sampled_from((1, 300, 5000, 70_000, BOUNDLESS))),
    st.builds(Leave, who),
    st.builds(Wait, st.sampled_from((0.1, 1.0, 3.0))),
    st.just(Pulse()),
    st.just(Pulse()),
    st.builds(Title, st.sampled_from((0, 0, 3000))),
    st.just(TakeOver()),
)


def random_step(dice: Random) -> Step:
    """A step for long stories, in which players fall behind."""
    which = dice.randrange(11)
    if which < 2:
        return Send(dice.randint(1, 20), dice.randint(13, 3000), dice.choice((0, 1, 12, 500)))
    if which < 4:
        return Send(dice.randint(30, 120), dice.randint(300, 1500), 7)
    if which == 4:
        metaint = dice.choice((None, 256, 1000, 16000, 65536))
        room = dice.choice((0, 1, 700, 20_000, 90_000, BOUNDLESS))
        return Join(metaint, room, dice.choice((0, 0, 0, 300, 30_000)))
    if which < 7:
        return Read(dice.randrange(8), dice.choice((1, 300, 5000, 70_000, BOUNDLESS)))
    rare: Step = dice.choice((Leave(dice.randrange(8)), TakeOver(), Pulse(), Pulse(), Pulse()))
    often = (Pulse(), Title(dice.choice((0, 0, 3000))), Wait(dice.choice((0.1, 1.0, 3.0))))
    return (rare, *often)[which - 7]


@dataclass
class Ear:
    """A player, and what it must not get."""

    listener: Listener
    player: Player
    metaint: int | None
    first_unit: int
    intro: bytes


class Story:
    """A mount with all that can happen to it."""

    def __init__(self, queue_bytes: int, burst_bytes: int) -> None:
        self.rig = Rig(
            StationSettings(jumps_max=JUMPS_MAX),
            settings=MountSettings(
                "", queue_bytes=queue_bytes, burst_bytes=burst_bytes, source_timeout_s=0
            ),
        )
        self.programme = Programme()
        self.ears: list[Ear] = []
        self.title = 0
        self.connect()

    def connect(self) -> None:
        """A session begins, with a title of its own."""
        self.first_unit = self.programme.number
        self.mount, self.source = self.rig.claim("/live", self.rig.source(framer=UnitFramer()))
        self.source.framer = UnitFramer()
        self.change_title(Title(0))
        self.send(Send(2, 20, 0))

    def change_title(self, step: Title) -> None:
        self.title += 1
        self.mount.set_tags(Tags(title=str(self.title), url="u" * step.url_bytes), "admin")

    def send(self, step: Send) -> None:
        data = self.programme.units(*[step.length] * step.count)
        at = len(data) - step.cut
        for part in (data[:at], data[at:]):
            self.mount.take(self.source, part)

    def join(self, step: Join) -> None:
        self.mount.intro = intro = b"J" * step.intro
        listener, player = self.rig.listen(self.mount, step.metaint, room=step.room)
        self.ears.append(Ear(listener, player, step.metaint, self.first_unit, intro))

    def take_over(self) -> None:
        self.rig.clock.advance(2.5)
        late = self.source
        self.connect()
        before = self.mount.bytes_in
        self.mount.take(late, b"late")
        assert self.mount.bytes_in == before

    def perform(self, step: Step) -> None:
        """Let it happen, and look at the books."""
        match step:
            case Send():
                self.send(step)
            case Join():
                self.join(step)
            case Wait():
                self.rig.clock.advance(step.seconds)
                self.rig.mounts.sweep()
            case Pulse():
                self.rig.mounts.deliver()
            case Title():
                self.change_title(step)
            case TakeOver():
                self.take_over()
            case Read() if self.ears:
                self.ears[step.who % len(self.ears)].player.give(step.room)
            case Leave() if self.ears:
                self.rig.mounts.leave(self.mount, self.ears[step.who % len(self.ears)].listener)
        self.check_books()

    def check_books(self) -> None:
        """Each byte that a player took is counted once; everybody is in one place."""
        for ear in self.ears:
            assert ear.listener.bytes_out == len(ear.player.got)
        assert self.mount.bytes_out == sum(len(ear.player.got) for ear in self.ears)
        assert sum(len(feed) for feed in self.mount.feeds) == len(self.mount.listeners)

    def end(self) -> None:
        """Everyone gets all that is left, and what each got is read."""
        for ear in self.ears:
            ear.player.give()
        for _ in range(2):
            self.send(Send(70, 1000, 0))
            self.rig.mounts.deliver()
        self.check_books()
        for ear in self.ears:
            self.check(ear)

    def check(self, ear: Ear) -> None:
        payload = bytes(ear.player.got)
        if ear.metaint is not None:
            received = deinterleave(payload, ear.metaint)
            payload = received.payload
            assert not received.blocks or received.blocks[0], "the first block is a full one"
            told = [int(title) for title in received.titles if title]
            assert told == sorted(told), "an old title came after a newer one"
            assert not self.stays(ear) or told[-1] == self.title
        assert payload.startswith(ear.intro[: len(payload)])
        found = numbers(payload[len(ear.intro) :])
        lost = gaps(found)
        assert lost <= ear.listener.jumps
        assert not found or found[0] >= ear.first_unit
        if self.stays(ear):
            assert ear.listener.jumps_in_a_row == 0
            assert found[-1] == self.programme.number - 1
        elif ear.player.aborted:
            assert ear.listener.drop_reason is DropReason.TOO_SLOW
            assert ear.listener.jumps >= JUMPS_MAX

    def stays(self, ear: Ear) -> bool:
        return ear.listener.id in self.mount.listeners
