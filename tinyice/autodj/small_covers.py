"""Covers as pages are given them: small in pixels and in bytes. In the child only."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from tinyice.autodj.pictures import kind_of, sides_of

SIDE_MAX = 640
BYTES_MAX = 200_000
"""What is larger is made smaller, as JPEG."""

AS_IT_IS_MAX = 300_000
"""What can't be made smaller is given up to this."""

PIXELS_MAX = 40_000_000
"""A cover of more is none: it would harm browsers as well."""

CPU_S = 10.0
"""The largest takes a second."""


def for_pages(picture: bytes) -> bytes:
    """``picture``, or a JPEG of it that is small; b"" where that can't be.

    One that takes too long ends the process: no decoder can be told to stop.
    """
    width, height = sides_of(picture)
    if width * height > PIXELS_MAX:
        return b""
    if max(width, height) <= SIDE_MAX and len(picture) <= BYTES_MAX:
        return picture
    # Scans and small pictures don't need what decodes, which weighs 60 MB.
    from tinyice.codec.shrinking import Limits, Unshrinkable, shrunk  # noqa: PLC0415

    try:
        with _cpu_at_most(CPU_S):
            return shrunk(picture, kind_of(picture), Limits(PIXELS_MAX, SIDE_MAX, BYTES_MAX))
    except Unshrinkable:
        return picture if len(picture) <= AS_IT_IS_MAX else b""


@contextmanager
def _cpu_at_most(seconds: float) -> Iterator[None]:
    """The kernel ends the process that computes for longer."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
