"""The configuration that is in force now, for those who outlive a change of it."""

from collections.abc import Callable
from typing import Generic, TypeVar

from tinyice.config.model import Config

T = TypeVar("T")

Changed = Callable[[Config, Config], None]
"""Is told what was in force, and what is now."""


class InForce:
    """Holds the configuration in force, and tells when another one takes its place."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._watchers: list[Changed] = []

    @property
    def config(self) -> Config:
        """What holds now."""
        return self._config

    def watch(self, changed: Changed) -> None:
        """Call ``changed`` after each change, in the order of the calls of this."""
        self._watchers.append(changed)

    def replace(self, config: Config) -> None:
        """``config`` holds from now on."""
        before, self._config = self._config, config
        for changed in tuple(self._watchers):
            changed(before, config)


class Derived(Generic[T]):
    """What ``make`` makes of the configuration in force: made anew when that has changed."""

    def __init__(self, in_force: InForce, make: Callable[[Config], T]) -> None:
        self._in_force = in_force
        self._make = make
        self._of = in_force.config
        self._made = make(self._of)

    def __call__(self) -> T:
        """The value for the configuration in force."""
        config = self._in_force.config
        if config is not self._of:
            self._made = self._make(config)
            self._of = config
        return self._made
