"""A child process for tests; its argument says how it behaves."""

import os
import signal
import sys
import time

from tinyice.work.childside import ParentGone, live_as_child, live_on_lifeline, standard_pipe
from tinyice.work.frames import Frame, FrameReader

ECHO, FLOOD = 1, 2
KINDS = frozenset({ECHO, FLOOD})
FLOOD_FRAMES = 100
FLOOD_BYTES = 50_000
LIVING_ON = frozenset({"passed", "busy"})


def hang() -> None:
    """Hear nothing, and say so first."""
    os.write(1, Frame(ECHO, b"busy").encoded())
    while True:
        sum(range(10**9))


def main(behaviour: str) -> None:
    live = live_on_lifeline if behaviour in LIVING_ON else live_as_child
    live()
    if behaviour == "busy":
        hang()
    if behaviour == "crash":
        raise RuntimeError("nothing works")
    if behaviour == "garbage":
        os.write(1, b"what is this?")
        time.sleep(60)
    if behaviour == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pipe = standard_pipe(FrameReader(KINDS, max_payload=300_000))
    if behaviour == "flood":
        for number in range(FLOOD_FRAMES):
            pipe.send(Frame(FLOOD, bytes([number]) * FLOOD_BYTES))
    print("this is no frame")  # noqa: T201
    pipe.send(Frame(ECHO, f"{behaviour} {os.getppid()}".encode()))
    try:
        while True:
            for frame in pipe.receive(None):
                pipe.send(frame)
    except ParentGone:
        time.sleep(60 if behaviour == "deaf" else 0)


if __name__ == "__main__":
    main(sys.argv[1])
