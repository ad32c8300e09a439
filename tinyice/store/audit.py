"""Changes as entries of the audit: stamped, and cut to a size that can be kept."""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from tinyice.core.audit import AuditEntry
from tinyice.core.events import ChangeMade, Event

WORD_MAX = 500
VALUE_MAX = 2000
VALUES_MAX = 16_000
DEPTH_MAX = 6
INTEGER_BITS = 64
NUMBER_COSTS = 10
CUT = "…"
"""Stands where something was cut off."""


class AuditSink:
    """A sink of the hub: gives each change to ``keep``, while ``is_wanted``."""

    def __init__(
        self,
        keep: Callable[[AuditEntry], None],
        now: Callable[[], datetime],
        is_wanted: Callable[[], bool],
    ) -> None:
        self._keep = keep
        self._now = now
        self._is_wanted = is_wanted

    def __call__(self, event: Event) -> None:
        """Keep ``event`` if it is a change; others are none of its business."""
        if isinstance(event, ChangeMade) and self._is_wanted():
            self._keep(entry_of(event, self._now()))


def entry_of(event: ChangeMade, at: datetime) -> AuditEntry:
    """The entry for ``event``."""
    return AuditEntry(
        at=at.astimezone(UTC),
        user=_cut(event.user, WORD_MAX),
        via=_cut(event.via, WORD_MAX),
        address=_cut(event.client.address, WORD_MAX),
        action=_cut(event.action, WORD_MAX),
        subject=_cut(event.subject, WORD_MAX),
        mount=_cut(event.mount, WORD_MAX),
        before=bounded(event.before),
        after=bounded(event.after),
    )


def bounded(values: Mapping[str, object]) -> Mapping[str, object]:
    """A copy of ``values`` that JSON can hold, with ``CUT`` where it would be too large.

    It takes no longer for values of any size: it stops where it cuts.
    """
    return _Copy(VALUES_MAX).mapping(values, 0)


class _Copy:
    """Copies until its budget of characters is used up."""

    def __init__(self, budget: int) -> None:
        self._budget = budget

    def value(self, value: object, depth: int) -> object:
        match value:
            case Mapping() | list() | tuple() if depth >= DEPTH_MAX:
                return CUT
            case Mapping():
                return self.mapping(value, depth)
            case list() | tuple():
                return self.sequence(value, depth)
        copy = self.single(value)
        self._budget -= len(copy) if isinstance(copy, str) else NUMBER_COSTS
        return copy

    def single(self, value: object) -> str | float | bool | None:
        match value:
            case str():
                return _cut(value, min(VALUE_MAX, max(0, self._budget)))
            case None | bool():
                return value
            case int() if value.bit_length() <= INTEGER_BITS:
                return value
            case float() if math.isfinite(value):
                return value
        # Nobody knows what the text of other objects would give away.
        return f"({type(value).__name__})"

    def mapping(self, values: Mapping[str, object], depth: int) -> dict[str, object]:
        copy: dict[str, object] = {}
        for key, value in values.items():
            if self._budget <= 0:
                copy[CUT] = CUT
                break
            name = _cut(str(key), WORD_MAX)
            self._budget -= len(name) + 4
            copy[name] = self.value(value, depth + 1)
        return copy

    def sequence(self, values: Iterable[object], depth: int) -> list[object]:
        copy: list[object] = []
        for value in values:
            if self._budget <= 0:
                copy.append(CUT)
                break
            self._budget -= 2
            copy.append(self.value(value, depth + 1))
        return copy


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit] + CUT
