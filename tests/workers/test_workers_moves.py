"""Moves of listeners whom workers serve, wherever they are while they are moved."""

from random import Random

import pytest

from core.fakes import NOON
from core.tours import SECOND
from tinyice.core.events import DropReason, ListenerMoved
from tinyice.core.station import Station
from tinyice.core.tags import Tags
from workers.moving import PATHS, House, house


def random_moves(home: House, dice: Random, moves: int) -> None:
    """Sound comes, is heard, titles change, and somebody is moved all the time."""
    for at in range(moves):
        for to in (0, 1):
            home.send(to, dice.randint(0, 30), dice.randint(20, 1500))
        source = dice.randrange(2)
        number = dice.randint(1, len(home.ears))
        ids = None if dice.random() < 0.5 else [number]
        home.mounts.move_listeners(PATHS[source], PATHS[1 - source], ids)
        if dice.random() < 0.3:
            to = dice.randrange(2)
            home.on[to][0].set_tags(Tags(title=f"{PATHS[to]} {at}"), "test")
        if dice.random() < 0.8:
            home.turn(dice.randint(1, 3))
        if dice.random() < 0.8:
            home.pulse()
        home.read(dice)


@pytest.mark.parametrize("seed", range(6))
def test_any_moves(seed: int) -> None:
    """Messages cross each other, sockets are full, titles change: all is right to the byte."""
    dice = Random(seed)
    with house(in_processes=False) as home:
        for at in range(8):
            home.listen(dice.randrange(2), icy=bool(at % 2), slow=at % 4 == 3)
        home.until(lambda: home.away >= 5)
        random_moves(home, dice, 60)
        home.hear_out()
        home.check()
        home.kick_all()


def test_two_hundred_moves_with_processes() -> None:
    """The same with processes of their own, at pulses of their own."""
    dice = Random(7)
    with house(in_processes=True) as home:
        for at in range(12):
            home.listen(dice.randrange(2), icy=bool(at % 2), slow=at % 4 == 3)
        home.until(lambda: home.away >= 8)
        random_moves(home, dice, 200)
        assert sum(isinstance(event, ListenerMoved) for event in home.station.events) > 400
        home.hear_out()
        home.check()
        home.kick_all()


def test_a_move_within_a_worker_leaves_no_gap() -> None:
    """One unbroken piece of each mount, by the same process."""
    with house(in_processes=False) as home:
        ears = [home.listen(0, icy=icy) for icy in (False, True)]
        home.until(lambda: home.away == 2)
        home.send(0, 20, 500)
        home.pulse()
        assert home.mounts.move_listeners(*PATHS) == 2
        home.until(lambda: not any(one.outlet.ferrying for one in home.on[1][0].listeners.values()))
        assert home.away == 2
        home.send(1, 20, 500)
        home.hear_out()
        for ear in ears:
            first = [number for number in ear.units if number < SECOND]
            second = [number for number in ear.units if number >= SECOND]
            assert first == list(range(first[0], 220))
            assert second == list(range(second[0], home.programmes[1].number))
            assert second[0] >= SECOND + 200 - (16_000 + 8192) // 500 - 1


def test_who_is_moved_twice_at_once_lands_on_the_last() -> None:
    """Before its worker has said where it stood."""
    with house(in_processes=False) as home:
        ear = home.listen(0, icy=False)
        home.until(lambda: home.away == 1)
        for at in range(5):
            home.mounts.move_listeners(PATHS[at % 2], PATHS[1 - at % 2])
        assert home.where() == [1]
        home.send(1, 30, 500)
        home.hear_out()
        home.check()
        assert any(number >= SECOND for number in ear.units)


def test_who_is_kicked_on_its_way_goes() -> None:
    """And its account is right."""
    with house(in_processes=False) as home:
        for icy in (False, True):
            home.listen(0, icy=icy)
        home.until(lambda: home.away == 2)
        home.mounts.move_listeners(*PATHS)
        home.kick_all()
        assert {left.reason for left in home.left()} == {DropReason.KICKED}
        assert {left.mount for left in home.left()} == {"/second"}


def test_whose_new_mount_ends_on_its_way_goes() -> None:
    """As the others of that mount."""
    with house(in_processes=False) as home:
        ear = home.listen(0, icy=False)
        home.until(lambda: home.away == 1)
        home.mounts.move_listeners(*PATHS)
        home.mounts.release(*home.on[1], "over")
        home.until(lambda: ear.read() == 0 and ear.ended)
        home.until(lambda: len(home.left()) == 1)
        (left,) = home.left()
        assert (left.mount, left.reason) == ("/second", DropReason.SOURCE_ENDED)
        assert left.bytes_out == len(ear.body)


def test_whose_old_mount_ends_on_its_way_goes_on() -> None:
    """Its mount is forgotten, and its worker still tells where it stood there."""
    with house(in_processes=False) as home:
        ears = [home.listen(0, icy=icy) for icy in (False, True)]
        home.until(lambda: home.away == 2)
        home.mounts.move_listeners(*PATHS)
        home.mounts.release(*home.on[0], "over")
        assert home.mounts.find("/first") is None
        home.send(1, 40, 500)
        last = home.programmes[1].number - 1
        for ear in ears:
            home.until(lambda ear=ear: ear.read() == 0 and ear.units[-1:] == [last])
        assert home.left() == []


def test_whose_old_mount_ends_gets_the_end_of_its_unit() -> None:
    """Even if nobody but its worker knows where it stands, and the mount is forgotten."""
    with house(in_processes=False) as home:
        ears = [home.listen(0, icy=icy, slow=True) for icy in (False, True)]
        home.until(lambda: sum(ear.read() for ear in ears) == 0 and home.away == 2)
        home.send(0, 60, 3000)
        for _ in range(5):
            home.turn()
            home.pulse()
        home.mounts.move_listeners(*PATHS)
        home.mounts.release(*home.on[0], "over")
        home.send(1, 40, 500)
        last = home.programmes[1].number - 1
        for ear in ears:
            home.until(lambda ear=ear: ear.read() == 0 and ear.units[-1:] == [last])
            heard = [number for number in ear.units if number < SECOND]
            assert heard == list(range(heard[0], heard[-1] + 1))
            assert heard[-1] < 258


def test_how_far_a_listener_lies_behind_is_told() -> None:
    """Once a second, by the worker that serves it, and when it has caught up."""
    with house(in_processes=False) as home:
        slow, quick = home.listen(0, icy=False, slow=True), home.listen(0, icy=False)
        home.until(lambda: sum(ear.read() for ear in home.ears) == 0 and home.away == 2)
        station = Station(home.mounts, started_at=NOON, clock=home.loop.reactor.seconds)

        def lags() -> list[int]:
            for worker in home.here.workers:
                worker.report(())
            home.turn(5)
            quick.read()
            return [one.lag_bytes for one in station.listeners(None, 0, 10)]

        assert lags() == [0, 0]
        home.send(0, 400, 500)
        home.pulse()
        home.until(lambda: not quick.read())
        behind = lags()[0]
        told = station.listeners(None, 0, 10)
        assert 0 < behind < 200_000
        assert told[0].bytes_out - len(slow.body) < 150_000
        assert told[1].bytes_out == len(quick.body)
        home.until(lambda: not slow.read())
        assert lags() == [0, 0]


def test_a_lost_worker_accounts_for_those_on_their_way() -> None:
    """What they had is estimated from where they came from, not from where they go."""
    with house(in_processes=False) as home:
        ear = home.listen(0, icy=False)
        home.until(lambda: home.away == 1)
        home.send(1, 900, 1000)
        home.send(0, 10, 500)
        home.mounts.move_listeners(*PATHS)
        (link,) = [link for link in home.workers.links if link.away]
        (away,) = link.away.values()
        supposed = away.listener.bytes_out
        while ear.read():
            pass
        assert 0 <= supposed - len(ear.body) <= 5000
