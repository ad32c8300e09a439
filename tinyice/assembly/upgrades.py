"""The way to an upgrade for whoever asks: the API, a command, a signal."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Principal
from tinyice.core.clients import Client
from tinyice.core.errors import Conflict
from tinyice.core.events import ChangeMade, Event

Perform = Callable[[], Coroutine[Any, Any, Sequence[str]]]


class Upgrades:
    """Performs an upgrade, once the service has said how; each is told to the audit."""

    def __init__(self, publish: Callable[[Event], None]) -> None:
        self._publish = publish
        self.perform: Perform = _not_yet

    async def upgrade(self, *, who: Principal, client: Client) -> Sequence[str]:
        """Let the program that is installed now take over; a sentence for who asked.

        Raises Conflict with the reason why that has failed: then everything is as before.
        """
        notes = await self.perform()
        self._publish(
            ChangeMade(
                user=who.name,
                via=who.via.value,
                client=client,
                action=Action.UPGRADE.value,
                subject="server",
                mount="",
                before={},
                after={},
            )
        )
        return notes


async def _not_yet() -> Sequence[str]:
    raise Conflict("the server is starting")
