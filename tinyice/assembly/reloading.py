"""A reload: the whole file put in force again, and what lies in other files read anew.

There is one way, whoever asks: a signal, a command, a page, the API.
"""

from collections.abc import Callable
from typing import Protocol

from twisted.logger import Logger

from tinyice.config.faults import NotSaved
from tinyice.core.access.principal import SIGNAL, Principal
from tinyice.core.clients import Client
from tinyice.core.errors import Overloaded


class Reads(Protocol):
    """Puts in force what the file says by now."""

    async def reload(self, *, who: Principal, client: Client) -> tuple[str, ...]:
        """Read it; notes for who asked. Raises `NotSaved` or `Overloaded`."""


class Manager(Protocol):
    """Who has started the process, and wants to know how it is."""

    def reloading(self) -> None:
        """The configuration is being read; ``ready`` follows."""

    def ready(self, status: str = "") -> None:
        """It serves, and this is how it is."""


class Reloading:
    """Reads everything again. ``read_again``: what lies in other files; ``serving``: how it is."""

    _log = Logger(namespace="tinyice")

    def __init__(
        self,
        configuration: Reads,
        manager: Manager,
        *,
        read_again: Callable[[], None],
        serving: Callable[[], str],
    ) -> None:
        self._configuration = configuration
        self._manager = manager
        self._read_again = read_again
        self._serving = serving
        self._under_way = 0

    async def reload(self, *, who: Principal, client: Client) -> tuple[str, ...]:
        """Put in force what the file says by now; notes for who asked.

        Raises `NotSaved` or `Overloaded`: then everything is as before.
        """
        self._under_way += 1
        self._manager.reloading()
        fault = ""
        try:
            self._read_again()
            return await self._configuration.reload(who=who, client=client)
        except (NotSaved, Overloaded) as error:
            fault = f"; not reloaded: {error}"
            raise
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._manager.ready(f"{self._serving()}{fault}")

    async def at_signal(self) -> None:
        """The same, for who can't hear an answer: the log has it."""
        try:
            notes = await self.reload(who=SIGNAL, client=Client(""))
        except NotSaved:
            # It was told as an event, with all faults.
            return
        except Overloaded as error:
            self._log.warn("not reloaded: {reason}", reason=str(error))
            return
        for note in notes:
            self._log.warn("{note}", note=note)
