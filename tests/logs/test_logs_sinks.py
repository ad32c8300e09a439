"""Domain events in the event log, the access log and the authentication log."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import get_type_hints

import pytest
from twisted.logger import Logger

from tinyice.core.clients import Client
from tinyice.core.events import (
    AuthFailed,
    AuthLocked,
    ChangeMade,
    DropReason,
    DumpFailed,
    Event,
    ListenerLeft,
    RequestFinished,
    SourceConnected,
    SourceReplaced,
    TagsChanged,
)
from tinyice.core.hub import Hub
from tinyice.core.tags import Tags
from tinyice.logs.observer import make_observer
from tinyice.logs.sinks import AccessLog, AuthLog, EventLog

WHEN = datetime(2026, 2, 19, 3, 19, 24, tzinfo=UTC)
ENCODER = Client("203.0.113.9", agent="butt 1.40", referer="?secret")
FAILED = AuthFailed("x' from 9.9.9.9: y", ENCODER, "invalid password")
REQUEST = RequestFinished(ENCODER, "", "GET", "/live?pass=secret", "HTTP/1.0", 200, 5, 1.5)

SAMPLES: dict[object, object] = {
    str: "text",
    int: 7,
    float: 1.5,
    Client: ENCODER,
    Tags: Tags("a", "t", "u"),
    DropReason: DropReason.KICKED,
    tuple[str, ...]: ("[::]:8000", "[::]:8443"),
    Mapping[str, object]: {"role": "dj", "mounts": ["/live"]},
}


def kinds() -> Iterator[type[Event]]:
    """Every kind of event there is, read from their module."""
    for value in vars(__import__("tinyice.core.events", fromlist=["*"])).values():
        if isinstance(value, type) and issubclass(value, Event) and value is not Event:
            yield value


def told(*events: Event, level: str = "debug") -> list[str]:
    lines: list[str] = []
    observer = make_observer(level, json_logs=False, write=lines.append, zone=UTC)
    hub = Hub()
    hub.subscribe(EventLog(Logger(namespace="tinyice.events", observer=observer), level))
    for event in events:
        hub.publish(event)
    return [line.split(" ", 1)[1].removesuffix("\n") for line in lines]


def test_events_are_fields() -> None:
    """A line of the event log can be searched by event, mount and address."""
    connected = SourceConnected("/live", "client", ENCODER, "source", "audio/mpeg")
    assert told(connected, TagsChanged("/live", Tags("Кино", 'a "b"'), "icy")) == [
        (
            "info [tinyice.events] event=mount.source.connected mount=/live kind=client"
            ' ip=203.0.113.9 agent="butt 1.40" user=source content_type=audio/mpeg'
        ),
        (
            'info [tinyice.events] event=mount.tags.changed mount=/live artist="Кино"'
            ' title="a \\"b\\"" url="" origin=icy'
        ),
    ]


def test_two_clients_are_told_apart() -> None:
    """At a takeover both addresses are known."""
    replaced = SourceReplaced("/live", Client("192.0.2.1"), Client("192.0.2.2"), 2.5)
    assert "old_ip=192.0.2.1 new_ip=192.0.2.2 silent_seconds=2.5" in told(replaced)[0]


def test_what_was_changed_can_be_read() -> None:
    """Values by name are one field, whatever they are."""
    change = ChangeMade(
        user="admin",
        via="session",
        client=ENCODER,
        action="users.change",
        subject="dj",
        mount="",
        before={"role": "dj"},
        after={"role": "admin", "mounts": ["/live"]},
    )
    assert told(change) == [
        (
            "info [tinyice.events] event=change.made user=admin via=session ip=203.0.113.9"
            ' agent="butt 1.40" action=users.change subject=dj mount=""'
            ' before="{\\"role\\": \\"dj\\"}"'
            ' after="{\\"role\\": \\"admin\\", \\"mounts\\": [\\"/live\\"]}"'
        )
    ]


def test_what_matters_more_has_a_higher_level() -> None:
    """Failures are seen at warn and error; the crowd only at debug."""
    left = ListenerLeft("/live", 1, ENCODER, DropReason.TOO_SLOW, 61.23456, 5, 0)
    dump = DumpFailed("/live", "/var/dump.mp3", "No space left on device")
    locked = AuthLocked("203.0.113.9", "login", 5, 900.0)
    levels = [line.split()[0] for line in told(FAILED, locked, left, dump)]
    assert levels == ["warn", "warn", "debug", "error"]
    assert 'reason="too slow" seconds=61.235' in told(left)[0]
    assert told(left, level="info") == []


@pytest.mark.parametrize("kind", list(kinds()), ids=lambda kind: kind.id)
def test_every_kind_of_event_can_be_logged(kind: type[Event]) -> None:
    """No field of any event is lost or breaks the log; requests have their own log."""
    hints = get_type_hints(kind)
    event = kind(**{field.name: SAMPLES[hints[field.name]] for field in fields(kind)})
    lines = told(event)
    if kind is RequestFinished:
        assert lines == []
        return
    assert f"event={kind.id}" in lines[0]
    for field in fields(kind):
        if hints[field.name] not in (Client, Tags):
            assert f" {field.name}=" in lines[0]


def test_the_access_log_has_requests_only() -> None:
    """One request, one line, stamped by the clock of the log, without the query."""
    lines: list[str] = []
    log = AccessLog(lines.append, lambda: WHEN)
    log(FAILED)
    log(REQUEST)
    assert lines == [
        (
            '203.0.113.9 - - [19/Feb/2026:03:19:24 +0000] "GET /live HTTP/1.0" 200 5'
            ' "-" "butt 1.40" 1\n'
        )
    ]


def test_the_authentication_log_has_failed_logins_only() -> None:
    """fail2ban reads this one, and the address is the client's."""
    lines: list[str] = []
    log = AuthLog(lines.append, lambda: WHEN)
    log(REQUEST)
    log(FAILED)
    assert lines == [
        (
            'time="2026-02-19T03:19:24Z" level=warning msg="Authentication failed for user'
            " 'x%27%20from%209.9.9.9%3A%20y' from 203.0.113.9: invalid password\""
            ' ip=203.0.113.9 reason="invalid password" subsystem=auth'
            ' user="x%27%20from%209.9.9.9%3A%20y"\n'
        )
    ]
