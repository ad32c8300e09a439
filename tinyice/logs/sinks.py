"""The sinks of the hub that write logs."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from enum import Enum

from twisted.logger import Logger

from tinyice.core.clients import Client
from tinyice.core.codec_events import (
    AutoDJForgot,
    AutoDJSilent,
    CodecLost,
    CommandFailed,
    LibraryLost,
    ListsDropped,
    MeterLost,
    MpdFailed,
    TrackFailed,
    TranscoderRefused,
)
from tinyice.core.events import (
    AuthFailed,
    AuthLocked,
    ConfigurationRefused,
    DumpFailed,
    Event,
    FallbackDiffers,
    FallbackEngaged,
    FallbackMissing,
    FallbackRefused,
    ListenerJoined,
    ListenerLeft,
    ListenerMoved,
    MountSilent,
    RequestFinished,
    SourceRefused,
    UpgradeFailed,
    WorkerLost,
)
from tinyice.core.relay_events import PushLost, PushRefused, RelayLost, RelayRefused
from tinyice.core.tags import Tags
from tinyice.logs.access import access_line
from tinyice.logs.authline import auth_failure_line
from tinyice.logs.observer import Write
from tinyice.logs.record import LEVELS, Scalar

Now = Callable[[], datetime]
"""The time with its zone."""

# All others are info. Listeners come by thousands, and the access log has them.
_LEVELS: dict[type[Event], str] = {
    AuthFailed: "warn",
    AuthLocked: "warn",
    SourceRefused: "warn",
    FallbackEngaged: "warn",
    FallbackRefused: "warn",
    FallbackDiffers: "warn",
    FallbackMissing: "warn",
    PushLost: "warn",
    PushRefused: "warn",
    CodecLost: "warn",
    MeterLost: "warn",
    MountSilent: "warn",
    TranscoderRefused: "warn",
    TrackFailed: "warn",
    AutoDJSilent: "warn",
    LibraryLost: "warn",
    ListsDropped: "warn",
    AutoDJForgot: "error",
    CommandFailed: "warn",
    MpdFailed: "error",
    RelayLost: "warn",
    RelayRefused: "warn",
    ConfigurationRefused: "error",
    DumpFailed: "error",
    UpgradeFailed: "error",
    WorkerLost: "error",
    ListenerJoined: "debug",
    ListenerLeft: "debug",
    ListenerMoved: "debug",
}


class EventLog:
    """Writes events into the event log, as fields; requests have a log of their own.

    Events below ``lowest`` (debug, info, warn, error) are left alone: thousands of
    listeners that join cost nothing where nobody wants to read of them.
    """

    def __init__(self, log: Logger, lowest: str) -> None:
        self._log = log
        self._lowest = LEVELS[lowest]

    def __call__(self, event: Event) -> None:
        """Write ``event``."""
        if isinstance(event, RequestFinished):
            return
        level = LEVELS[_LEVELS.get(type(event), "info")]
        if level < self._lowest:
            return
        self._log.emit(level, None, event=event.id, **fields_of(event))


class AccessLog:
    """Writes the access log."""

    def __init__(self, write: Write, now: Now) -> None:
        self._write = write
        self._now = now

    def __call__(self, event: Event) -> None:
        """Write the line of a finished request; other events are none of its business."""
        if isinstance(event, RequestFinished):
            self._write(access_line(event, self._now()) + "\n")


class AuthLog:
    """Writes failed logins for fail2ban, whatever level and format other logs have."""

    def __init__(self, write: Write, now: Now) -> None:
        self._write = write
        self._now = now

    def __call__(self, event: Event) -> None:
        """Write the line of a failed login; other events are none of its business."""
        if isinstance(event, AuthFailed):
            address = event.client.address
            line = auth_failure_line(event.user, address, event.reason, self._now())
            self._write(line + "\n")


def fields_of(event: Event) -> dict[str, Scalar]:
    """The fields of ``event``, flat: a client by its address, tags by artist, title and url.

    Values by name are written as JSON.
    """
    return {
        name: value
        for field in fields(event)
        for name, value in _flat(field.name, getattr(event, field.name))
    }


def _flat(name: str, value: object) -> Iterator[tuple[str, Scalar]]:
    match value:
        case Client():
            prefix = "" if name == "client" else f"{name}_"
            yield f"{prefix}ip", value.address
            if value.agent:
                yield f"{prefix}agent", value.agent
        case Tags():
            yield from (("artist", value.artist), ("title", value.title), ("url", value.url))
        case Enum():
            yield name, str(value.value)
        case Mapping():
            yield name, json.dumps(dict(value), default=str, ensure_ascii=False)
        case tuple():
            yield name, ", ".join(str(each) for each in value)
        case str() | int() | float():
            yield name, value
