"""What is kept besides sessions and lockouts: entries of the audit, and uses of tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

PAGE_MAX = 200


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
class AuditQuery:
    """Which entries are wanted; an empty word is no condition.

    ``mounts``: only changes of these, and none that are about no mount; None: all.
    ``text`` stands somewhere in the entry, whatever the case of ASCII letters.
    ``before_id``: only older ones; None: from the newest one on.
    """

    user: str = ""
    action: str = ""
    mount: str = ""
    mounts: frozenset[str] | None = None
    text: str = ""
    before_id: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, newest first. ``next_before_id`` asks for the next page; None: this is the last.

    ``total`` counts all that match, on whatever page.
    """

    entries: tuple[AuditEntry, ...] = ()
    next_before_id: int | None = None
    total: int = 0


@dataclass(frozen=True, slots=True)
class TokenUse:
    """When a token was used last, and from where."""

    token: str
    at: datetime
    address: str
