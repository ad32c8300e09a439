"""The event log as text and as JSON, and what is told at which level."""

import io
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.protocol import Factory
from twisted.logger import ILogObserver, Logger, LogLevel, LogPublisher
from twisted.python import log as legacy
from zope.interface.verify import verifyObject

from tinyice.core.events import DropReason
from tinyice.logs.json_lines import json_of
from tinyice.logs.observer import make_observer
from tinyice.logs.record import Record, record_of
from tinyice.logs.text import text_of

CET = timezone(timedelta(hours=1))
AT = datetime(2026, 2, 19, 2, 19, 24, 123456, tzinfo=UTC).timestamp()


def event(message: str = "", level: str = "info", **fields: object) -> dict[str, object]:
    return {
        "log_level": LogLevel.lookupByName(level),
        "log_namespace": "tinyice.net.door",
        "log_format": message,
        "log_time": AT,
        **fields,
    }


def text(told: dict[str, object]) -> str:
    return text_of(record_of(told, CET))


def as_json(told: dict[str, object]) -> dict[str, object]:
    line = json_of(record_of(told, CET))
    assert line.endswith("}\n")
    assert line.count("\n") == 1
    parsed: dict[str, object] = json.loads(line)
    return parsed


def test_text_has_time_level_logger_message_and_fields() -> None:
    """One entry, one line, readable by people and by awk."""
    told = event("port {port} is open", port=8000, mount="/live", name="Rock FM", tls=True, s=0.5)
    assert text(told) == (
        "2026-02-19T03:19:24.123+01:00 info [tinyice.net.door] port 8000 is open"
        ' port=8000 mount=/live name="Rock FM" tls=true s=0.5\n'
    )


def test_json_has_the_same() -> None:
    """A machine reads time, level, logger, message and fields."""
    assert as_json(event("port {port}", level="warn", port=8000, reason=DropReason.LEFT)) == {
        "time": "2026-02-19T03:19:24.123+01:00",
        "level": "warn",
        "logger": "tinyice.net.door",
        "message": "port 8000",
        "fields": {"port": 8000, "reason": "left"},
    }


def test_four_levels_are_told() -> None:
    """What Twisted calls critical is an error."""
    assert [text(event("x", level=level)).split()[1] for level in ("debug", "critical")] == [
        "debug",
        "error",
    ]


def test_objects_are_no_fields() -> None:
    """Nobody knows what the text of an object gives away."""
    told = event("", password=b"hackme", thing=object(), missing=None)
    assert text(told) == "2026-02-19T03:19:24.123+01:00 info [tinyice.net.door]\n"


def test_numbers_that_json_lacks_are_text() -> None:
    """A line is valid JSON whatever was measured."""
    assert as_json(event("", rate=float("nan")))["fields"] == {"rate": "nan"}


def test_peers_cannot_forge_entries_in_text() -> None:
    """Line ends, quotes and marks of a peer are seen as escapes."""
    told = event("title {title}", title='a"\n2026 error [x] \u202eb\\')
    first, rest = text(told).split("\n")
    assert rest == ""
    assert 'title a"\\n2026 error [x] \\u202eb\\ title=' in first
    assert first.endswith('title="a\\"\\n2026 error [x] \\u202eb\\\\"')


def test_titles_in_every_alphabet_stay_readable() -> None:
    """Only what does not print is escaped."""
    assert 'title="Кино - Группа крови"' in text(event("", title="Кино - Группа крови"))


def failed() -> list[dict[str, object]]:
    told: list[dict[str, object]] = []
    log = Logger(namespace="tinyice.test", observer=told.append)
    try:
        raise ValueError("bad\n2026 forged")
    except ValueError:
        log.failure("the relay of {mount} failed", mount="/live")
    return told


def test_a_failure_comes_with_its_traceback() -> None:
    """In text the lines below an entry are indented: none of them can be forged."""
    lines = text(failed()[0]).splitlines()
    assert lines[0].endswith("error [tinyice.test] the relay of /live failed mount=/live")
    assert all(line.startswith("    ") for line in lines[1:])
    assert any("ValueError: bad" in line for line in lines)
    entry = as_json(failed()[0])
    assert "ValueError: bad" in str(entry["traceback"])


@given(message=st.text(), key=st.text(), value=st.text(), traceback=st.text())
def test_any_text_gives_one_entry(message: str, key: str, value: str, traceback: str) -> None:
    """Whatever the text, an entry begins once, and JSON gives it back unchanged."""
    record = Record(
        datetime.fromtimestamp(AT, CET), "info", "tinyice", message, {key: value}, traceback
    )
    first, *more = text_of(record).removesuffix("\n").split("\n")
    assert first.isprintable()
    assert all(line.startswith("    ") and line.isprintable() for line in more)
    entry = json.loads(json_of(record))
    assert entry["message"] == message
    assert entry["fields"] == {key: value}
    assert entry.get("traceback", "") == traceback


def told_at(level: str) -> tuple[LogPublisher, io.StringIO]:
    written = io.StringIO()
    observer = make_observer(level, json_logs=False, write=written.write, zone=CET)
    assert verifyObject(ILogObserver, observer)
    return LogPublisher(observer), written


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("debug", ["debug", "info", "warn", "error"]),
        ("info", ["info", "warn", "error"]),
        ("warn", ["warn", "error"]),
        ("error", ["error"]),
    ],
)
def test_the_level_decides_what_is_written(level: str, expected: list[str]) -> None:
    """Each level holds those above it."""
    publish, written = told_at(level)
    for each in ("debug", "info", "warn", "error"):
        publish(event("x", level=each))
    assert [line.split()[1] for line in written.getvalue().splitlines()] == expected


def test_json_logs_are_json() -> None:
    """The format is a choice of its own."""
    written = io.StringIO()
    make_observer("info", json_logs=True, write=written.write)(event("hello"))
    assert json.loads(written.getvalue())["message"] == "hello"


class Station(Factory):
    """A factory of ours: Twisted logs about it under our name."""

    noisy = True


def test_what_twisted_tells_of_itself_is_debug() -> None:
    """At info people read about their station only; nothing of Twisted's errors is lost."""
    for level, seen in (("info", 1), ("debug", 4)):
        publish, written = told_at(level)
        publisher = legacy.LogPublisher(publish, publish)
        publisher.msg("Site starting on 8000")
        publish(event("reactor class", log_namespace="twisted.scripts.twistd"))
        publish(
            event("Starting factory {factory!r}", log_namespace="tinyice.net", factory=Station())
        )
        publish(event("Unhandled error", level="critical", log_namespace="twisted.internet.defer"))
        lines = written.getvalue().splitlines()
        assert len(lines) == seen
        assert lines[-1].split()[1] == "error"


def test_the_event_of_other_observers_is_left_alone() -> None:
    """An event is shared by all observers."""
    publish, _ = told_at("info")
    told = event("Starting factory x")
    publish(told)
    assert told["log_level"] is LogLevel.info
