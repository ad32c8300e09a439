"""Server-sent events as bytes, and the ids by which a browser goes on where it was."""

import json
from collections.abc import Sequence

import msgspec

from tinyice.web.answers import encode

RETRY = b"retry: 2000\n\n"
"""After so many milliseconds a browser that lost its stream comes again."""

HEARTBEAT = b":\n\n"
"""A comment: nothing happened, and we are still here."""


def frame(event: str, document: msgspec.Struct) -> bytes:
    """One event, whole. No line of it can be ended by text from outside."""
    text = json.dumps(msgspec.to_builtins(document), ensure_ascii=False, separators=(",", ":"))
    return b"event: %s\ndata: %s\n\n" % (event.encode("ascii"), encode(text))


def batch(frames: Sequence[bytes], last_id: str) -> bytes:
    """Events that belong together: only with the last of them the browser has them all."""
    return b"".join([*frames[:-1], b"id: ", last_id.encode("ascii"), b"\n", *frames[-1:]])


def event_id(epoch: str, sequence: int) -> str:
    """What a browser keeps, to name it when it comes again."""
    return f"{epoch}-{sequence}"


def sequence_in(given: str, epoch: str) -> int | None:
    """The sequence that the id ``given`` names; None: it is none of this epoch."""
    head, _, tail = given.strip().rpartition("-")
    if head != epoch or not (tail.isascii() and tail.isdigit() and len(tail) < 16):
        return None
    return int(tail)
