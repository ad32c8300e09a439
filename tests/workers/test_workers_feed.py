"""A feed in a worker: the writer never waits, and nobody gets a torn or doubled byte."""

import random
from dataclasses import dataclass, field

from hypothesis import example, given
from hypothesis import strategies as st

from core.fakes import BOUNDLESS, Player
from tinyice.core.clients import Client
from tinyice.core.listener import Listener
from tinyice.core.ring import SPAN, Ring
from tinyice.workers.feed import SharedFeed
from tinyice.workers.shared import SharedMemory, SharedRing, shared_memory

CAPACITY = 4 * SPAN
STREAM = random.Random(7).randbytes(1 << 20)
JUMPS = 3


def heard(start: int, end: int) -> bytes:
    """The bytes of the stream between two offsets."""
    whole = STREAM * (1 + end // len(STREAM))
    return whole[start:end]


@dataclass
class Main:
    """The main process as the feed sees it: it writes, and answers when it is told to."""

    ring: Ring = field(default_factory=lambda: Ring(CAPACITY, allocate=shared_memory))
    asked: list[tuple[Listener, int]] = field(default_factory=list)
    ended: list[Listener] = field(default_factory=list)

    def __post_init__(self) -> None:
        memory = self.ring.memory
        assert isinstance(memory, SharedMemory)
        self.feed = SharedFeed(
            1,
            SharedRing(memory.descriptor, self.ring.capacity),
            self,
            jumps_max=JUMPS,
            low_latency=False,
            slices=2,
        )

    def overrun(self, listener: Listener) -> None:
        self.asked.append((listener, listener.offset))

    def too_slow(self, listener: Listener) -> None:
        self.ended.append(listener)
        self.feed.dismiss(listener)

    def write(self, size: int) -> None:
        while size:
            piece = min(size, SPAN)
            self.ring.append(heard(self.ring.head, self.ring.head + piece))
            size -= piece

    def overrun_somebody(self) -> None:
        """Go on, with pulses, until somebody has fallen behind too far."""
        while not self.asked and not self.ended:
            self.write(SPAN // 4)
            self.feed.deliver()

    def answer(self) -> None:
        """Everyone who was asked for goes on at the head, or is dropped if its bytes are lost."""
        asked, self.asked = self.asked, []
        for listener, offset in asked:
            if offset < self.ring.tail:
                self.too_slow(listener)
            else:
                self.feed.jump(listener, b"<jump>", self.ring.head)

    def carry(self, *, room: int = BOUNDLESS) -> tuple[Listener, Player]:
        """A listener, level with the stream, comes to the worker."""
        player = Player(room)
        listener = Listener(1, Client(""), player, 0.0)
        player.listener = listener
        self.feed.join(listener, self.ring.head, 1000)
        return listener, player


def test_who_keeps_up_gets_everything_once() -> None:
    """Listeners of every slice, whenever they come, get the stream from there on."""
    main = Main()
    main.write(5000)
    players: list[tuple[int, Player, Listener]] = []
    for turn in range(40):
        listener, player = main.carry()
        players.append((main.ring.head, player, listener))
        main.write(3000 + turn)
        main.feed.deliver(turn % 2, 2)
    main.feed.deliver()
    for start, player, listener in players:
        assert bytes(player.got) == heard(start, main.ring.head)
        assert listener.bytes_out == 1000 + len(player.got)
    assert main.feed.seating.bytes_out == sum(len(player.got) for _, player, _ in players)
    assert main.asked == []


def test_who_stalls_is_asked_for_in_time_and_gets_nothing_meanwhile() -> None:
    """A quarter of the ring is left when the main process is asked; then the listener waits."""
    main = Main()
    listener, player = main.carry(room=100)
    for _ in range(13):
        main.write(SPAN // 4)
        main.feed.deliver()
    assert main.asked == [(listener, 100)]
    player.give(10_000)
    assert len(player.got) == 100
    main.answer()
    assert bytes(player.got) == heard(0, 100) + b"<jump>"
    main.feed.deliver()
    main.write(1000)
    main.feed.deliver()
    assert bytes(player.got[106:]) == heard(main.ring.head - 1000, main.ring.head)
    assert (listener.jumps, listener.jumps_in_a_row) == (1, 0)


def test_who_never_catches_up_is_dropped() -> None:
    """After so many jumps in a row the listener is too slow, and nothing of it stays."""
    main = Main()
    listener, _ = main.carry(room=100)
    for _ in range(JUMPS):
        main.overrun_somebody()
        main.answer()
    assert main.ended == []
    main.overrun_somebody()
    assert main.ended == [listener]
    assert listener.jumps == JUMPS
    assert len(main.feed) == 0


def test_a_worker_that_stood_still_gives_no_lost_bytes() -> None:
    """After a stop of the process seconds long, all who lost bytes are asked for."""
    main = Main()
    carried = [main.carry() for _ in range(5)]
    main.feed.deliver()
    main.write(1000)
    main.feed.deliver()
    late, _ = main.carry()
    main.write(2 * CAPACITY)
    main.feed.deliver()
    main.feed.deliver()
    assert {one for one, _ in main.asked} == {late, *(one for one, _ in carried)}
    for listener, player in carried:
        assert bytes(player.got) == heard(0, 1000)
        assert listener.bytes_out == 2000
    assert len(main.feed) == 6


def test_the_end_lets_everyone_go_with_all_there_is() -> None:
    """Level listeners end at once, slow ones when they have the rest."""
    main = Main()
    _, level = main.carry()
    slow, slow_player = main.carry(room=10)
    main.feed.deliver()
    main.write(3000)
    main.feed.end(main.ring.head)
    assert (level.finished, slow_player.finished) == (1, 0)
    assert bytes(level.got) == heard(0, 3000)
    main.write(500)
    _, newcomer = main.carry()
    main.feed.deliver()
    main.write(100)
    main.feed.deliver()
    slow_player.give()
    assert bytes(slow_player.got) == heard(0, 3000)
    assert slow_player.finished == 1
    assert bytes(newcomer.got) == heard(3500, 3600)
    assert slow.until == 3000


def test_a_ring_that_grows_is_followed() -> None:
    """With the new memory everything goes on at the same offsets."""
    main = Main()
    _, player = main.carry()
    main.write(SPAN)
    main.feed.deliver()
    main.ring.grow(8 * SPAN)
    main.write(700)
    main.feed.deliver()
    assert len(player.got) == SPAN
    memory = main.ring.memory
    assert isinstance(memory, SharedMemory)
    main.feed.follow(SharedRing(memory.descriptor, main.ring.capacity))
    main.feed.deliver()
    assert bytes(player.got) == heard(0, SPAN + 700)


@given(
    st.lists(st.tuples(st.integers(0, SPAN), st.integers(0, 40_000), st.booleans()), max_size=60)
)
@example([(51, 0, False), *[(SPAN, 0, False)] * 3, (SPAN, 0, True)])
def test_what_a_slow_listener_gets_are_pieces_of_the_stream(
    steps: list[tuple[int, int, bool]],
) -> None:
    """Any rhythm of writing, room and answers: each piece is unbroken, from where it should be."""
    main = Main()
    listener, player = main.carry(room=50)
    starts = [0]
    for size, room, answers in steps:
        main.write(size)
        player.give(room)
        waits = bool(main.asked)
        main.feed.deliver()
        if not waits:
            assert all(offset >= main.ring.tail for _, offset in main.asked), "asked too late"
        if answers and main.asked:
            starts.append(main.ring.head)
            main.answer()
        if main.ended:
            break
    *whole, last = bytes(player.got).split(b"<jump>")
    for start, piece in zip(starts, whole, strict=False):
        assert piece == heard(start, start + len(piece))
    start = starts[len(whole)]
    stump = next(at for at in range(6, -1, -1) if last.endswith(b"<jump>"[:at]))
    assert heard(start, start + len(last)).startswith(last[: len(last) - stump])
    assert listener.bytes_out == 1000 + len(player.got)
