"""What twistd writes the event log with."""

from collections.abc import Callable
from datetime import tzinfo

from twisted.logger import (
    FilteringLogObserver,
    ILogObserver,
    LogEvent,
    LogLevel,
    LogLevelFilterPredicate,
)
from zope.interface import implementer

from tinyice.logs.json_lines import json_of
from tinyice.logs.record import LEVELS, Record, record_of
from tinyice.logs.text import text_of

Write = Callable[[str], object]
"""Takes whole lines, each with its end. Must not block."""

Keep = Callable[[str, str], None]
"""Takes the level of an entry, and the entry as it is written."""

# Twisted logs these under the name of the class that they are about.
_CHATTER = ("Starting factory", "Stopping factory")
_CHATTERERS = ("twisted.", "log_legacy")


def make_observer(
    level: str,
    *,
    json_logs: bool,
    write: Write,
    zone: tzinfo | None = None,
    keep: Keep | None = None,
) -> ILogObserver:
    """The observer that writes what is at least ``level`` (debug, info, warn, error).

    Times are told in ``zone`` (None: the zone of the machine). ``keep`` gets the same.
    """
    written = FilteringLogObserver(
        EventWriter(json_of if json_logs else text_of, write, zone, keep),
        [LogLevelFilterPredicate(defaultLogLevel=LEVELS[level])],
    )
    return QuietTwisted(written)


@implementer(ILogObserver)
class EventWriter:
    """Writes each event in one format."""

    def __init__(
        self,
        entry_of: Callable[[Record], str],
        write: Write,
        zone: tzinfo | None,
        keep: Keep | None = None,
    ) -> None:
        self._entry_of = entry_of
        self._write = write
        self._zone = zone
        self._keep = keep

    def __call__(self, event: LogEvent) -> None:
        """Write ``event``."""
        record = record_of(event, self._zone)
        entry = self._entry_of(record)
        self._write(entry)
        if self._keep is not None:
            self._keep(record.level, entry)


@implementer(ILogObserver)
class QuietTwisted:
    """Passes events on, with what Twisted tells of itself lowered from info to debug."""

    def __init__(self, observer: ILogObserver) -> None:
        self._observer = observer

    def __call__(self, event: LogEvent) -> None:
        """Pass ``event`` on; it is copied, for other observers see it too."""
        if event.get("log_level") is LogLevel.info and is_chatter(event):
            event = {**event, "log_level": LogLevel.debug}
        self._observer(event)


def is_chatter(event: LogEvent) -> bool:
    """Whether Twisted wrote this, and not somebody who runs a station."""
    if str(event.get("log_namespace", "")).startswith(_CHATTERERS):
        return True
    return str(event.get("log_format", "")).startswith(_CHATTER)
