"""Covers, read by a child that is there while somebody looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorProcess, IReactorTime

from tinyice.autodj.librarian_messages import (
    FROM_LIBRARIAN,
    MAX_FROM_LIBRARIAN,
    Picture,
    Wanted,
    from_librarian,
)
from tinyice.autodj.pictures import kind_of
from tinyice.autodj.scan import LIBRARIAN_MODULE
from tinyice.work.children import Child, ChildCommand, Ending
from tinyice.work.frames import Frame, FrameError, FrameReader
from tinyice.work.jobs import Busy

WAITING_MAX = 50
IDLE_S = 20.0
SILENT_S = 60.0

_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Each thread would take of the memory that the child may have."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A picture; ``kind`` is its MIME type."""

    kind: str
    picture: bytes


class CoverReader:
    """Begins a child with the first question, and ends it when no more come.

    One picture may end it, or hold it up until it is ended: the others that were asked for
    are then asked of another child.
    """

    def __init__(
        self,
        bounds: Sequence[str],
        environment: Mapping[str, str],
        *,
        spawner: IReactorProcess,
        clock: IReactorTime,
    ) -> None:
        self.bounds = bounds
        self._command = ChildCommand(LIBRARIAN_MODULE, (), {**environment, **_ONE_THREAD})
        self._spawner = spawner
        self._clock = clock
        self._child: Child | None = None
        self._asked: dict[int, tuple[Wanted, Deferred[bytes]]] = {}
        self._late: list[Deferred[None]] = []
        self._requests = 0
        self._deadline: IDelayedCall | None = None
        self._is_ending = False
        self._is_stopped = False

    async def read(self, root: str, path: str, *, is_small: bool = False) -> Cover | None:
        """The cover of a file, as it is or small enough for pages; None if there is none.

        Raises ``Busy``.
        """
        if len(self._asked) + len(self._late) >= WAITING_MAX or self._is_stopped:
            raise Busy
        while self._is_ending:
            # It was idle for long and is asked to end: the next one answers.
            ended: Deferred[None] = Deferred()
            self._late.append(ended)
            await ended
            if self._is_stopped:
                raise Busy
        self._requests = request = (self._requests + 1) % 2**32
        wanted = Wanted(request, root, self.bounds, path, is_small)
        answer: Deferred[bytes] = Deferred()
        self._asked[request] = wanted, answer
        if self._child is None:
            self._begin()
        else:
            self._child.send(wanted.framed())
        self._wait()
        picture = await answer
        kind = kind_of(picture)
        return Cover(kind, picture) if kind else None

    async def stop(self) -> None:
        """End the child; nobody is answered any more but with nothing."""
        self._is_stopped = True
        if self._child is not None:
            await self._child.stop()

    def frame_received(self, frame: Frame) -> None:
        """The child has answered."""
        try:
            message = from_librarian(frame)
        except FrameError as error:
            if self._child is not None:
                self._child.fail(f"sent {error}")
            return
        if isinstance(message, Picture) and message.request in self._asked:
            _wanted, answer = self._asked.pop(message.request)
            self._wait()
            answer.callback(message.data)

    def child_ended(self, ending: Ending) -> None:
        """The child is no more: what it had in hand is no cover, the rest is asked again."""
        self._child, self._is_ending = None, False
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        given_up = list(self._asked) if self._is_stopped else list(self._asked)[:1]
        answers = [self._asked.pop(request)[1] for request in given_up]
        if self._asked:
            self._begin()
            self._wait()
        for answer in answers:
            answer.callback(b"")
        late, self._late = self._late, []
        for each in late:
            each.callback(None)

    def _begin(self) -> None:
        """A child, and everything that is asked of it."""
        reader = FrameReader(frozenset(FROM_LIBRARIAN), max_payload=MAX_FROM_LIBRARIAN)
        self._child = Child(
            self._command, self, reader=reader, spawner=self._spawner, clock=self._clock
        )
        self._child.start()
        for wanted, _answer in self._asked.values():
            self._child.send(wanted.framed())

    def _wait(self) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = self._clock.callLater(SILENT_S if self._asked else IDLE_S, self._due)

    def _due(self) -> None:
        if self._child is not None and self._asked:
            self._child.fail("hangs")
        elif self._child is not None:
            self._is_ending = True
            self._child.stop()
