"""Times, actions and changes of the access pages, in words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tinyice.config.changes import MASK
from tinyice.core.access.permissions import Action
from tinyice.web.api.security import Entry
from tinyice.web.words import minute

VALUE_CHARS = 300
_HIDDEN = "a secret that is not shown"

ACTIONS: Mapping[str, str] = {
    Action.LOG_OUT.value: "ended a session",
    Action.CHANGE_OWN_PASSWORD.value: "changed the own password",
    Action.MAKE_TOKEN.value: "made a token",
    Action.REVOKE_TOKEN.value: "revoked a token",
    Action.SET_TAGS.value: "set the title",
    Action.KICK_LISTENER.value: "kicked",
    Action.MOVE_LISTENERS.value: "moved",
    Action.KICK_SOURCE.value: "ended the source",
    Action.SET_FALLBACK.value: "set the fallback",
    Action.CHANGE_LISTENER_ACCOUNTS.value: "changed listeners' accounts",
    Action.CHANGE_MOUNT.value: "changed a mount",
    Action.MAKE_MOUNT.value: "made a mount",
    Action.REMOVE_MOUNT.value: "removed a mount",
    Action.CHANGE_USERS.value: "changed accounts",
    Action.CHANGE_BANS.value: "changed bans or the allow list",
    Action.CLEAR_LOCKOUT.value: "cleared a lockout",
    Action.CHANGE_SETTINGS.value: "changed settings",
    Action.CHANGE_AUTODJS.value: "changed an AutoDJ",
    Action.RUN_AUTODJ.value: "drove an AutoDJ",
    Action.RELOAD.value: "took over the file",
}
"""What somebody has done, by the name of the action in the audit."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not what it was; "" stands for none."""

    key: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line of the audit."""

    at: str
    who: str
    via: str
    address: str
    deed: str
    subject: str
    mount: str
    differences: tuple[Difference, ...]


def audit_row(entry: Entry) -> AuditRow:
    """The line of ``entry``."""
    names = dict.fromkeys((*entry.before, *entry.after))
    return AuditRow(
        at=when(entry.at),
        who=entry.username or f"the {entry.via}",
        via=entry.via,
        address=entry.ip,
        deed=ACTIONS.get(entry.action, entry.action),
        subject=_subject(entry),
        mount=entry.mount,
        differences=tuple(
            _difference(name, entry.before.get(name), entry.after.get(name)) for name in names
        ),
    )


def when(moment: str | None) -> str:
    """A time of the API as tables have it; "" for none."""
    return minute(datetime.fromisoformat(moment)) if moment else ""


def until(moment: str | None, now: datetime) -> str:
    """When something ends: ``2026-11-20 06:33 UTC, in 3 hours``."""
    if not moment:
        return ""
    at = datetime.fromisoformat(moment)
    return f"{minute(at)}, {_distance(at - now)}"


def _subject(entry: Entry) -> str:
    is_number = entry.action == Action.KICK_LISTENER.value and entry.subject.isdigit()
    return f"listener {entry.subject}" if is_number else entry.subject


def _difference(name: str, before: object, after: object) -> Difference:
    if before == after == MASK:
        return Difference(name, "", _HIDDEN)
    return Difference(name, _shown(before), _shown(after))


def _distance(left: timedelta) -> str:
    seconds = left.total_seconds()
    if seconds <= 0:
        return "over"
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        count = round(seconds / size)
        if count:
            return f"in {count} {name}{'' if count == 1 else 's'}"
    return "in less than a minute"


def _shown(value: object) -> str:
    if value == MASK:
        text = _HIDDEN
    elif isinstance(value, list) and not any(isinstance(one, dict | list) for one in value):
        text = ", ".join(map(_shown, value))
    elif isinstance(value, str):
        text = value or "empty"
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    elif value is None:
        text = ""
    else:
        text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= VALUE_CHARS else f"{text[:VALUE_CHARS]}…"
