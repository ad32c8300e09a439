"""What two processes say to each other while one takes over from the other."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.handover.cargo import Cargo, Delivery, Spoilt
from tinyice.handover.frozen import FrozenHouse, FrozenMount
from tinyice.handover.giving import give, hear_ready
from tinyice.handover.line import BATCH, Line, LineBroken, Word

SOON_S = 2.0
AT_ONCE_S = 0.1


@contextmanager
def lines() -> Iterator[tuple[Line, Line]]:
    """Both ends."""
    one, other = socket.socketpair()
    with one, other:
        yield Line(one), Line(other)


@contextmanager
def beside(work: Callable[[], object]) -> Iterator[None]:
    """``work`` is done at the other end meanwhile."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    thread.join(SOON_S)
    assert not thread.is_alive()


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_words_come_in_order_or_not_at_all() -> None:
    """Another word than the one that is due, silence and an end are errors in words."""
    with lines() as (old, new):
        new.say(Word.READY, SOON_S, speaks=[1], version="2")
        assert old.hear(Word.READY, SOON_S) == {"speaks": [1], "version": "2"}
        new.say(Word.TAKEN, SOON_S)
        with pytest.raises(LineBroken, match="HERE was due"):
            old.hear(Word.HERE, SOON_S)
        with pytest.raises(LineBroken, match="in time"):
            old.hear(Word.HERE, AT_ONCE_S)
        new.close()
        with pytest.raises(LineBroken, match="has ended"):
            old.hear(Word.HERE, SOON_S)


def test_a_successor_of_another_protocol_is_refused() -> None:
    """It is told which one, and what to do."""
    with lines() as (old, new):
        new.say(Word.READY, SOON_S, speaks=[98, 99], version="9.0")
        with pytest.raises(LineBroken, match=r"version 9\.0 can't take over .* restart"):
            hear_ready(old)


@pytest.mark.parametrize("count", [1, BATCH, 2 * BATCH + 1])
def test_descriptors_come_in_order(count: int) -> None:
    """However many there are; none is left open."""
    before = open_files()
    with lines() as (old, new):
        own = [os.memfd_create("test", os.MFD_CLOEXEC) for _ in range(count)]
        for number, descriptor in enumerate(own):
            os.write(descriptor, b"%d" % number)
        got: list[int] = []
        with beside(lambda: got.extend(new.receive(count, SOON_S))):
            old.pass_on(own, SOON_S)
        assert [int(os.pread(descriptor, 10, 0)) for descriptor in got] == list(range(count))
        for descriptor in (*own, *got):
            os.close(descriptor)
    assert open_files() == before


def test_descriptors_that_do_not_all_come_are_closed() -> None:
    """The other side ends in the middle."""
    before = open_files()
    with lines() as (old, new):
        with beside(lambda: old.pass_on([0] * BATCH, SOON_S)):
            new._receive_batch(got := [])
            new._end.sendall(b"a")
        for descriptor in got:
            os.close(descriptor)
        old.close()
        with pytest.raises(LineBroken):
            new.receive(BATCH, SOON_S)
    assert open_files() == before


@given(
    mounts=st.lists(
        st.tuples(st.text(max_size=20), st.dictionaries(st.text(max_size=5), st.binary())),
        max_size=5,
    )
)
def test_a_cargo_arrives_as_it_was(mounts: list[tuple[str, dict[str, bytes]]]) -> None:
    """Piece by piece, with the descriptors under their numbers."""
    before = open_files()
    pieces = [FrozenMount(path, state) for path, state in mounts]
    cargo = Cargo()
    number = cargo.take_along(0)
    cargo.put(FrozenHouse([], number, {"recent": {"kept": []}}))
    for piece in pieces:
        cargo.put(piece)
    cargo.seal()
    delivery = Delivery([os.dup(descriptor) for descriptor in cargo.descriptors])
    cargo.close()
    house, *found = delivery.pieces()
    assert isinstance(house, FrozenHouse)
    assert found == pieces
    os.close(delivery.descriptor(house.last_listener))
    with pytest.raises(Spoilt):
        delivery.descriptor(number)
    delivery.close()
    assert open_files() == before


@given(junk=st.binary(min_size=1, max_size=100))
def test_another_cargo_is_refused(junk: bytes) -> None:
    """Whatever is in it, it is Spoilt, or nothing that anybody would take."""
    memory = os.memfd_create("test", os.MFD_CLOEXEC)
    os.write(memory, b"\x01" + (len(junk)).to_bytes(8, "big") + b"\xc1" + junk)
    delivery = Delivery([memory])
    with pytest.raises(Spoilt):
        list(delivery.pieces())
    delivery.close()


def test_giving_fails_before_the_last_word_or_not_at_all() -> None:
    """Whoever gives up before GO has given nothing."""
    with lines() as (old, new):
        cargo = Cargo()
        cargo.seal()

        def take() -> None:
            new.hear(Word.CARGO, SOON_S)
            for descriptor in new.receive(1, SOON_S):
                os.close(descriptor)
            new.say(Word.HERE, SOON_S)
            new.hear(Word.GO, SOON_S)
            new.say(Word.TAKEN, SOON_S)

        with beside(take):
            give(old, cargo, "1")
        new.close()
        with pytest.raises(LineBroken):
            give(old, cargo, "1")
        cargo.close()
