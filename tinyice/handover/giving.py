"""The predecessor's side of the line: give everything, in one step that can fail until its end."""

from tinyice.handover.cargo import Cargo
from tinyice.handover.line import VERSION, Line, LineBroken, Word

_WORD_S = 5.0
_HERE_S = 5.0
_HERE_EACH_S = 0.002
_HERE_BYTES_S = 5_000_000
"""How long the successor may take, and how much longer for each connection; and at how many
bytes in a second: the longest playlist is five million."""


def hear_ready(line: Line) -> str:
    """The successor's version, once it has something to say; raises LineBroken."""
    values = line.hear(Word.READY, _WORD_S)
    speaks = values.get("speaks")
    version = str(values.get("version", ""))
    if not isinstance(speaks, list) or VERSION not in speaks:
        raise LineBroken(
            f"version {version} can't take over from this one while it runs: restart the server"
        )
    return version


def give(line: Line, cargo: Cargo, version: str) -> None:
    """Let the successor take ``cargo`` from this ``version``; it serves when this returns.

    Raises LineBroken: it does not, but it must be ended before anything goes on here.
    """
    count = len(cargo.descriptors)
    line.say(Word.CARGO, _WORD_S, descriptors=count, version=version)
    line.pass_on(cargo.descriptors, _WORD_S)
    line.hear(Word.HERE, _HERE_S + count * _HERE_EACH_S + cargo.size / _HERE_BYTES_S)
    line.say(Word.GO, _WORD_S)
    line.hear(Word.TAKEN, _WORD_S)


def wait_for_end(line: Line) -> None:
    """Return when the successor, which was killed, can't do anything any more."""
    line.wait_for_end(_WORD_S)
