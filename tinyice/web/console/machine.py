"""What the pages about the server need of it, as small promises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tinyice.core.access.principal import Principal
from tinyice.core.clients import Client


class Line(Protocol):
    """An entry of the event log, as it was written; ids grow."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def level(self) -> str:
        """debug, info, warn or error."""

    @property
    def text(self) -> str:
        """The entry; of a failure, several lines."""


class Log(Protocol):
    """The end of the event log."""

    @property
    def last(self) -> int:
        """The id of the newest entry."""

    def after(self, number: int, *, level: str, text: str, limit: int) -> Sequence[Line]:
        """The newest entries behind that id, oldest first, at most ``limit``."""


@dataclass(frozen=True, slots=True)
class Versions:
    """What this server is made of."""

    python: str
    twisted: str
    openssl: str
    kernel: str


@dataclass(frozen=True, slots=True)
class Load:
    """What the server is busy with. ``cpu_share``: of one core, lately.

    ``passwords_waiting`` of ``passwords_room`` checks wait for a worker.
    """

    cpu_share: float
    cpu_seconds: float
    passwords_waiting: int
    passwords_room: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check of the file found. ``faults``: key and sentence."""

    faults: Sequence[tuple[str, str]]
    notes: Sequence[str]
    differs: Sequence[str]
    """The keys whose values in the file are not those in force."""

    @property
    def is_good(self) -> bool:
        """Whether the server would start with it."""
        return not self.faults


class Machine(Protocol):
    """The process, its file and its log."""

    @property
    def versions(self) -> Versions:
        """What it is made of."""

    @property
    def log(self) -> Log:
        """What it has told lately."""

    @property
    def config_file(self) -> str:
        """The path of the configuration."""

    @property
    def database_file(self) -> str:
        """The path of the database."""

    @property
    def given(self) -> Mapping[str, str]:
        """The keys that something else than the file decides about, and what that is."""

    def load(self) -> Load:
        """How busy it is."""

    def waiting_keys(self) -> Sequence[str]:
        """The keys whose new values wait for a restart."""

    async def check(self) -> Checked:
        """Judge the file as it is now, as a start would."""

    async def reload(self, *, who: Principal, client: Client) -> Sequence[str]:
        """Put the file in force as it is now; notes. Raises ``NotSaved`` when it has faults."""
