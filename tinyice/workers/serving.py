"""A worker process, put together."""

import resource
import socket
import sys
import time

from twisted.internet.epollreactor import EPollReactor
from twisted.logger import (
    FilteringLogObserver,
    LogLevel,
    LogLevelFilterPredicate,
    globalLogBeginner,
    textFileLogObserver,
)

from tinyice.net.periodic import Periodic
from tinyice.net.pulse import Pulse, bounds_of
from tinyice.workers.watch import REPORT_S
from tinyice.workers.worker import Worker


def serve(descriptor: int, *, jumps_max: int, pulse_ms: tuple[int, int]) -> None:
    """Serve listeners until the channel at ``descriptor`` ends."""
    warnings = LogLevelFilterPredicate(LogLevel.warn)
    speaker = FilteringLogObserver(textFileLogObserver(sys.stderr), [warnings])
    globalLogBeginner.beginLoggingTo([speaker], redirectStandardIO=False)
    _raise_file_limit()
    reactor = EPollReactor()  # type: ignore[no-untyped-call]
    # As in the main process: the wall's clock may be set back.
    reactor.seconds = time.monotonic
    worker = Worker(
        socket.socket(fileno=descriptor),
        reactor=reactor,
        clock=reactor,
        jumps_max=jumps_max,
        paced=lambda bounds: pace(bounds),  # noqa: PLW0108 - made below
        ended=reactor.crash,
    )
    pulses = [
        Pulse(worker, reactor, bounds_of(pulse_ms, low_latency=low), low_latency=low)
        for low in (False, True)
    ]
    for pulse in pulses:
        pulse.startService()

    def pace(pulse_ms: tuple[int, int]) -> None:
        for pulse in pulses:
            pulse.settle(bounds_of(pulse_ms, low_latency=pulse.low_latency))

    def report() -> None:
        worker.report(pulse.snapshot() for pulse in pulses)

    Periodic("report", reactor, REPORT_S, report).startService()
    worker.begin()
    reactor.run(installSignalHandlers=False)


def _raise_file_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
