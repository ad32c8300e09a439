"""Listeners in worker processes: nobody can tell, whatever happens to anyone."""

import os
import re
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from features.conftest import Serve
from features.offspring import (
    lives,
    resident_bytes,
    rings_of,
    sockets_of,
    worker_pids,
    workers_up,
)
from features.sounding import (
    FRAME_BYTES,
    WAIT_S,
    Encoder,
    audio_of,
    hears,
    is_unbroken,
)
from features.talk import connect, listening_status, request
from programs.raw import Recorder
from programs.station import Station
from programs.waiting import until

WORKERS = 2
RAW = "application/octet-stream"
STOP_S = 10.0
QUIET_SOCKETS = 8
"""A process that serves nobody has fewer sockets."""


@pytest.fixture(scope="module")
def with_workers(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Starts stations whose workers are there; they end before the common fixture's turn."""
    stations: list[Station] = []

    def starter(**settings: object) -> Station:
        log = tmp_path_factory.mktemp("logs") / "access.log"
        words = ("--log-level", "debug", "--access-log-file", str(log))
        started = serve(*words, workers=WORKERS, **settings)
        stations.append(started)
        until(lambda: are_up(started), within=WAIT_S, what="the workers are up")
        return started

    yield starter
    for station in stations:
        if station.child.running:
            station.child.send(signal.SIGTERM)
            station.child.wait(STOP_S)


@pytest.fixture(scope="module")
def station(with_workers: Serve) -> Station:
    """One station with workers, for the tests that leave it as they found it."""
    mounts = {"/timed": {"max_listener_duration": 5}, "/small": {"queue_size": 16384}}
    return with_workers(advanced_mounts=mounts, takeover_after=0.1, slow_jumps=2, queue_seconds=0)


def are_up(station: Station) -> bool:
    """Whether all workers serve."""
    return workers_up(station) == len(worker_pids(station)) == WORKERS


def listeners(station: Station, mount: str) -> int:
    """How many the status tells."""
    return int(station.sources().get(mount, {}).get("listeners", 0))


def is_told(station: Station, mount: str, count: int) -> None:
    """Wait until the status tells so many listeners."""
    until(lambda: listeners(station, mount) == count, within=WAIT_S, what=f"{count} are told")


def carried(station: Station, encoder: Encoder, recorders: Sequence[Recorder]) -> None:
    """Wait until the listeners are served by workers, in equal parts."""

    def all_moved() -> bool:
        encoder.play(0.2)
        held = [sockets_of(pid) for pid in worker_pids(station)]
        return sum(held) >= len(recorders) and max(held) - min(held) <= 1

    until(all_moved, within=WAIT_S, what="workers serve everyone")


def lines_of(station: Station, event: str) -> list[str]:
    """The lines of the event log that tell this."""
    return [line for line in station.child.output().splitlines() if f"event={event} " in line]


def left(station: Station, mount: str) -> list[str]:
    """The lines of listeners who left this mount."""
    return [line for line in lines_of(station, "listener.left") if f"mount={mount} " in line]


def number(line: str, field: str) -> int:
    """A number in a line of the event log."""
    found = re.search(rf"\b{field}=(\d+)", line)
    assert found, line
    return int(found[1])


def test_forty_listeners_get_one_unbroken_piece_each(station: Station) -> None:
    """Plain and ICY, carried over while the stream goes on; every count is right to the byte."""
    mount = "/forty"
    with Encoder(station.port, mount) as encoder:
        encoder.play(4)
        recorders = [Recorder(station.port, mount, icy=bool(at % 2)) for at in range(40)]
        carried(station, encoder, recorders)
        is_told(station, mount, 40)
        for _ in range(10):
            last = encoder.play(0.3)
            time.sleep(0.1)
        for recorder in recorders:
            hears(recorder, last)
            assert is_unbroken(recorder, [encoder.sent])
        for recorder in recorders[:10]:
            recorder.stop()
        is_told(station, mount, 30)
        encoder.play(0.5)
    until(lambda: len(left(station, mount)) == 40, within=WAIT_S, what="all have left")
    for recorder in recorders[10:]:
        recorder.stop()
    told = sorted(number(line, "bytes_out") for line in left(station, mount)[10:])
    assert told == sorted(len(recorder.answer.body) for recorder in recorders[10:])
    reasons = [line.count('reason="source ended"') for line in left(station, mount)]
    assert (sum(reasons[:10]), sum(reasons[10:])) == (0, 30)
    for recorder in recorders[10:]:
        assert is_unbroken(recorder, [encoder.sent])
        assert bytes(encoder.sent).endswith(audio_of(recorder)[-FRAME_BYTES:])


def test_a_raw_source_at_speed_loses_nothing(station: Station) -> None:
    """Much more than the queue in a moment: the source is held, the listeners get it all."""
    mount = "/small"
    with Encoder(station.port, mount, content_type=RAW) as encoder:
        encoder.send(os.urandom(1000))
        recorders = [Recorder(station.port, mount, icy=False) for _ in range(6)]
        until(lambda: listeners(station, mount) == 6, within=WAIT_S, what="six listen")
        before = [sockets_of(pid) for pid in worker_pids(station)]
        until(lambda: _trickle(encoder, station, 6), within=WAIT_S, what=f"carried: {before}")
        encoder.send(os.urandom(3_000_000))
        end = bytes(encoder.sent[-100_000:])
        for recorder in recorders:
            until(lambda r=recorder: r.answer.body.endswith(end), within=WAIT_S, what="all of it")
            assert is_unbroken(recorder, [encoder.sent])


def _trickle(encoder: Encoder, station: Station, wanted: int) -> bool:
    encoder.send(os.urandom(100))
    return sum(sockets_of(pid) for pid in worker_pids(station)) >= wanted


def test_a_stalled_listener_jumps_and_is_dropped_and_counted(station: Station) -> None:
    """It holds up nobody; what it has got is counted, and so is the drop."""
    mount = "/stalled"
    with Encoder(station.port, mount, content_type=RAW) as encoder:
        encoder.send(os.urandom(1000))
        healthy = Recorder(station.port, mount, icy=False)
        with socket.socket() as stalled:
            stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stalled.connect(("127.0.0.1", station.port))
            stalled.sendall(request(mount))
            is_told(station, mount, 2)
            until(lambda: _trickle(encoder, station, 2), within=WAIT_S, what="both are carried")

            def keeps_up() -> bool:
                return healthy.answer.body.endswith(encoder.sent[-1000:])

            def dropped() -> list[str]:
                encoder.send(os.urandom(200_000))
                until(keeps_up, within=WAIT_S, what="the other hears it")
                return [line for line in left(station, mount) if 'reason="too slow"' in line]

            (line,) = until(dropped, within=40, what="the stalled one is dropped")
        # One who got room in between has jumped more often than in a row.
        assert number(line, "jumps") >= 2
        assert is_unbroken(healthy, [encoder.sent])
        is_told(station, mount, 1)
        row = station.statistics()[mount]
        assert row["slow_listeners"] == "1"
        healthy.stop()


def test_the_longest_time_holds_in_workers_too(station: Station) -> None:
    """``max_listener_duration`` ends who is there for so long."""
    mount = "/timed"
    with Encoder(station.port, mount) as encoder:
        encoder.play(1)
        recorders = [Recorder(station.port, mount, icy=False) for _ in range(2)]
        carried(station, encoder, recorders)
        until(lambda: all(r.ended for r in recorders), within=WAIT_S, what="both are ended")
        is_told(station, mount, 0)
        reasons = [line for line in left(station, mount) if "time limit reached" in line]
        assert len(reasons) == 2


def test_a_takeover_keeps_the_listeners(station: Station) -> None:
    """A new session of the encoder goes on where the old one ended."""
    mount = "/taken"
    first = Encoder(station.port, mount)
    first.play(3)
    recorders = [Recorder(station.port, mount, icy=bool(at % 2)) for at in range(6)]
    carried(station, first, recorders)
    time.sleep(0.3)
    with Encoder(station.port, mount, starting_at=5000) as second:
        last = second.play(1)
        for recorder in recorders:
            hears(recorder, last)
            assert not recorder.ended
            heard = audio_of(recorder)
            border = heard.index(bytes(second.sent[:FRAME_BYTES]))
            assert heard[:border] in bytes(first.sent)
            assert bytes(second.sent).startswith(heard[border:])
        is_told(station, mount, 6)
    first.close()
    for recorder in recorders:
        recorder.stop()


def test_a_lost_worker_takes_only_its_own_listeners(with_workers: Serve) -> None:
    """They are counted and told, the others go on, newcomers are served, and it comes back."""
    station = with_workers()
    with Encoder(station.port, "/live") as encoder:
        encoder.play(2)
        recorders = [Recorder(station.port, "/live", icy=bool(at % 2)) for at in range(10)]
        carried(station, encoder, recorders)
        victim, survivor = worker_pids(station)
        os.kill(victim, signal.SIGKILL)
        until(lambda: sum(r.ended for r in recorders) == 5, within=WAIT_S, what="five are lost")
        is_told(station, "/live", 5)
        (line,) = lines_of(station, "worker.lost")
        assert "listeners=5" in line
        assert "signal 9" in line
        lost = [line for line in left(station, "/live") if 'reason="worker lost"' in line]
        assert len(lost) == 5
        newcomer = Recorder(station.port, "/live", icy=False)
        last = encoder.play(1)
        for recorder in [newcomer, *(r for r in recorders if not r.ended)]:
            hears(recorder, last)
            assert is_unbroken(recorder, [encoder.sent])
        assert sum(r.ended for r in recorders) == 5
        until(lambda: are_up(station), within=WAIT_S, what="the worker is back")
        assert survivor in worker_pids(station)
        more = [Recorder(station.port, "/live", icy=False) for _ in range(4)]
        (back,) = set(worker_pids(station)) - {survivor}

        def reborn_serves() -> bool:
            encoder.play(0.2)
            return sockets_of(back) >= 4

        until(reborn_serves, within=WAIT_S, what="the new one serves")
        last = encoder.play(1)
        for recorder in more:
            hears(recorder, last)
    for recorder in [newcomer, *recorders, *more]:
        recorder.stop()
    log = Path(station.child.process.args[-1])
    words = '"GET /live HTTP/1.0" 200 '
    until(lambda: log.read_text().count(words) == 15, within=WAIT_S, what="all lines are there")


def test_the_end_of_the_server_ends_all(with_workers: Serve) -> None:
    """SIGTERM: listeners get what there is, and no process is left, in time."""
    station = with_workers()
    encoder = Encoder(station.port, "/live")
    sent = encoder.play(2)
    recorders = [Recorder(station.port, "/live", icy=False) for _ in range(8)]
    carried(station, encoder, recorders)
    for recorder in recorders:
        hears(recorder, sent)
    stalled = connect(station.port)
    stalled.sendall(request("/live"))
    workers = worker_pids(station)
    began = time.monotonic()
    station.child.send(signal.SIGTERM)
    station.child.wait(STOP_S)
    until(lambda: not any(map(lives, workers)), within=1.0, what="the workers are gone")
    assert time.monotonic() - began < STOP_S
    until(lambda: all(r.ended for r in recorders), within=WAIT_S, what="all are let go")
    assert lines_of(station, "worker.lost") == []
    assert sum('reason="server stopping"' in line for line in left(station, "/live")) == 9
    stalled.close()
    encoder.close()


def test_a_worker_that_hangs_does_not_keep_the_server(with_workers: Serve) -> None:
    """It is killed, and its listeners are accounted for as the others."""
    station = with_workers()
    encoder = Encoder(station.port, "/live")
    encoder.play(2)
    recorders = [Recorder(station.port, "/live", icy=False) for _ in range(4)]
    carried(station, encoder, recorders)
    workers = worker_pids(station)
    os.kill(workers[0], signal.SIGSTOP)
    station.child.send(signal.SIGTERM)
    station.child.wait(STOP_S)
    until(lambda: not any(map(lives, workers)), within=1.0, what="the workers are gone")
    assert sum('reason="server stopping"' in line for line in left(station, "/live")) == 4
    for recorder in recorders:
        recorder.stop()
    encoder.close()


def test_no_process_outlives_the_server(with_workers: Serve) -> None:
    """SIGKILL of the main process: its workers go with it, and their listeners."""
    station = with_workers()
    encoder = Encoder(station.port, "/live")
    encoder.play(2)
    recorders = [Recorder(station.port, "/live", icy=False) for _ in range(4)]
    carried(station, encoder, recorders)
    workers = worker_pids(station)
    station.child.send(signal.SIGKILL)
    station.child.wait(STOP_S)
    until(lambda: not any(map(lives, workers)), within=WAIT_S, what="the workers are gone")
    until(lambda: all(r.ended for r in recorders), within=WAIT_S, what="nobody is served")
    encoder.close()


def test_a_queue_that_grows_is_followed(with_workers: Serve) -> None:
    """The ring moves to larger memory while it is read; the old memory is given back."""
    station = with_workers()
    with Encoder(station.port, "/grown", content_type=RAW) as encoder:
        encoder.send(os.urandom(1000))
        recorders = [Recorder(station.port, "/grown", icy=False) for _ in range(4)]
        until(lambda: _trickle(encoder, station, 4), within=WAIT_S, what="all are carried")
        before = [rings_of(pid) for pid in worker_pids(station)]

        def grown() -> bool:
            encoder.send(os.urandom(100_000))
            now = [rings_of(pid) for pid in worker_pids(station)]
            return all(max(new) > max(old) for old, new in zip(before, now, strict=True))

        until(grown, within=WAIT_S, what="workers see a larger ring")
        end = bytes(encoder.sent[-1000:])
        for recorder in recorders:
            until(lambda r=recorder: r.answer.body.endswith(end), within=WAIT_S, what="all of it")
            assert is_unbroken(recorder, [encoder.sent])
        assert [len(rings_of(pid)) for pid in worker_pids(station)] == [1, 1]
    until(
        lambda: not any(map(rings_of, (station.child.process.pid, *worker_pids(station)))),
        within=WAIT_S,
        what="nothing of the mount is left",
    )
    for recorder in recorders:
        recorder.stop()


def test_a_full_mount_counts_those_in_workers(with_workers: Serve) -> None:
    """``max_listeners`` holds wherever they are; a place that is left is free again."""
    station = with_workers(advanced_mounts={"/live": {"max_listeners": 3}})
    with Encoder(station.port, "/live") as encoder:
        encoder.play(2)
        recorders = [Recorder(station.port, "/live", icy=False) for _ in range(3)]
        carried(station, encoder, recorders)
        assert listening_status(station.port, "/live") != 200
        recorders[0].stop()
        is_told(station, "/live", 2)
        assert listening_status(station.port, "/live") == 200
        for recorder in recorders:
            recorder.stop()


def test_a_worker_weighs_little(with_workers: Serve) -> None:
    """It loads no pages, no codecs and no TLS."""
    station = with_workers()
    for pid in worker_pids(station):
        maps = Path(f"/proc/{pid}/maps").read_text("utf-8", "replace")
        assert not re.search(r"_rust|/av/|msgspec|/bcrypt/", maps)
        assert resident_bytes(pid) < 32 * 1024 * 1024
