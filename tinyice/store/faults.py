"""What can be wrong with the database; only ``NoDatabase`` leaves this package."""

from tinyice.core.errors import Overloaded


class DatabaseFault(Exception):
    """The file can't be used now; later perhaps. ``reason`` is for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class DatabaseBroken(DatabaseFault):
    """What stands in the file is no database, or one no more."""


class DatabaseRefused(DatabaseFault):
    """The file is well, and not for this version: it is left alone."""


class NoDatabase(Overloaded):
    """What was asked for can't be read; ``retry_after`` seconds later perhaps."""

    def __init__(self, reason: str, retry_after: int = 30) -> None:
        super().__init__(retry_after)
        self.reason = reason

    def __str__(self) -> str:
        return f"the database can't be read: {self.reason}"
