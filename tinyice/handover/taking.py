"""The successor's side of the line: take everything, and say so."""

from tinyice.handover.belongings import Belongings
from tinyice.handover.cargo import Delivery
from tinyice.handover.line import VERSION, Line, LineBroken, Word
from tinyice.handover.thawing import Arrived, unpack

_WORD_S = 5.0
_CARGO_S = 30.0
_GO_S = 60.0
"""The predecessor gives up earlier than any of these."""


def say_ready(line: Line, version: str) -> None:
    """The parts are built, and nothing was done yet; raises LineBroken."""
    line.say(Word.READY, _WORD_S, speaks=[VERSION], version=version)


def take(line: Line, here: Belongings) -> Arrived:
    """Make the station of what comes; when this returns, it is ours.

    Whatever is raised: nothing was sent to anybody, and this process must end without
    closing any connection in the ways of its transport.
    """
    values = line.hear(Word.CARGO, _CARGO_S)
    count = values.get("descriptors")
    if not isinstance(count, int) or count < 1:
        raise LineBroken("there is no cargo")
    delivery = Delivery(line.receive(count, _CARGO_S))
    arrived = unpack(delivery, here)
    arrived.previous = str(values.get("version", ""))
    delivery.close()
    line.say(Word.HERE, _WORD_S)
    line.hear(Word.GO, _GO_S)
    line.say(Word.TAKEN, _WORD_S)
    return arrived
