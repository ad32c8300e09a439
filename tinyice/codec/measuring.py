"""Files are measured by a child, one after the other; it is there only while there is work.

What is about to play goes before what somebody only looks at.
"""

from collections import deque
from collections.abc import Mapping, Sequence

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorProcess, IReactorTime

from tinyice.codec.analysis_messages import (
    FROM_ANALYSIS,
    MAX_PAYLOAD,
    Measure,
    Measured,
    Unmeasurable,
    from_analysis,
)
from tinyice.work.children import Child, ChildCommand, Ending
from tinyice.work.frames import Frame, FrameError, FrameReader

ANALYSIS_MODULE = "tinyice.codec.analysis"
WAITING_MAX = 200
LOOKED_AT_MAX = 20
"""So many may wait of those that nobody waits for with ears."""

WITHIN_S = 300.0
"""Longer no file is listened to."""

IDLE_S = 20.0


class Unmeasured(Exception):
    """It can't be said how loud a file is; the text is for people."""


class NotNow(Unmeasured):
    """It was not tried; it may be another time."""


_Asked = tuple[Measure, Deferred[Measured]]


class Measuring:
    """Measures files."""

    def __init__(
        self, environment: Mapping[str, str], *, spawner: IReactorProcess, clock: IReactorTime
    ) -> None:
        self._command = ChildCommand(ANALYSIS_MODULE, (), environment)
        self._spawner = spawner
        self._clock = clock
        self._urgent: deque[_Asked] = deque()
        self._waiting: deque[_Asked] = deque()
        self._busy: _Asked | None = None
        self._child: Child | None = None
        self._deadline: IDelayedCall | None = None
        self._is_stopped = self._is_resting = False

    @property
    def pid(self) -> int | None:
        """The process id while there is a child."""
        return None if self._child is None else self._child.pid

    def measure(
        self, path: str, folders: Sequence[str] = (), *, can_wait: bool = False
    ) -> Deferred[Measured]:
        """How loud the file is, and what it looks like; fails with ``Unmeasured``.

        See ``Measure``. What ``can_wait`` is measured when nothing else is to be.
        """
        queue, most = (self._waiting, LOOKED_AT_MAX) if can_wait else (self._urgent, WAITING_MAX)
        if self._is_stopped or len(queue) >= most:
            return fail(NotNow("too many files wait"))
        answer: Deferred[Measured] = Deferred()
        queue.append((Measure(path, tuple(folders)), answer))
        self._go_on()
        return answer

    def stop(self) -> Deferred[None]:
        """Measure no more; fires when the child is no more."""
        self._is_stopped = True
        self._cancel()
        self._answer(NotNow("stopped"))
        waiting = [*self._urgent, *self._waiting]
        self._urgent.clear()
        self._waiting.clear()
        for _, answer in waiting:
            answer.errback(NotNow("stopped"))
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
            self._answer(message)
        self._go_on()

    def child_ended(self, ending: Ending) -> None:
        """The child is no more: what it listened to is not tried again."""
        self._child, self._is_resting = None, False
        self._cancel()
        self._answer(Unmeasured(ending.reason))
        self._go_on()

    def _go_on(self) -> None:
        if self._busy is not None or self._is_stopped or self._is_resting:
            return
        self._cancel()
        queue = self._urgent or self._waiting
        if not queue:
            self._deadline = self._clock.callLater(IDLE_S, self._rest)
            return
        self._busy = queue.popleft()
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
            # What is asked meanwhile waits for the next one.
            self._is_resting = True
            self._child.stop()

    def _answer(self, result: Measured | Unmeasured) -> None:
        busy, self._busy = self._busy, None
        if busy is None:
            return
        if isinstance(result, Measured):
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
