"""One look at a file that somebody names, by a child of its own: no disk holds us up."""

from collections.abc import Mapping

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorProcess, IReactorTime

from tinyice.autodj.librarian_messages import (
    FROM_LIBRARIAN,
    MAX_FROM_LIBRARIAN,
    Look,
    Looked,
    from_librarian,
)
from tinyice.autodj.scan import LIBRARIAN_MODULE
from tinyice.core.tracks import Track
from tinyice.work.children import Child, ChildCommand, Ending
from tinyice.work.frames import Frame, FrameError, FrameReader
from tinyice.work.once import Once

SILENT_S = 30.0


class RunningLook:
    """Asks a librarian, from ``start`` on."""

    def __init__(
        self,
        look: Look,
        environment: Mapping[str, str],
        *,
        spawner: IReactorProcess,
        clock: IReactorTime,
    ) -> None:
        self._look = look
        self._clock = clock
        self._track: Once[Track] = Once()
        self._deadline: IDelayedCall | None = None
        reader = FrameReader(frozenset(FROM_LIBRARIAN), max_payload=MAX_FROM_LIBRARIAN)
        command = ChildCommand(LIBRARIAN_MODULE, (), environment)
        self._child = Child(command, self, reader=reader, spawner=spawner, clock=clock)

    def start(self) -> Deferred[Track]:
        """What it is; with a fault when it is not to be played. Never fails."""
        self._child.start()
        self._child.send(self._look.framed())
        self._deadline = self._clock.callLater(SILENT_S, self._child.fail, "hangs")
        return self._track.when()

    def stop(self) -> Deferred[Ending]:
        """End the child; fires when it is no more."""
        return self._child.stop()

    def frame_received(self, frame: Frame) -> None:
        """``ChildUser``: it has answered."""
        try:
            message = from_librarian(frame)
        except FrameError as error:
            self._child.fail(f"sent {error}")
            return
        if isinstance(message, Looked):
            self._track.set(message.track)
            self._child.stop()

    def child_ended(self, ending: Ending) -> None:
        """``ChildUser``: the child is no more."""
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._track.set(Track(self._look.path, fault=f"it could not be read: {ending.reason}"))
