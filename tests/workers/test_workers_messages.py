"""Messages between the processes, and the channel that brings them."""

import gc
import os
import socket
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tinyice.work.frames import Frame, FrameError, FrameReader
from tinyice.workers import messages as say
from tinyice.workers.channel import Channel

NUMBERS = st.integers(0, (1 << 64) - 1)
SECONDS = st.floats(allow_nan=False)
KINDS: dict[type[say.Message], tuple[st.SearchStrategy[object], ...]] = {
    say.Open: (NUMBERS, NUMBERS, st.booleans()),
    say.Shut: (NUMBERS,),
    say.Take: (NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    say.Jump: (NUMBERS, NUMBERS, st.binary(max_size=200)),
    say.Part: (NUMBERS,),
    say.Lead: (st.binary(max_size=200),),
    say.Cross: (NUMBERS, NUMBERS, NUMBERS),
    say.Drop: (NUMBERS, st.booleans()),
    say.End: (NUMBERS, NUMBERS),
    say.Hurry: (NUMBERS,),
    say.Halt: (),
    say.GoOn: (),
    say.Settle: (NUMBERS, NUMBERS, NUMBERS),
    say.Stop: (),
    say.Ready: (),
    say.Gone: (NUMBERS, st.booleans(), NUMBERS, NUMBERS),
    say.Overrun: (NUMBERS, NUMBERS),
    say.Parted: (NUMBERS, NUMBERS, NUMBERS),
    say.Served: (NUMBERS, NUMBERS, NUMBERS),
    say.Behind: (NUMBERS, NUMBERS),
    say.Held: (NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.binary(max_size=200)),
    say.Halted: (),
    say.Beat: (st.booleans(), SECONDS, SECONDS, SECONDS, SECONDS),
}
MESSAGES = st.one_of(*(st.builds(kind, *values) for kind, values in KINDS.items()))


@given(MESSAGES)
def test_a_message_comes_back_as_it_was(message: say.Message) -> None:
    """What is encoded is decoded, and only what brings bytes is longer than the short limit."""
    frame = say.encoded(message)
    assert say.decoded(frame) == message
    assert isinstance(message, say.Jump | say.Lead | say.Held) or len(frame.payload) <= say.SHORT


def test_every_message_goes_one_way() -> None:
    """Nobody takes for an order what is a report."""
    assert not say.TO_WORKER & say.FROM_WORKER
    assert len(say.TO_WORKER | say.FROM_WORKER) == len(KINDS)


@given(kind=st.sampled_from(sorted(say.TO_WORKER | say.FROM_WORKER)), payload=st.binary())
def test_other_bytes_are_refused(kind: int, payload: bytes) -> None:
    """What is no message is an error of one kind, never another one."""
    try:
        message = say.decoded(Frame(kind, payload))
    except FrameError:
        return
    again = say.encoded(message)
    assert (again.kind, len(again.payload)) == (kind, len(payload))


class FakeReactor:
    """Remembers who wants to read and write."""

    def __init__(self) -> None:
        self.readers: set[object] = set()
        self.writers: set[object] = set()
        self.addReader = self.readers.add
        self.addWriter = self.writers.add
        self.removeReader = self.readers.discard
        self.removeWriter = self.writers.discard


class User:
    """Keeps what it hears; takes descriptors for messages that bring one."""

    channel: Channel

    def __init__(self) -> None:
        self.heard: list[say.Message] = []
        self.descriptors: list[int | None] = []
        self.lost = 0

    def received(self, message: say.Message) -> None:
        self.heard.append(message)
        if isinstance(message, say.Take | say.Open):
            self.descriptors.append(self.channel.next_descriptor())

    def channel_lost(self) -> None:
        self.lost += 1


class Pair:
    """A channel to a worker, both of its ends here."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self.reactor = FakeReactor()
        self.main, self.worker = User(), User()
        self.to_worker = self._end(ours, self.main, say.FROM_WORKER)
        self.to_main = self._end(theirs, self.worker, say.TO_WORKER)

    def _end(self, end: socket.socket, user: User, kinds: frozenset[int]) -> Channel:
        reader = FrameReader(kinds, max_payload=say.PREFIX_MAX)
        user.channel = Channel(end, reader, user, self.reactor)
        return user.channel

    def pump(self) -> None:
        """Let everything arrive."""
        while self.to_worker.waiting:
            self.to_main.doRead()
            self.to_worker.doWrite()
        heard = -1
        while heard != len(self.worker.heard):
            heard = len(self.worker.heard)
            for _ in range(10):
                self.to_main.doRead()

    def close(self) -> None:
        self.to_worker.lose()
        self.to_main.lose()


def pipe_with(text: bytes) -> int:
    """A descriptor that can be told from others by what is read from it."""
    reading, writing = os.pipe()
    os.write(writing, text)
    os.close(writing)
    return reading


def test_each_message_gets_its_own_descriptor() -> None:
    """In a crowd of messages, with and without, the socket full again and again."""
    pair = Pair()
    for number in range(200):
        pair.to_worker.send(say.Take(number, 1, 2, 3, 4), pipe_with(b"%d" % number))
        pair.to_worker.send(say.Jump(number, 7, b"x" * 5000))
    assert pair.to_worker.waiting
    assert pair.to_worker in pair.reactor.writers
    pair.pump()
    takes = [message for message in pair.worker.heard if isinstance(message, say.Take)]
    for take, descriptor in zip(takes, pair.worker.descriptors, strict=True):
        assert descriptor is not None
        assert os.read(descriptor, 10) == b"%d" % take.listener
        os.close(descriptor)
    assert len(takes) == 200
    assert len(pair.worker.heard) == 400
    assert pair.to_worker not in pair.reactor.writers
    pair.close()


def test_a_descriptor_that_was_sent_or_never_will_be_is_closed() -> None:
    """The channel owns what it is given, whatever becomes of it."""
    # Sockets that other tests left to the collector must not go while we count.
    gc.collect()
    before = len(list(Path("/proc/self/fd").iterdir()))
    pair = Pair()
    for number in range(400):
        pair.to_worker.send(say.Take(number, 1, 2, 3, 4), pipe_with(b"x"))
    pair.to_main.doRead()
    pair.close()
    pair.to_worker.send(say.Take(1, 1, 2, 3, 4), pipe_with(b"x"))
    for descriptor in pair.worker.descriptors:
        assert descriptor is not None
        os.close(descriptor)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_the_last_words_are_heard() -> None:
    """What the other side said before it ended is taken, then the end is told once."""
    pair = Pair()
    pair.to_main.send(say.Gone(1, too_slow=False, bytes_out=2, jumps=3))
    pair.to_main.lose()
    pair.to_worker.read_rest()
    assert pair.main.heard == [say.Gone(1, too_slow=False, bytes_out=2, jumps=3)]
    assert (pair.main.lost, pair.worker.lost) == (1, 1)
    assert pair.reactor.readers == set()


def test_reading_the_rest_of_a_silent_one_ends() -> None:
    """Somebody else may hold the other end open: that is not waited for."""
    pair = Pair()
    pair.to_worker.read_rest()
    assert pair.main.lost == 1
    pair.close()


def test_garbage_ends_the_channel() -> None:
    """A message that goes the other way, or none at all."""
    for nonsense in (say.encoded(say.Stop()).encoded(), b"\0" * 20):
        pair = Pair()
        pair.to_main._socket.send(nonsense)
        assert pair.to_worker.doRead() is not None
        assert pair.main.heard == []
        pair.close()
