"""Event ids and fields are an interface: the code and docs/events.md say the same."""

import dataclasses
import re
from collections.abc import Iterator

import pytest

from house.sources import PROJECT, sources
from tinyice.core import codec_events, relay_events
from tinyice.core.events import DropReason, Event

ID = re.compile(r"[a-z]+(\.[a-z]+)+")
SECTION = re.compile(r"^### `([^`]+)`$(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)
DOCUMENT = (PROJECT / "docs/events.md").read_text("utf-8")


def kinds(of: type[Event] = Event) -> Iterator[type[Event]]:
    """Every kind of event there is."""
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


# dataclasses with slots replace the class that they decorate; only the last one counts
EVENTS = {kind.__name__: kind for kind in kinds()}


def documented() -> dict[str, list[str]]:
    """The fields of every event, as docs/events.md has them."""
    return {name: ROW.findall(text) for name, text in SECTION.findall(DOCUMENT)}


def test_ids_are_dotted_and_unique() -> None:
    """One id, one kind of event."""
    ids = [kind.id for kind in EVENTS.values()]
    assert [each for each in ids if not ID.fullmatch(each)] == []
    assert len(set(ids)) == len(ids)


def test_the_document_knows_every_event_and_no_other() -> None:
    """Who writes a webhook or a log filter reads docs/events.md, not the code."""
    assert set(documented()) == {kind.id for kind in EVENTS.values()}


@pytest.mark.parametrize("kind", EVENTS.values(), ids=lambda kind: kind.id)
def test_the_document_knows_every_field(kind: type[Event]) -> None:
    """Fields stand in the document in the order of the code."""
    assert documented()[kind.id] == [field.name for field in dataclasses.fields(kind)]


def test_the_document_knows_every_drop_reason() -> None:
    """The reasons why a listener left are a closed set."""
    listed = re.findall(r"^\| `([^`]+)` \|", DOCUMENT.split("## Drop reasons")[1], re.MULTILINE)
    assert listed == [reason.value for reason in DropReason]


def test_events_are_defined_in_one_place() -> None:
    """Nobody makes up an event of his own beside core/events.py and its two neighbours."""
    modules = {kind.__module__ for kind in EVENTS.values()}
    assert modules == {"tinyice.core.events", codec_events.__name__, relay_events.__name__}
    strays = [
        s.name
        for s in sources("tinyice")
        if re.search(r"^class \w+\(Event\)", s.text, re.MULTILINE)
    ]
    assert strays == [
        "tinyice/core/codec_events.py",
        "tinyice/core/events.py",
        "tinyice/core/relay_events.py",
    ]
