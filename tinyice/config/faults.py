"""What is wrong with a configuration, all of it at once."""

import difflib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

KeyPath = tuple[str | int, ...]
_SHOWN_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    ``key`` says where: the path of a key, the name of an environment variable,
    an option of the command line, or the file itself.
    """

    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.key}: {self.message}"


class ConfigFaults(Exception):
    """The configuration can't be used; ``faults`` are all that was found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = tuple(faults)

    def lines(self) -> tuple[str, ...]:
        """Give one line a fault, as standard error shows them."""
        return tuple(f"tinyice: {fault}" for fault in self.faults)


class NotSaved(Exception):
    """A change could not be saved, and was not made: file and memory are as before."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FileRefused(NotSaved):
    """The file can't be put in force; what was in force before still is."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"the file has faults: {'; '.join(map(str, faults))}")
        self.faults = tuple(faults)


def path_text(path: KeyPath) -> str:
    """Write a key path as people read it: ``advanced_mounts./live.burst_size``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{printable(step)}" if text else printable(step)
    return text


def printable(text: str) -> str:
    """Give ``text`` without what could disturb a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown(value: object) -> str:
    """Give ``value`` in few words, for a message that says what it must be instead."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = printable(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}…"


def unknown_message(name: str, known: Iterable[str], what: str = "key") -> str:
    """Say that ``name`` is not known, and which known name is nearest."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    near = difflib.get_close_matches(name.lower().replace("-", "_"), by_lower, n=1)
    if not near:
        return f"unknown {what}"
    return f'unknown {what}; did you mean "{by_lower[near[0]]}"?'
