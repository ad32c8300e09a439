"""Loads a configuration, changes one key of it and tells how that went.

    python saving.py FILE KEY VALUE

Two calls of the system that do nothing mark where the change begins and ends.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple, Unpack

from twisted.internet.defer import Deferred, execute
from twisted.python.failure import Failure

from tinyice.config.faults import NotSaved
from tinyice.config.inforce import InForce
from tinyice.config.load import load
from tinyice.config.model import Config
from tinyice.config.saving import ConfigFile
from tinyice.config.writer import ConfigWriter
from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import ANYBODY
from tinyice.core.clients import Client
from tinyice.core.events import Event

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

BEGIN, END = "/begin-of-the-change", "/end-of-the-change"


def main(path: Path, key: str, value: str, say: Callable[[str], object]) -> None:
    """Change ``key`` and ``say`` as JSON what is in force then, and what was told."""
    loaded = load(path, environ={}, overrides={}, hasher=str)
    in_force, events = InForce(loaded.config), list[Event]()
    writer = ConfigWriter(
        ConfigFile(path, loaded.outside, str, examine),
        loaded.document,
        in_force,
        perform=at_once,
        publish=events.append,
    )

    def edit(document: dict[str, Any]) -> None:
        document[key] = value

    os.access(BEGIN, os.F_OK)
    change = writer.change(
        edit, who=ANYBODY, client=Client(""), action=Action.CHANGE_SETTINGS, subject=key
    )
    results: list[Any] = []
    Deferred.fromCoroutine(change).addBoth(results.append)
    os.access(END, os.F_OK)
    say(json.dumps(outcome(results[0], getattr(in_force.config, key), len(events))))


def at_once(work_in_worker: Callable[[Unpack[Ts]], T], *args: *Ts) -> Deferred[T]:
    """Do the work here: there is nobody to hold up."""
    return execute(work_in_worker, *args)


def examine(_before: Config, _after: Config) -> None:
    """Nothing outside of the file matters here."""


def outcome(result: object, value: object, events: int) -> dict[str, object]:
    """What became of the change."""
    if not isinstance(result, Failure):
        return {"fault": "", "in_force": value, "events": events}
    if not isinstance(result.value, NotSaved):
        result.raiseException()
    return {"fault": str(result.value), "in_force": value, "events": events}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], print)
