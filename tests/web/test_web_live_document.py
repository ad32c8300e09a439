"""docs/live.md and what the live data says are the same."""

import re

import pytest
from msgspec import Struct, structs
from web_support import PROJECT

from tinyice.web.live.documents import (
    ConsoleMount,
    Gone,
    Happened,
    Present,
    PublicMount,
    StationNow,
    Title,
    Trend,
)
from tinyice.web.live.levels import Levels
from tinyice.web.live.live import Bounds
from tinyice.web.live.studio import StudioLists, StudioMix, StudioNext, StudioNow, StudioPlay

DOCUMENT = (PROJECT / "docs/live.md").read_text("utf-8")
EVENTS: dict[str, tuple[type[Struct], ...]] = {
    "mounts": (Present,),
    "station": (StationNow,),
    "mount": (PublicMount, ConsoleMount),
    "gone": (Gone,),
    "title": (Title,),
    "trend": (Trend,),
    "studio": (StudioNow, StudioPlay, StudioNext, StudioMix, StudioLists),
    "levels": (Levels,),
    "happened": (Happened,),
}


def section(event: str) -> str:
    """What the document says of an event."""
    found = re.search(rf"^### {event}$(.*?)(?=^##)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found, event
    return found.group(1)


@pytest.mark.parametrize("event", EVENTS)
def test_every_field_is_documented(event: str) -> None:
    """Who writes a widget finds each, and none that is not there."""
    told = re.findall(r"^\| `(\w+)` \|", section(event), re.MULTILINE)
    fields = [field.name for kind in EVENTS[event] for field in structs.fields(kind)]
    assert told == list(dict.fromkeys(fields))


def test_no_event_is_left_out() -> None:
    """All events of the document, and no other."""
    assert re.findall(r"^### (\w+)$", DOCUMENT, re.MULTILINE) == list(EVENTS)


def test_the_script_listens_to_all_that_pages_get() -> None:
    """An event that nobody listens to is sent in vain."""
    script = (PROJECT / "static/live_stream.js").read_text("utf-8")
    found = re.search(r"EVENTS = \[(.*?)\]", script)
    assert found
    assert set(re.findall(r'"(\w+)"', found.group(1))) == EVENTS.keys() - {"title"}


def test_the_bounds() -> None:
    """As the document says them."""
    bounds = Bounds()
    assert f"{bounds.subscribers} may follow at once, {bounds.from_address} from" in DOCUMENT
