"""Workers that halt for a hand-over which then does not happen: nobody hears of it."""

import os
import signal
import socket
from random import Random

import pytest

from tinyice.core.events import WorkerLost
from tinyice.workers.halting import HeldAway, WorkerFell
from workers.moving import PATHS, House, house


def halted(home: House) -> tuple[HeldAway, ...]:
    """Everyone, once the workers stand still."""
    halting, done = home.workers.halt(), []
    halting.when_done().addBoth(done.append)
    home.until(lambda: done)
    assert done == [None]
    return halting.listeners


@pytest.mark.parametrize("in_processes", [False, True])
def test_a_halt_that_is_taken_back(*, in_processes: bool) -> None:
    """Whatever goes on meanwhile, each player gets whole units in order, none twice."""
    dice = Random(11)
    with house(in_processes=in_processes) as home:
        for at in range(8):
            home.listen(dice.randrange(2), icy=bool(at % 2), slow=at % 4 == 3)
        home.until(lambda: home.away >= 5)
        for _ in range(12):
            for to in (0, 1):
                home.send(to, dice.randint(0, 40), dice.randint(20, 1500))
            home.turn(dice.randint(1, 3))
            home.read(dice)
            held = halted(home)
            assert len(held) == home.away
            home.send(0, 10, 700)
            if dice.random() < 0.5:
                home.mounts.move_listeners(PATHS[0], PATHS[1], [dice.randint(1, 8)])
            home.pulse()
            home.turn()
            home.workers.go_on()
            home.pulse()
        home.hear_out()
        home.check()
        home.kick_all()


def test_what_is_told_of_a_listener() -> None:
    """The descriptor is that of the player's connection, and the account is right to the byte."""
    with house(in_processes=True) as home:
        ear = home.listen(0, icy=True)
        home.until(lambda: home.away == 1)
        home.send(0, 50, 700)
        home.until(lambda: ear.read() == 0 and len(ear.body) > 20_000)
        (one,) = halted(home)
        home.send(0, 50, 700)
        for _ in range(20):
            home.turn()
            home.pulse()
            ear.read()
        assert len(ear.body) == one.where.bytes_out
        assert one.away.listener.mount is not None
        with socket.socket(fileno=os.dup(one.descriptor)) as copy:
            copy.sendall(b"by another way")
        home.until(lambda: ear.read() == 0 and ear.body.endswith(b"by another way"))


def test_a_worker_that_ends_instead() -> None:
    """Who waits for all workers to halt is told that one of them never will."""
    with house(in_processes=True) as home:
        home.listen(0, icy=False)
        home.until(lambda: home.away == 1)
        failed: list[object] = []
        pid = home.workers.links[0].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        halting = home.workers.halt()
        halting.when_done().addErrback(lambda failure: failed.append(failure.value))
        home.until(lambda: failed)
        assert isinstance(failed[0], WorkerFell)
        home.workers.go_on()
        home.until(lambda: any(isinstance(one, WorkerLost) for one in home.station.events))
        home.until(lambda: all(link.is_ready for link in home.workers.links))
        home.station.events.clear()
