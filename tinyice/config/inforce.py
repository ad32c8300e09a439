"""The configuration that is in force now, for those who outlive a change of it."""

from collections.abc import Callable

from tinyice.config.model import Config

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
