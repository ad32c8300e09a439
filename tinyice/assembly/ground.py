"""What the parts of the station stand on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from twisted.internet.base import ReactorBase

from tinyice.assembly.system import FileInUse
from tinyice.config.inforce import InForce
from tinyice.config.model import Config
from tinyice.core.hub import Hub
from tinyice.logs.tail import Tail
from tinyice.work.threads import Worker

_FILE_JOBS = 64


@dataclass(frozen=True, slots=True)
class Ground:
    """The configuration in force, the reactor, the hub of events, the time."""

    in_force: InForce
    reactor: ReactorBase
    hub: Hub
    now: Callable[[], datetime]
    file: FileInUse
    tail: Tail = field(default_factory=Tail)

    @property
    def config(self) -> Config:
        """The configuration in force."""
        return self.in_force.config

    @property
    def folder(self) -> Path:
        """Where the server writes."""
        return Path(self.config.data_dir or ".").absolute()

    def worker(self, name: str, jobs: int = _FILE_JOBS) -> Worker:
        """A thread for what blocks."""
        return Worker(name, jobs, deliver=self.reactor.callFromThread, clock=self.reactor)
