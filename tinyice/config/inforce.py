"""The configuration that is in force now, for those who outlive a change of it."""

from collections.abc import Callable
from contextlib import ExitStack

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
        """``config`` holds from now on.

        Everybody is told, also behind a watcher that fails; its error is raised at the end.
        """
        before, self._config = self._config, config
        with ExitStack() as last_first:
            for changed in reversed(self._watchers):
                last_first.callback(changed, before, config)
