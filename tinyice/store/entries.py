"""What is asked of the audit, and what is kept of tokens."""

from dataclasses import dataclass
from datetime import datetime

PAGE_MAX = 200


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
class TokenUse:
    """When a token was used last, and from where."""

    token: str
    at: datetime
    address: str
