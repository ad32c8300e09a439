"""What one event of twisted.logger says, ready to be written in any format."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import Enum

from twisted.logger import LogEvent, LogLevel, eventAsText, formatEvent

Scalar = str | int | float | bool

LEVELS = {
    "debug": LogLevel.debug,
    "info": LogLevel.info,
    "warn": LogLevel.warn,
    "error": LogLevel.error,
}
"""The levels that people set, and what Twisted calls them."""

# What Twisted's older log interface writes into an event for itself.
_LEGACY = frozenset(
    ("message", "time", "system", "isError", "format", "failure", "why", "printed", "logLevel")
)


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of the event log. ``traceback`` is "" where nothing failed."""

    time: datetime
    level: str
    logger: str
    message: str
    fields: dict[str, Scalar]
    traceback: str


def record_of(event: LogEvent, zone: tzinfo | None) -> Record:
    """Read ``event``; its time is told in ``zone`` (None: the zone of the machine)."""
    level = event.get("log_level", LogLevel.info)
    return Record(
        time=datetime.fromtimestamp(event.get("log_time", 0.0), zone).astimezone(zone),
        level="error" if level is LogLevel.critical else level.name,
        logger=str(event.get("log_namespace") or "-"),
        message=formatEvent(event),
        fields=dict(_fields(event)),
        traceback=_traceback(event),
    )


def _fields(event: LogEvent) -> Iterator[tuple[str, Scalar]]:
    told = _told(event)
    for key, value in event.items():
        if key.startswith("log_") or key in _LEGACY or key in told:
            continue
        if isinstance(value, Enum):
            value = value.value  # noqa: PLW2901
        # Other objects stay out: nobody knows what their text would give away.
        if isinstance(value, str | int | float):
            yield key, round(value, 3) if isinstance(value, float) else value


def _told(event: LogEvent) -> frozenset[str]:
    """The fields that are whole sentences of the message already."""
    wanted = event.get("log_format")
    if not isinstance(wanted, str):
        return frozenset()
    return frozenset(key for key in event if wanted == f"{{{key}}}")


def _traceback(event: LogEvent) -> str:
    if "log_failure" not in event:
        return ""
    # eventAsText survives what a broken failure raises
    failed = {"log_failure": event["log_failure"], "log_format": ""}
    return eventAsText(failed, includeTimestamp=False, includeSystem=False).strip("\n")
