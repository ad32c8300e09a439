"""Count the steps of the package under test, because time is no measure."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import tinyice.formats

PACKAGE = str(Path(tinyice.formats.__file__).parent)


def steps_of(work: Callable[[], object]) -> int:
    """How many lines of the package run while ``work`` does."""
    steps = 0

    def trace(frame: FrameType, event: str, arg: Any) -> Any:  # noqa: ANN401
        nonlocal steps
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        steps += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return steps
