"""What is in force, and who hears when that changes."""

from tinyice.config.inforce import Derived, InForce
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


def test_what_is_derived_is_made_once_for_each_configuration() -> None:
    """A request costs no new value while nothing changes."""
    in_force = InForce(OLD)
    made: list[str] = []

    def make(config: Config) -> list[str]:
        made.append(config.location)
        return [config.location]

    derived = Derived(in_force, make)
    assert derived() is derived()
    in_force.replace(NEW)
    assert derived() == ["new"]
    assert derived() is derived()
    assert made == ["old", "new"]
