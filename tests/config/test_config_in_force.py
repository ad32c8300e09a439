"""What is in force, and who hears when that changes."""

import pytest

from tinyice.config.inforce import InForce
from tinyice.config.model import Config

OLD, NEW = Config(location="old"), Config(location="new")


def test_watchers_hear_of_a_change_when_it_holds() -> None:
    """In the order in which they began to watch, with both configurations."""
    in_force = InForce(OLD)
    heard: list[tuple[int, str, str, str]] = []
    for number in (1, 2):
        in_force.watch(
            lambda before, after, number=number: heard.append(  # type: ignore[misc]
                (number, before.location, after.location, in_force.config.location)
            )
        )
    in_force.replace(NEW)
    assert heard == [(1, "old", "new", "new"), (2, "old", "new", "new")]


def test_a_watcher_that_fails_keeps_nobody_from_hearing() -> None:
    """What is in force does not depend on who hears of it; the error is not lost."""
    in_force = InForce(OLD)
    heard: list[str] = []

    def failing(_before: Config, _after: Config) -> None:
        raise ZeroDivisionError

    in_force.watch(failing)
    in_force.watch(lambda _before, after: heard.append(after.location))
    with pytest.raises(ZeroDivisionError):
        in_force.replace(NEW)
    assert (heard, in_force.config) == (["new"], NEW)
