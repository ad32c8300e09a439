"""What the server and the child that runs a program say to each other.

``Order`` goes to the child, ``Answer`` comes back when the program has ended or has had
its time; the child itself ends when nothing is left of what the program began. JSON keeps
words that are no UTF-8.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tinyice.work.frames import Frame, FrameError

ORDER, ANSWER = 96, 97
MAX_ORDER = 4 * 1024 * 1024
MAX_ANSWER = 128 * 1024


@dataclass(frozen=True, slots=True)
class Order:
    """Run ``words`` in ``folder`` with this ``environment`` and no other.

    After ``seconds`` it and all that it has begun is ended. Of what it prints the first
    ``output_bytes`` are kept.
    """

    words: Sequence[str]
    folder: str
    environment: Mapping[str, str]
    seconds: float
    output_bytes: int = 8192

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        told = [
            list(self.words),
            self.folder,
            dict(self.environment),
            self.seconds,
            self.output_bytes,
        ]
        return Frame(ORDER, json.dumps(told).encode())


@dataclass(frozen=True, slots=True)
class Answer:
    """What the program printed, and what went wrong with it, for people; "": nothing did.

    Bytes that are no UTF-8 stand in ``output`` as lone surrogates.
    """

    output: str = ""
    fault: str = ""

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(ANSWER, json.dumps([self.output, self.fault]).encode())


def order_of(frame: Frame) -> Order:
    """What the server says; the child may believe it."""
    words, folder, environment, seconds, output_bytes = json.loads(frame.payload)
    return Order(words, folder, environment, seconds, output_bytes)


def answer_of(frame: Frame) -> Answer:
    """What the child says; raises ``FrameError``."""
    try:
        output, fault = json.loads(frame.payload)
    except (ValueError, TypeError) as wrong:
        raise FrameError("what is no message") from wrong
    return Answer(str(output), str(fault))
