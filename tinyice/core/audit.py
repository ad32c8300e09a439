"""The audit, as it is read: who changed what, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change that somebody made. ``id`` grows from entry to entry; 0: not written yet."""

    at: datetime
    user: str
    via: str
    address: str
    action: str
    subject: str
    mount: str
    before: Mapping[str, object]
    after: Mapping[str, object]
    id: int = 0


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, newest first. ``next_before_id`` asks for the next page; None: this is the last.

    ``total`` counts all that match, on whatever page.
    """

    entries: tuple[AuditEntry, ...] = ()
    next_before_id: int | None = None
    total: int = 0
