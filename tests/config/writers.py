"""A writer of the configuration for the tests, whose work is done step by step."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from config.configs import fake_hash, written
from tinyice.config.edits import Edit
from tinyice.config.faults import ConfigFaults, Fault
from tinyice.config.inforce import InForce
from tinyice.config.load import Loaded, load
from tinyice.config.model import Config
from tinyice.config.saving import ConfigFile
from tinyice.config.writer import ConfigWriter
from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.clients import Client
from tinyice.core.events import Event
from tinyice.work.testing import MemoryWorker

ANNA = Principal("anna", Role.SUPERADMIN, Via.SESSION)
CLIENT = Client("192.0.2.7")


@dataclass
class Desk:
    """A writer, its file, and what it told."""

    path: Path
    loaded: Loaded
    worker: MemoryWorker
    in_force: InForce
    events: list[Any] = field(default_factory=list)
    examined: list[tuple[Config, Config]] = field(default_factory=list)
    refuses: str = ""
    waiting_max: int = 32

    def __post_init__(self) -> None:
        file = ConfigFile(self.path, self.loaded.outside, fake_hash, self._examine)
        self.writer = ConfigWriter(
            file,
            self.loaded.document,
            self.in_force,
            perform=self.worker.perform,
            publish=self._note,
            waiting_max=self.waiting_max,
        )

    def _note(self, event: Event) -> None:
        self.events.append(event)

    def _examine(self, before: Config, after: Config) -> None:
        self.examined.append((before, after))
        if self.refuses:
            raise ConfigFaults([Fault("cert_file", self.refuses)])

    @property
    def text(self) -> str:
        """What the file holds."""
        return self.path.read_text(encoding="utf-8")

    @property
    def document(self) -> dict[str, Any]:
        """What the file holds, read."""
        document: dict[str, Any] = json.loads(self.text)
        return document

    @property
    def config(self) -> Config:
        """What is in force."""
        return self.in_force.config

    def ask(self, edit: Edit, subject: str = "x") -> Deferred[tuple[str, ...]]:
        """Ask for a change that nobody works on yet."""
        return Deferred.fromCoroutine(
            self.writer.change(
                edit,
                who=ANNA,
                client=CLIENT,
                action=Action.CHANGE_SETTINGS,
                subject=subject,
                mount="/m",
            )
        )

    def change(self, edit: Edit) -> tuple[str, ...]:
        """Make a change, and give its notes; raises what kept it from being made."""
        return settled(self.ask(edit), self.worker)

    def reload(self) -> tuple[str, ...]:
        """Read the file anew."""
        reading = self.writer.reload(who=ANNA, client=CLIENT)
        return settled(Deferred.fromCoroutine(reading), self.worker)


def desk(
    folder: Path,
    document: Mapping[str, Any] | str,
    *,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, str] | None = None,
    waiting_max: int = 32,
) -> Desk:
    """A writer for a file of its own."""
    path = written(folder, document)
    loaded = load(path, environ=environ or {}, overrides=overrides or {}, hasher=fake_hash)
    worker, in_force = MemoryWorker(), InForce(loaded.config)
    return Desk(path, loaded, worker, in_force, waiting_max=waiting_max)


def settled(answer: Deferred[tuple[str, ...]], worker: MemoryWorker) -> tuple[str, ...]:
    """Let the worker work; what came of it."""
    found: list[Any] = []
    answer.addBoth(found.append)
    worker.flush()
    (result,) = found
    if isinstance(result, Failure):
        result.raiseException()
    notes: tuple[str, ...] = result
    return notes


def setting(**values: object) -> Callable[[dict[str, Any]], None]:
    """An edit that sets keys."""
    return lambda document: document.update(values)
