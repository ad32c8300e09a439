"""How a server ends: in order, with everything said, however often it is told."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from features.conftest import Serve
from features.sounding import WAIT_S, Encoder, arrived, hears, is_unbroken
from features.talk import connect, login, read, request
from programs.raw import Recorder, parse_answer
from programs.station import PASSWORD, Station, accepts
from programs.waiting import until
from tinyice.work.passwords import hash_now

STOP_S = 10.0
AT_ONCE_S = 2.5
WAITING = 25
"""Logins that are to be checked one after the other, a fifth of a second each."""

pytestmark = pytest.mark.timeout(240)


@contextmanager
def on_air(station: Station) -> Iterator[tuple[Encoder, Recorder]]:
    """A source, and a listener who hears all of it."""
    with Encoder(station.port, "/live") as encoder:
        encoder.play(2)
        arrived(station, encoder)
        listener = Recorder(station.port, "/live", icy=False)
        hears(listener, bytes(encoder.sent))
        yield encoder, listener


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("again_and_again", [False, True])
def test_signals_end_it_in_order(
    serve: Serve, number: signal.Signals, again_and_again: bool
) -> None:
    """Within its time, without complaint; nobody loses what was sent before."""
    station = serve(advanced_mounts={"/live": {"dump_file": "dump.mp3"}})
    with on_air(station) as (encoder, listener):
        encoder.play(1)
        arrived(station, encoder)
        station.child.send(number)
        while again_and_again and station.child.running:
            time.sleep(0.001)
            station.child.send(number)
        assert station.child.wait(STOP_S) in {0, -number}
        until(lambda: listener.ended, within=WAIT_S, what="the listener is let go")
        hears(listener, bytes(encoder.sent))
        assert is_unbroken(listener, [encoder.sent])
        assert encoder.is_dropped(WAIT_S)
    assert (station.home / "dump.mp3").read_bytes() == encoder.sent
    assert not accepts(station.port)
    said = station.child.output()
    assert "Traceback" not in said
    assert said.rstrip().endswith("stopped")


def test_a_source_that_ends_leaves_nothing_behind(serve: Serve) -> None:
    """Its listeners hear all of it and are let go; the mount it made is gone."""
    station = serve()
    with on_air(station) as (encoder, listener):
        last = encoder.play(1)
    hears(listener, last)
    until(lambda: listener.ended, within=WAIT_S, what="the listener is let go")
    assert is_unbroken(listener, [encoder.sent])
    assert "/live" not in station.statistics()
    assert not station.plays("/live")


def test_logins_that_wait_do_not_hold_it_up(serve: Serve) -> None:
    """Who asked to be let in is told to come again, and the server ends in a moment."""
    station = serve(default_source_password=hash_now(PASSWORD), lockout_failures=0)
    asking = [connect(station.port) for _ in range(WAITING)]
    for number, connection in enumerate(asking):
        wrong = login("source", f"wrong {number}")
        connection.sendall(request("/live", wrong, method="SOURCE"))
    until(lambda: b" 401 " in asking[0].recv(4096), within=WAIT_S, what="the first answer")
    began = time.monotonic()
    station.child.send(signal.SIGTERM)
    answers = [parse_answer(read(connection)) for connection in asking[1:]]
    assert station.child.wait(STOP_S) in {0, -signal.SIGTERM}
    assert time.monotonic() - began < AT_ONCE_S
    assert {answer.status.split()[1] for answer in answers} <= {"401", "503"}
    assert answers[-1].headers["retry-after"]
    for connection in asking:
        connection.close()
