"""What was played is written down, and keeps the same away after a restart."""

from collections.abc import Iterator
from contextlib import contextmanager

from twisted.internet.defer import Deferred
from twisted.logger import globalLogPublisher

from tinyice.autodj.history import History
from tinyice.autodj.separation import Recent
from tinyice.core.errors import DomainError
from tinyice.core.tracks import Play, Track


class Shelf:
    """Plays in memory, as long as there is no ``fault``."""

    def __init__(self) -> None:
        self.kept: list[Play] = []
        self.fault = False

    async def note(self, play: Play) -> None:
        self._check()
        self.kept.append(play)

    async def plays(self, mount: str, limit: int, before: int | None = None) -> list[Play]:
        self._check()
        return [play for play in reversed(self.kept) if play.mount == mount][:limit]

    def _check(self) -> None:
        if self.fault:
            raise DomainError("the database is gone")


@contextmanager
def warnings() -> Iterator[list[str]]:
    """What is logged meanwhile."""
    found: list[str] = []

    def note(event: dict[str, object]) -> None:
        found.append(str(event.get("log_format")))

    globalLogPublisher.addObserver(note)  # type: ignore[arg-type]
    try:
        yield found
    finally:
        globalLogPublisher.removeObserver(note)  # type: ignore[arg-type]


def test_it_is_known_again() -> None:
    shelf, now = Shelf(), [1000.0]
    history = History(shelf, "/dj", "/music", lambda: now[0])
    for name in "abc":
        history.note(Track(f"{name}.mp3", title=name))
        now[0] += 60
    assert [(play.at, play.track.title) for play in shelf.kept] == [
        (1000.0, "a"),
        (1060.0, "b"),
        (1120.0, "c"),
    ]
    assert history.count == 3
    recent = Recent()
    Deferred.fromCoroutine(History(shelf, "/dj", "/music", lambda: 0.0).recall(recent))
    seen = [recent.path_seen(f"{name}.mp3") for name in "abc"]
    assert [None if one is None else (one.at, one.ordinal) for one in seen] == [
        (1000.0, 0),
        (1060.0, 1),
        (1120.0, 2),
    ]


def test_a_database_that_is_gone_is_told_once() -> None:
    """Nothing else minds it."""
    shelf = Shelf()
    history = History(shelf, "/dj", "/music", lambda: 0.0)
    shelf.fault = True
    with warnings() as told:
        for _ in range(5):
            history.note(Track("a.mp3"))
        recent = Recent()
        Deferred.fromCoroutine(history.recall(recent))
    assert len([one for one in told if "not written down" in one]) == 1
    assert len([one for one in told if "is not known" in one]) == 1
    assert (history.count, len(recent), shelf.kept) == (5, 0, [])
    shelf.fault = False
    history.note(Track("b.mp3"))
    shelf.fault = True
    with warnings() as told:
        history.note(Track("c.mp3"))
    assert len(told) == 1
