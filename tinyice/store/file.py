"""The file of the database, wherever it is in its life: not there, open, broken, set aside.

Everything here runs in the worker. SQLAlchemy weighs 25 MB and is loaded with
the first thing that is to be kept: a server that has nothing to keep neither
loads it nor makes a file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from tinyice.core.audit import AuditPage
from tinyice.store.batch import Batch, Kept
from tinyice.store.entries import AuditQuery
from tinyice.store.faults import DatabaseBroken, DatabaseFault

if TYPE_CHECKING:
    from tinyice.store.database import Database

T = TypeVar("T")

_COMPANIONS = ("", "-wal", "-shm")
"""What SQLite writes for one database."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What came of a question; ``notes`` are sentences for the log about the file itself."""

    value: T
    notes: tuple[str, ...]


class DatabaseFile:
    """The database at ``path``. Its methods raise ``DatabaseFault``."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self.path = path
        self._now = now
        self._database: Database | None = None
        self._notes: list[str] = []

    def write_in_worker(self, batch: Batch) -> Answer[None]:
        """Write ``batch`` as a whole; the file is made if there is none."""
        return self._use(lambda database: database.write(batch))

    def kept_in_worker(self) -> Answer[Kept]:
        """What an earlier run has left."""
        return self._ask(lambda database: database.kept(), Kept())

    def audit_in_worker(self, query: AuditQuery) -> Answer[AuditPage]:
        """A page of the audit."""
        return self._ask(lambda database: database.audit(query), AuditPage())

    def prune_in_worker(self, before: datetime) -> Answer[int]:
        """Take older entries out of the audit."""
        return self._ask(lambda database: database.prune(before), 0)

    def ask_in_worker(self, question: "Callable[[Database], T]", nothing: T) -> Answer[T]:
        """What ``question`` finds; ``nothing`` where there is no file."""
        return self._ask(question, nothing)

    def change_in_worker(self, change: "Callable[[Database], T]") -> Answer[T]:
        """What comes of ``change``; the file is made if there is none."""
        return self._use(change)

    def close_in_worker(self) -> None:
        """Let go of the file."""
        database, self._database = self._database, None
        if database is not None:
            database.close()

    def _ask(self, question: "Callable[[Database], T]", nothing: T) -> Answer[T]:
        """As ``_use``, but where there is no file the answer is ``nothing``."""
        if self._database is None and not self._is_there():
            return Answer(nothing, ())
        return self._use(question)

    def _is_there(self) -> bool:
        try:
            return self.path.exists()
        except OSError as error:
            raise DatabaseFault(error.strerror or str(error)) from error

    def _use(self, work: "Callable[[Database], T]") -> Answer[T]:
        try:
            value = work(self._opened())
        except DatabaseBroken as fault:
            self._set_aside(fault)
            value = work(self._opened())
        notes, self._notes = self._notes, []
        return Answer(value, tuple(notes))

    def _opened(self) -> "Database":
        if self._database is None:
            from tinyice.store.database import open_database  # noqa: PLC0415 - see above

            self._database, notes = open_database(self.path)
            self._notes += notes
        return self._database

    def _set_aside(self, fault: DatabaseBroken) -> None:
        """Keep what is left for those who know how to save it, out of the way."""
        self.close_in_worker()
        name = f"{self.path.name}.corrupt-{self._now():%Y%m%dT%H%M%S}"
        try:
            for suffix in _COMPANIONS:
                part = self.path.with_name(self.path.name + suffix)
                if part.exists():
                    part.rename(self.path.with_name(name + suffix))
        except OSError as error:
            raise DatabaseFault(f"{fault}, and it can't be moved aside: {error}") from error
        self._notes.append(
            f"the database was broken ({fault}) and a new one is begun; the old one is {name}"
        )
