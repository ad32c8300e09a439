"""Who is told that something changed, and by whom nobody is kept from hearing."""

from twisted.logger import globalLogPublisher

from tinyice.core.watchers import Watchers


def test_all_are_told_until_they_end_it() -> None:
    told: list[str] = []
    watchers = Watchers()
    ends = [watchers.add(lambda name=name: told.append(name)) for name in ("one", "two")]
    watchers.tell()
    ends[0]()
    ends[0]()
    watchers.tell()
    assert told == ["one", "two", "two"]
    watchers.clear()
    watchers.tell()
    assert len(told) == 3


def test_the_same_may_watch_twice() -> None:
    told: list[int] = []
    watchers = Watchers()

    def tell() -> None:
        told.append(1)

    end, _other = watchers.add(tell), watchers.add(tell)
    end()
    watchers.tell()
    assert told == [1]


def test_one_that_fails_is_logged() -> None:
    told: list[int] = []
    logged: list[str] = []

    def fail() -> None:
        raise ValueError

    def note(event: dict[str, object]) -> None:
        logged.append(str(event["log_format"]))

    watchers = Watchers()
    watchers.add(fail)
    watchers.add(lambda: told.append(1))
    globalLogPublisher.addObserver(note)  # type: ignore[arg-type]
    try:
        watchers.tell()
    finally:
        globalLogPublisher.removeObserver(note)  # type: ignore[arg-type]
    assert told == [1]
    assert "somebody who watches failed" in str(logged)
