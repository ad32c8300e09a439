"""Waiting on a line without blocking, for the one time at which there is time."""

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFDSet, IReadDescriptor
from zope.interface import implementer

from tinyice.handover.line import Line


@implementer(IReadDescriptor)
class _Ear:
    def __init__(self, line: Line, reactor: IReactorFDSet) -> None:
        self._line = line
        self._reactor = reactor
        self.heard: Deferred[None] = Deferred(self._forget)

    def doRead(self) -> None:
        self._reactor.removeReader(self)
        self.heard.callback(None)

    def fileno(self) -> int:
        return self._line.fileno()

    def connectionLost(self, reason: object = None) -> None:
        """The other side is gone: whoever reads then will see."""
        self._reactor.removeReader(self)
        if not self.heard.called:
            self.heard.callback(None)

    def logPrefix(self) -> str:
        return "line"

    def _forget(self, _heard: Deferred[None]) -> None:
        self._reactor.removeReader(self)


def when_heard(line: Line, reactor: IReactorFDSet) -> Deferred[None]:
    """Fires once there is something to hear on ``line``, or its other side is gone."""
    ear = _Ear(line, reactor)
    reactor.addReader(ear)
    return ear.heard
