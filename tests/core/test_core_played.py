"""What played is remembered, within bounds."""

from datetime import UTC, datetime, timedelta

from tinyice.core import played
from tinyice.core.clients import Client
from tinyice.core.events import SourceRefused, TagsChanged
from tinyice.core.played import Played
from tinyice.core.tags import Tags

THEN = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Watch:
    """A time of day that goes on a minute each time it is asked."""

    def __init__(self) -> None:
        self.minutes = 0

    def __call__(self) -> datetime:
        self.minutes += 1
        return THEN + timedelta(minutes=self.minutes)


def plays(log: Played, title: str, mount: str = "/live") -> None:
    """Another title on a mount."""
    log(TagsChanged(mount, Tags(title=title), "admin"))


def titles(log: Played, mount: str = "/live") -> list[str]:
    """What was played there."""
    return [title.tags.title for title in log.of(mount)]


def test_the_newest_is_first() -> None:
    """Each title stands with the time when it began."""
    log = Played(now=Watch())
    plays(log, "one")
    plays(log, "two")
    assert titles(log) == ["two", "one"]
    assert [title.at for title in log.of("/live")] == [
        THEN + timedelta(minutes=2),
        THEN + timedelta(minutes=1),
    ]


def test_mounts_are_kept_apart() -> None:
    """A mount that told nothing has none."""
    log = Played(now=Watch())
    plays(log, "one")
    plays(log, "other", "/two")
    assert titles(log) == ["one"]
    assert titles(log, "/two") == ["other"]
    assert log.of("/three") == ()


def test_a_title_told_again_is_the_same() -> None:
    """An encoder that reconnects says what it said before."""
    log = Played(now=Watch())
    plays(log, "one")
    plays(log, "one")
    assert titles(log) == ["one"]


def test_silence_about_titles_is_none() -> None:
    """What has no words is not listed, and other events are not titles."""
    log = Played(now=Watch())
    plays(log, "")
    log(SourceRefused("/live", Client("192.0.2.1"), "full"))
    assert titles(log) == []


def test_the_past_ends_somewhere() -> None:
    """Neither many titles nor many mounts fill the memory."""
    log = Played(now=Watch())
    for number in range(played.KEPT + 5):
        plays(log, str(number))
    assert len(titles(log)) == played.KEPT
    for number in range(played.MOUNTS_MAX):
        plays(log, "x", f"/m{number}")
    assert titles(log) == []
    assert titles(log, "/m0") == ["x"]
