"""What is to be written, and what was read: plain values, without a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tinyice.core.access.lockouts import Lockout, LockoutKind
from tinyice.core.access.sessions import SessionRecord
from tinyice.core.audit import AuditEntry
from tinyice.store.entries import TokenUse

LockoutKey = tuple[str, LockoutKind]


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that one transaction writes. None: take that away.

    ``without_sessions``: all earlier sessions go first.
    """

    sessions: Mapping[str, SessionRecord | None] = field(default_factory=dict)
    lockouts: Mapping[LockoutKey, Lockout | None] = field(default_factory=dict)
    token_uses: Mapping[str, TokenUse] = field(default_factory=dict)
    audit: tuple[AuditEntry, ...] = ()
    without_sessions: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """What an earlier run has left."""

    sessions: tuple[SessionRecord, ...] = ()
    lockouts: tuple[Lockout, ...] = ()
    token_uses: tuple[TokenUse, ...] = ()
