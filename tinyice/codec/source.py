"""A programme from a codec child: started, paced, begun again when it dies.

The parent holds the clock. The programme may be ``AHEAD_S`` in front of it and
no more; the child is told so a few times a second. A child that brings nothing
although it may is taken for hanging, and killed. Whoever listens gets calls on
the reactor's thread: audio, tags, and each end that was not asked for; none
after ``stop``.
"""

from collections.abc import Callable

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorProcess, IReactorTime
from twisted.logger import Logger

from tinyice.codec.protocol import (
    CHILD_KINDS,
    MAX_PAYLOAD,
    Audio,
    Credit,
    Fault,
    NewTags,
    Ready,
    Stop,
    from_child,
)
from tinyice.work.backoff import Backoff, Revival
from tinyice.work.children import Child, ChildCommand, Ending
from tinyice.work.frames import Frame, FrameError, FrameReader

DEMO_MODULE = "tinyice.codec.demo"
AHEAD_S = 2.0
GRANT_EVERY_S = 0.25
GRANTS_WITHOUT_AUDIO = 20
"""After so many in vain a child hangs: some 5 s, and a begin takes one."""


class Allowance:
    """How much audio may have been made by now: the time that passed, and a lead.

    What is lost in a long pause (the machine slept, no child ran) is not made
    up for: listeners would get a burst.
    """

    def __init__(self, began_at: float, ahead_s: float) -> None:
        self._last = began_at
        self._ahead_s = ahead_s
        self._passed = 0.0

    def at(self, now: float) -> float:
        """The second of the programme up to which audio may be made."""
        self._passed += min(now - self._last, self._ahead_s)
        self._last = now
        return self._passed + self._ahead_s


class Programme:
    """Runs the codec child of ``command`` until ``stop``, whatever happens to it."""

    _log = Logger()

    def __init__(
        self,
        command: ChildCommand,
        *,
        spawner: IReactorProcess,
        clock: IReactorTime,
        on_audio: Callable[[bytes], None],
        on_tags: Callable[[str, str], None],
        on_ended: Callable[[str], None],
        backoff: Backoff | None = None,
    ) -> None:
        self._command = command
        self._spawner = spawner
        self._clock = clock
        self._on_audio = on_audio
        self._on_tags = on_tags
        self._on_ended = on_ended
        self._revival = Revival(self._begin, clock=clock, backoff=backoff or Backoff())
        self._allowance = Allowance(clock.seconds(), AHEAD_S)
        self._child: Child | None = None
        self._next_grant: IDelayedCall | None = None
        self._stopped = False
        self._grants_in_vain = 0
        self._brought_s = 0.0
        self._began_s = 0.0

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._child.pid if self._child is not None else None

    def start(self) -> None:
        """Begin, once."""
        self._allowance = Allowance(self._clock.seconds(), AHEAD_S)
        self._begin()

    def stop(self) -> Deferred[None]:
        """End; fires when the child is no more."""
        self._stopped = True
        self._revival.cancel()
        self._cancel_grant()
        if self._child is None:
            return succeed(None)
        self._child.send(Stop().framed())
        return self._child.stop().addCallback(lambda _ending: None)

    def frame_received(self, frame: Frame) -> None:
        """The child sent this."""
        try:
            message = from_child(frame)
        except FrameError as error:
            self._fail(f"sent {error}")
            return
        match message:
            case Audio():
                self._grants_in_vain = 0
                self._brought_s += message.seconds
                self._on_audio(message.data)
            case NewTags():
                self._on_tags(message.artist, message.title)
            case Ready():
                self._log.info("{module} is ready: {ready}", module=self._module, ready=message)
            case Fault():
                self._fail(message.text)

    def child_ended(self, ending: Ending) -> None:
        """The child is no more."""
        self._child = None
        self._cancel_grant()
        if self._stopped:
            return
        delay_s = self._revival.ended()
        self._log.warn(
            "{module} ended ({reason}), begins again in {delay_s} s",
            module=self._module,
            reason=ending.reason,
            delay_s=delay_s,
        )
        self._on_ended(ending.reason)

    @property
    def _module(self) -> str:
        return self._command.module

    def _begin(self) -> None:
        self._revival.began()
        self._began_s = self._brought_s
        self._grants_in_vain = 0
        self._child = Child(
            self._command,
            self,
            reader=FrameReader(CHILD_KINDS, max_payload=MAX_PAYLOAD),
            spawner=self._spawner,
            clock=self._clock,
        )
        self._child.start()
        self._grant()

    def _grant(self) -> None:
        if self._child is None:
            return
        self._next_grant = self._clock.callLater(GRANT_EVERY_S, self._grant)
        self._grants_in_vain += 1
        if self._grants_in_vain > GRANTS_WITHOUT_AUDIO:
            self._fail("brought no audio")
            return
        # The child counts from its own first second.
        until = self._allowance.at(self._clock.seconds()) - self._began_s
        self._child.send(Credit(until).framed())

    def _fail(self, fault: str) -> None:
        if self._child is not None:
            self._child.fail(fault)

    def _cancel_grant(self) -> None:
        if self._next_grant is not None and self._next_grant.active():
            self._next_grant.cancel()
