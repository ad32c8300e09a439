"""Silence from a child process, made once for each format and kept."""

from collections.abc import Mapping

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorProcess, IReactorTime
from twisted.python.failure import Failure

from tinyice.codec.protocol import CHILD_KINDS, MAX_PAYLOAD, Audio, Fault, from_child
from tinyice.work.children import Child, ChildCommand, Ending
from tinyice.work.frames import Frame, FrameError, FrameReader

SILENCE_MODULE = "tinyice.codec.silence"
WITHIN_S = 30.0
"""A child that takes longer hangs."""

Format = tuple[str, str, int, int, int]
"""Container, codec, samples a second, channels, bit/s (0: as the encoder likes)."""


class NoSilence(Exception):
    """It could not be made. ``is_final``: there is no encoder for it."""

    def __init__(self, reason: str, *, is_final: bool) -> None:
        super().__init__(reason)
        self.is_final = is_final


class SilenceMaker:
    """Gives silence in any format for which there is an encoder."""

    def __init__(
        self, environment: Mapping[str, str], *, spawner: IReactorProcess, clock: IReactorTime
    ) -> None:
        self._environment = environment
        self._spawner = spawner
        self._clock = clock
        self._made: dict[Format, bytes] = {}
        self._making: set[_Making] = set()

    def make(self, wanted: Format) -> Deferred[bytes]:
        """Some seconds of it; fails with ``NoSilence``."""
        if wanted in self._made:
            return succeed(self._made[wanted])
        arguments = tuple(map(str, wanted))
        command = ChildCommand(SILENCE_MODULE, arguments, self._environment)
        making = _Making(command, self._spawner, self._clock)
        self._making.add(making)
        return making.done.addBoth(self._ended, making, wanted)

    def stop(self) -> None:
        """End every child; what they make is not wanted any more."""
        for making in tuple(self._making):
            making.child.stop()

    def _ended(
        self, outcome: bytes | Failure, making: "_Making", wanted: Format
    ) -> bytes | Failure:
        self._making.discard(making)
        if isinstance(outcome, bytes):
            self._made[wanted] = outcome
        return outcome


class _Making:
    """One child at work."""

    def __init__(
        self, command: ChildCommand, spawner: IReactorProcess, clock: IReactorTime
    ) -> None:
        self.done: Deferred[bytes] = Deferred()
        self._parts: list[bytes] = []
        self._fault = ""
        reader = FrameReader(CHILD_KINDS, max_payload=MAX_PAYLOAD)
        self.child = Child(command, self, reader=reader, spawner=spawner, clock=clock)
        self._deadline: IDelayedCall = clock.callLater(WITHIN_S, self.child.fail, "it took long")
        self.child.start()

    def frame_received(self, frame: Frame) -> None:
        """The child sent this."""
        try:
            message = from_child(frame)
        except FrameError as error:
            self.child.fail(f"sent {error}")
            return
        if isinstance(message, Audio):
            self._parts.append(message.data)
        elif isinstance(message, Fault):
            self._fault = message.text

    def child_ended(self, ending: Ending) -> None:
        """The child is no more."""
        if self._deadline.active():
            self._deadline.cancel()
        if self._fault:
            self.done.errback(NoSilence(self._fault, is_final=True))
        elif self._parts and ending.exit_code == 0:
            self.done.callback(b"".join(self._parts))
        else:
            self.done.errback(NoSilence(f"no silence was made: {ending.reason}", is_final=False))
