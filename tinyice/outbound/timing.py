"""An end for everything that could take for ever."""

from typing import TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from tinyice.outbound.errors import Kind, OutboundError

T = TypeVar("T")


def within(awaited: Deferred[T], seconds: float, clock: IReactorTime, whom: str) -> Deferred[T]:
    """``awaited``, which is cancelled when its time is over, and then an OutboundError."""

    def late(result: T | Failure, _seconds: float) -> T | Failure:
        if isinstance(result, Failure):
            raise OutboundError(Kind.TIMEOUT, f"{whom} did not answer in time")
        return result

    return awaited.addTimeout(seconds, clock, late)
