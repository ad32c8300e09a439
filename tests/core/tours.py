"""Stories of listeners who are moved between two mounts, and the reading of what each got.

The units of the second mount have numbers from ``SECOND`` on, so that every
piece of what a player got tells which mount it came from.
"""

from dataclasses import dataclass, field

from hypothesis import strategies as st

from core.deicy import deinterleave
from core.fakes import BOUNDLESS, Player, Rig
from core.units import Programme, UnitFramer, numbers
from tinyice.core.events import DropReason
from tinyice.core.listener import Listener
from tinyice.core.mount import Mount
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.source import Source
from tinyice.core.tags import Tags

SECOND = 1 << 40
PATHS = ("/first", "/second")
METAINTS = (None, 256, 1000, 16000)


@dataclass(frozen=True, slots=True)
class Send:
    """So many units of a length come to one mount, the last bytes a little later."""

    to: int
    count: int
    length: int
    cut: int


@dataclass(frozen=True, slots=True)
class Join:
    """Somebody joins one mount, whose socket takes ``room`` bytes."""

    to: int
    metaint: int | None
    room: int
    intro: int


@dataclass(frozen=True, slots=True)
class Read:
    """One who listens takes so many bytes more."""

    who: int
    room: int


@dataclass(frozen=True, slots=True)
class Move:
    """One who listens, or everyone, is moved to the other mount."""

    who: int | None
    by: int


@dataclass(frozen=True, slots=True)
class Title:
    """Something else plays on one mount."""

    to: int


@dataclass(frozen=True, slots=True)
class Pulse:
    """What is new goes out, or a slice of it."""

    turn: int
    turns: int


Step = Send | Join | Read | Move | Title | Pulse

which = st.integers(0, 1)
who = st.integers(0, 7)
pulses = st.one_of(st.just(Pulse(0, 1)), st.builds(lambda turn: Pulse(turn, 3), st.integers(0, 2)))
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(Send, which, st.integers(1, 20), st.integers(13, 3000), st.sampled_from((0, 12))),
    st.builds(Send, which, st.integers(30, 120), st.integers(300, 1500), st.just(7)),
    st.builds(
        Join,
        which,
        st.sampled_from(METAINTS),
        st.sampled_from((0, 700, 20_000, BOUNDLESS, BOUNDLESS)),
        st.sampled_from((0, 0, 300, 30_000)),
    ),
    st.builds(Read, who, st.sampled_from((1, 300, 5000, 70_000, BOUNDLESS))),
    st.builds(Move, st.one_of(st.none(), who), which),
    st.builds(Move, who, which),
    st.builds(Title, which),
    pulses,
    pulses,
)


@dataclass
class Ear:
    """A player, and where it is."""

    listener: Listener
    player: Player
    metaint: int | None
    intro: bytes
    at: int


@dataclass
class Channel:
    """One of the mounts, and its encoder."""

    mount: Mount
    source: Source
    programme: Programme
    titles: list[str] = field(default_factory=list)


class Tour:
    """Two mounts, and who is moved between them."""

    def __init__(self, queue_bytes: int = 200_000, burst_bytes: int = 5000) -> None:
        self.rig = Rig(
            StationSettings(jumps_max=1000),
            settings=MountSettings(
                "", queue_bytes=queue_bytes, burst_bytes=burst_bytes, source_timeout_s=0
            ),
        )
        self.ears: list[Ear] = []
        self.channels: list[Channel] = []
        for at, path in enumerate(PATHS):
            mount, source = self.rig.on_air(path, framer=UnitFramer())
            programme = Programme()
            programme.number = at * SECOND
            self.channels.append(Channel(mount, source, programme))
            self.perform(Title(at))
            self.perform(Send(at, 3, 50, 0))

    def perform(self, step: Step) -> None:
        """Let it happen, and look at the books."""
        match step:
            case Send():
                channel = self.channels[step.to]
                data = channel.programme.units(*[step.length] * step.count)
                at = len(data) - step.cut
                for part in (data[:at], data[at:]):
                    channel.mount.take(channel.source, part)
            case Join():
                self.join(step)
            case Title():
                channel = self.channels[step.to]
                channel.titles.append(f"{PATHS[step.to]} {len(channel.titles):05}")
                channel.mount.set_tags(Tags(title=channel.titles[-1]), "admin")
            case Pulse():
                self.rig.mounts.deliver(step.turn, step.turns)
            case Read() if self.ears:
                self.ears[step.who % len(self.ears)].player.give(step.room)
            case Move():
                self.move(step)
        self.check_books()

    def join(self, step: Join) -> Ear:
        mount = self.channels[step.to].mount
        mount.intro = intro = b"J" * step.intro
        listener, player = self.rig.listen(mount, step.metaint, room=step.room)
        self.ears.append(Ear(listener, player, step.metaint, intro, step.to))
        return self.ears[-1]

    def move(self, step: Move) -> int:
        source, to = 1 - step.by, step.by
        ids = None
        if step.who is not None:
            if not self.ears:
                return 0
            ids = [self.ears[step.who % len(self.ears)].listener.id]
        moved = self.rig.mounts.move_listeners(PATHS[source], PATHS[to], ids)
        for ear in self.ears:
            ear.at = to if ear.listener.id in self.channels[to].mount.listeners else ear.at
        return moved

    def check_books(self) -> None:
        """Each byte that a player took is counted once; everybody is in one place."""
        for ear in self.ears:
            assert ear.listener.bytes_out == len(ear.player.got)
        mounts = [channel.mount for channel in self.channels]
        total = sum(len(ear.player.got) for ear in self.ears)
        assert sum(mount.bytes_out for mount in mounts) == total
        for mount in mounts:
            assert sum(len(feed) for feed in mount.feeds) == len(mount.listeners)
            assert all(one.mount is mount for one in mount.listeners.values())

    def end(self) -> None:
        """Everyone gets all that is left, and what each got is read."""
        for ear in self.ears:
            ear.player.give()
        for _ in range(3):
            for at in (0, 1):
                self.perform(Send(at, 70, 1000, 0))
            self.perform(Pulse(0, 1))
        for ear in self.ears:
            self.check(ear)

    def check(self, ear: Ear) -> None:
        """Whole units in order, of either mount none twice; titles in their places."""
        payload = bytes(ear.player.got)
        if ear.metaint is not None:
            received = deinterleave(payload, ear.metaint)
            payload = received.payload
            assert not received.blocks or received.blocks[0], "the first block is a full one"
            told = [title for title in received.titles if title]
            for path in PATHS:
                own = [title for title in told if title.startswith(path)]
                assert own == sorted(own), "an old title came after a newer one"
            if not ear.player.aborted:
                assert told[-1] == self.channels[ear.at].titles[-1]
        assert payload.startswith(ear.intro[: len(payload)])
        found = numbers(payload[len(ear.intro) :])
        for at in (0, 1):
            own = [number for number in found if (number >= SECOND) == bool(at)]
            assert own == sorted(set(own)), "a unit came twice, or too late"
        if ear.player.aborted:
            assert ear.listener.drop_reason is DropReason.TOO_SLOW
        else:
            assert found[-1] == self.channels[ear.at].programme.number - 1


def segments(found: list[int]) -> list[list[int]]:
    """The unbroken pieces of ascending numbers."""
    pieces: list[list[int]] = []
    for number in found:
        if pieces and number == pieces[-1][-1] + 1:
            pieces[-1].append(number)
        else:
            pieces.append([number])
    return pieces
