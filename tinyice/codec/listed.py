"""What the messages between the server and its codec children have in common: lists as JSON."""

import json
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from tinyice.core.quality import Quality
from tinyice.work.frames import Frame, FrameError


def listed(kind: IntEnum, items: Sequence[object]) -> Frame:
    """A message that is a list."""
    return Frame(kind, json.dumps(items).encode())


def list_in(payload: bytes) -> list[object]:
    """The list in ``payload``; raises ``FrameError``."""
    try:
        items = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise FrameError("a message that can't be read") from error
    if not isinstance(items, list):
        raise FrameError("a message of the wrong shape")
    return items


def quality_in(values: dict[str, Any]) -> Quality:
    """The quality that ``values`` tell; raises ``FrameError``."""
    try:
        return Quality(**values)
    except TypeError as error:
        raise FrameError("a quality of the wrong shape") from error


def sound(text: str) -> str:
    """``text`` as every encoder takes it: JSON can spell halves of characters."""
    return text.encode("utf-8", "replace").decode()
