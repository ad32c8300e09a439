"""A connection of an MPD client: lines in, answers out, each at its time."""

from collections.abc import Callable

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import (
    IConsumer,
    IDelayedCall,
    IPushProducer,
    IReactorTime,
    ITCPTransport,
)
from twisted.internet.protocol import Protocol
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.protocols.policies import TimeoutMixin
from twisted.python.failure import Failure
from zope.interface import implementer

from tinyice.autodj.mpd.conversation import BREATH, Conversation, Ended
from tinyice.formats.frozen import State
from tinyice.wire.mpd import (
    GREETING,
    LINE_BYTES_MAX,
    Ack,
    LineReader,
    LineTooLong,
    MpdFault,
    failure,
)

QUIET_S = 60.0
"""After so long without a word a client that does not wait for changes is gone."""

Begin = Callable[["Connected"], Conversation]


class IPlug(ITCPTransport, IConsumer, IPushProducer):
    """What a port gives: both ends of a connection."""


@implementer(IPushProducer)
class Connected(Protocol, TimeoutMixin):
    """Reads no further while a command is carried out, or answers are not taken."""

    _log = Logger()
    transport: IPlug

    def __init__(
        self, clock: IReactorTime, begin: Begin, gone: Callable[["Connected"], None]
    ) -> None:
        self._clock = clock
        self._begin = begin
        self._tell_gone = gone
        self._lines = LineReader()
        self._conversation: Conversation | None = None
        self._hearing: Deferred[None] | None = None
        self._is_full = False
        self._is_over = False
        self._is_unread = False
        self._is_going = False
        self._is_halted = False
        self._tell_still: Callable[[], None] = _nobody_waits
        self._said_before = b""

    def callLater(self, period: float, func: Callable[[], object]) -> IDelayedCall:
        """Wait by the clock that we were given."""
        return self._clock.callLater(period, func)

    @property
    def conversation(self) -> Conversation | None:
        """What is said here; None: nothing yet, or nothing any more."""
        return None if self._is_over else self._conversation

    def connectionMade(self) -> None:
        """Somebody is there."""
        self.transport.setTcpKeepAlive(True)
        self.transport.setTcpNoDelay(True)
        self.transport.registerProducer(self, True)
        if self._conversation is None:
            self._conversation = self._begin(self)
            self.setTimeout(QUIET_S)  # type: ignore[no-untyped-call]
            self.say(GREETING)
        else:
            self.transport.write(self._said_before)
            self._mind_time()
            # Others come over, too: what is done here may be told to them.
            self._clock.callLater(0.0, self._go_on)

    def dataReceived(self, data: bytes) -> None:
        """More of what the client says."""
        self.resetTimeout()  # type: ignore[no-untyped-call]
        self._lines.feed(data)
        self._go_on()

    def connectionLost(self, reason: Failure | None = None) -> None:
        """The client is gone."""
        self._is_over = True
        self.setTimeout(None)  # type: ignore[no-untyped-call]
        if self._conversation is not None:
            self._conversation.leave()
        if self._hearing is not None:
            self._hearing.cancel()
        self._tell_gone(self)

    def timeoutConnection(self) -> None:
        """Nothing was said, or taken, for too long."""
        self._is_over = True
        self.transport.abortConnection()

    def pauseProducing(self) -> None:
        """The client does not take its answers."""
        self._is_full = True

    def resumeProducing(self) -> None:
        """It has taken them."""
        self._is_full = False
        self.resetTimeout()  # type: ignore[no-untyped-call]
        self._go_on()

    def stopProducing(self) -> None:
        """The connection ends."""
        self._is_over = True

    def say(self, answer: bytes) -> None:
        """Send something to the client."""
        if not self._is_over:
            self.transport.write(answer)
            self._mind_time()

    def end(self) -> None:
        """Say no more; what was said still goes out."""
        if not self._is_over:
            self._is_over = True
            self.transport.unregisterProducer()
            self.transport.loseConnection()

    @property
    def is_hearing(self) -> bool:
        """Whether something that was said is under way."""
        return self._hearing is not None

    def halt(self, tell: Callable[[], None]) -> None:
        """Hear no further line; ``tell`` when something that was under way has come to its end."""
        self._is_halted, self._tell_still = True, tell

    def go_on(self) -> None:
        """Hear on."""
        self._is_halted, self._tell_still = False, _nobody_waits
        self._go_on()

    def freeze(self, unsent: bytes) -> State | None:
        """How it stands, with what was said and not sent; None: it is about to end.

        To be asked when it is halted, and nothing is under way.
        """
        if self._is_over or self._conversation is None or self._hearing is not None:
            return None
        return {
            "conversation": self._conversation.freeze(),
            "lines": self._lines.held.decode("latin-1"),
            "unsent": unsent.decode("latin-1"),
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state`` when the connection is there."""
        self._conversation = self._begin(self)
        self._conversation.thaw(state["conversation"])
        self._lines.feed(state["lines"].encode("latin-1"))
        self._said_before = state["unsent"].encode("latin-1")

    def forsake(self) -> None:
        """Another process goes on with the connection: nobody is told anything here."""
        self.connectionLost()

    async def breathe(self) -> None:
        """Let others have their turn."""
        await deferLater(self._clock, 0.0)

    def _go_on(self) -> None:
        """Hear line after line, as long as nothing has to be waited for."""
        if self._is_going:
            return
        self._is_going = True
        heard = 0
        while self._hearing is None and not self._must_wait:
            if heard == BREATH:
                self._clock.callLater(0.0, self._go_on)
                break
            line = self._next()
            if line is None:
                break
            self._hear(line)
            heard += 1
        self._is_going = False
        self._mind_reading()

    @property
    def _must_wait(self) -> bool:
        return self._is_full or self._is_halted or self._is_over

    def _next(self) -> bytes | None:
        try:
            return self._lines.next()
        except LineTooLong:
            self.say(failure(MpdFault(Ack.ARG, "The line is too long")))
            self.end()
            return None

    def _hear(self, line: bytes) -> None:
        if self._conversation is None:
            return
        hearing = Deferred.fromCoroutine(self._conversation.hear(line))
        self._hearing = hearing
        hearing.addCallbacks(self._heard, self._not_heard)

    def _heard(self, _result: None) -> None:
        self._hearing = None
        self._tell_still()
        self._mind_time()
        self._go_on()

    def _not_heard(self, why: Failure) -> None:
        self._hearing = None
        self._tell_still()
        if why.check(Ended):  # type: ignore[no-untyped-call]
            self.end()
        elif not why.check(CancelledError):  # type: ignore[no-untyped-call]
            self._log.failure("an MPD command failed", failure=why)
            self.timeoutConnection()

    def _mind_time(self) -> None:
        """Who waits for changes may be quiet for as long as it likes."""
        if self._is_over:
            return
        waits = self._conversation is not None and self._conversation.is_waiting
        self.setTimeout(None if waits else QUIET_S)  # type: ignore[no-untyped-call]

    def _mind_reading(self) -> None:
        """Read on only when what was read is being heard."""
        should_wait = len(self._lines) > LINE_BYTES_MAX and not self._is_over
        if should_wait and not self._is_unread:
            self._is_unread = True
            self.transport.pauseProducing()
        elif not should_wait and self._is_unread and not self._is_over:
            self._is_unread = False
            self.transport.resumeProducing()


def _nobody_waits() -> None:
    """Nobody waits until nothing is under way."""
