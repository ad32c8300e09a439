"""Programs of the operator, each run by a child that leaves nothing behind.

``command_child.py`` is that child. A program gets the environment that it is given and no
more of ours, no shell, no input, and no longer than it may take.
"""

from collections.abc import Mapping

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorProcess, IReactorTime

from tinyice.work.children import Child, ChildCommand, Ending
from tinyice.work.command_messages import ANSWER, MAX_ANSWER, Answer, Order, answer_of
from tinyice.work.environment import INHERITED
from tinyice.work.frames import Frame, FrameError, FrameReader
from tinyice.work.once import Once

CHILD_MODULE = "tinyice.work.command_child"
PATIENCE_S = 15.0
"""A child that goes on for so much longer than the program may is ended itself."""

VALUE_CHARS_MAX = 4000


class RunningCommand:
    """One program, from ``start`` until nothing of it is left.

    ``environment`` is for the child, as ``child_environment`` gives it.
    """

    def __init__(
        self,
        order: Order,
        environment: Mapping[str, str],
        *,
        spawner: IReactorProcess,
        clock: IReactorTime,
    ) -> None:
        self._order = order
        self._clock = clock
        self._answer: Once[Answer] = Once()
        self._over: Once[None] = Once()
        self._deadline: IDelayedCall | None = None
        reader = FrameReader(frozenset({ANSWER}), max_payload=MAX_ANSWER)
        command = ChildCommand(CHILD_MODULE, (), environment)
        self._child = Child(command, self, reader=reader, spawner=spawner, clock=clock)

    @property
    def answer(self) -> Deferred[Answer]:
        """What it said, when it has ended or had its time. Never fails."""
        return self._answer.when()

    @property
    def over(self) -> Deferred[None]:
        """Fires when nothing of it is left. Never fails."""
        return self._over.when()

    def start(self) -> None:
        """Run it."""
        self._child.start()
        self._child.send(self._order.framed())
        self._deadline = self._clock.callLater(
            self._order.seconds + PATIENCE_S, self._child.fail, "hangs"
        )

    def stop(self) -> Deferred[None]:
        """End it, and all that it has begun; fires when nothing of it is left."""
        self._answer.set(Answer(fault="it was stopped"))
        self._child.stop()
        return self.over

    def frame_received(self, frame: Frame) -> None:
        """``ChildUser``: the child has told what came of it."""
        try:
            self._answer.set(answer_of(frame))
        except FrameError as error:
            self._child.fail(f"sent {error}")

    def child_ended(self, ending: Ending) -> None:
        """``ChildUser``: all is over."""
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._answer.set(Answer(fault=ending.reason))
        self._over.set(None)


def command_environment(environ: Mapping[str, str], told: Mapping[str, str]) -> dict[str, str]:
    """What a program of the operator finds in its environment: little of ours, and ``told``.

    Control characters in ``told`` become spaces, and what is very long is cut.
    """
    environment = {name: environ[name] for name in INHERITED if name in environ}
    environment["LC_ALL"] = "C.UTF-8"
    return environment | {name: _plain(value) for name, value in told.items()}


def _plain(value: str) -> str:
    kept = value[:VALUE_CHARS_MAX]
    return "".join(
        " " if character < " " or character == "\x7f" else character for character in kept
    )
