"""Files are measured by a child, one after the other; it is there only while there is work."""

from collections import deque
from collections.abc import Mapping, Sequence

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorProcess, IReactorTime

from tinyice.codec.analysis_messages import (
    FROM_ANALYSIS,
    MAX_PAYLOAD,
    Measure,
    Unmeasurable,
    from_analysis,
)
from tinyice.core.loudness import Loudness
from tinyice.work.children import Child, ChildCommand, Ending
from tinyice.work.frames import Frame, FrameError, FrameReader

ANALYSIS_MODULE = "tinyice.codec.analysis"
WAITING_MAX = 200
WITHIN_S = 300.0
"""Longer no file is listened to."""

IDLE_S = 20.0


class Unmeasured(Exception):
    """It can't be said how loud a file is; the text is for people."""


class Measuring:
    """Measures files."""

    def __init__(
        self, environment: Mapping[str, str], *, spawner: IReactorProcess, clock: IReactorTime
    ) -> None:
        self._command = ChildCommand(ANALYSIS_MODULE, (), environment)
        self._spawner = spawner
        self._clock = clock
        self._waiting: deque[tuple[Measure, Deferred[Loudness]]] = deque()
        self._busy: tuple[Measure, Deferred[Loudness]] | None = None
        self._child: Child | None = None
        self._deadline: IDelayedCall | None = None
        self._is_stopped = False

    @property
    def pid(self) -> int | None:
        """The process id while there is a child."""
        return None if self._child is None else self._child.pid

    def measure(self, path: str, folders: Sequence[str] = ()) -> Deferred[Loudness]:
        """How loud the file is; fails with ``Unmeasured``. See ``Measure``."""
        if self._is_stopped or len(self._waiting) >= WAITING_MAX:
            return fail(Unmeasured("too many files wait"))
        answer: Deferred[Loudness] = Deferred()
        self._waiting.append((Measure(path, tuple(folders)), answer))
        self._go_on()
        return answer

    def stop(self) -> Deferred[None]:
        """Measure no more; fires when the child is no more."""
        self._is_stopped = True
        self._cancel()
        self._answer(Unmeasured("stopped"))
        waiting, self._waiting = self._waiting, deque()
        for _, answer in waiting:
            answer.errback(Unmeasured("stopped"))
        if self._child is None:
            return succeed(None)
        return self._child.stop().addCallback(lambda _ending: None)

    def frame_received(self, frame: Frame) -> None:
        """The child sent this."""
        try:
            message = from_analysis(frame)
        except FrameError as error:
            self._fail(f"sent {error}")
            return
        if isinstance(message, Unmeasurable):
            self._answer(Unmeasured(message.reason))
        else:
            self._answer(message.loudness)
        self._go_on()

    def child_ended(self, ending: Ending) -> None:
        """The child is no more: what it listened to is not tried again."""
        self._child = None
        self._cancel()
        self._answer(Unmeasured(ending.reason))
        self._go_on()

    def _go_on(self) -> None:
        if self._busy is not None or self._is_stopped:
            return
        self._cancel()
        if not self._waiting:
            self._deadline = self._clock.callLater(IDLE_S, self._rest)
            return
        self._busy = self._waiting.popleft()
        self._deadline = self._clock.callLater(WITHIN_S, self._fail, "it takes too long")
        if self._child is None:
            self._begin()
        else:
            self._child.send(self._busy[0].framed())

    def _begin(self) -> None:
        reader = FrameReader(FROM_ANALYSIS, max_payload=MAX_PAYLOAD)
        self._child = Child(
            self._command, self, reader=reader, spawner=self._spawner, clock=self._clock
        )
        self._child.start()
        if self._busy is not None:
            self._child.send(self._busy[0].framed())

    def _rest(self) -> None:
        if self._child is not None:
            self._child.stop()

    def _answer(self, result: Loudness | Unmeasured) -> None:
        busy, self._busy = self._busy, None
        if busy is None:
            return
        if isinstance(result, Loudness):
            busy[1].callback(result)
        else:
            busy[1].errback(result)

    def _fail(self, fault: str) -> None:
        if self._child is not None:
            self._child.fail(fault)

    def _cancel(self) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None
