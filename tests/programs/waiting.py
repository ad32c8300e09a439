"""Waiting for a condition, never for luck: polled, with a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

PAUSE_S = 0.05
T = TypeVar("T")


def until(condition: Callable[[], T], *, within: float, what: str) -> T:
    """Give the first truthy value of ``condition``; fail after ``within`` seconds."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > deadline:
            message = f"not within {within:g} s: {what}"
            raise AssertionError(message)
        time.sleep(PAUSE_S)
    return value
