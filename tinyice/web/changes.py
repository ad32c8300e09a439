"""Changes of the configuration, as pages and operations ask for them."""

from collections.abc import Sequence
from typing import Protocol

from tinyice.config.edits import Edit
from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Principal
from tinyice.core.clients import Client


class Changes(Protocol):
    """The one writer of the configuration."""

    async def change(
        self,
        edit: Edit,
        *,
        who: Principal,
        client: Client,
        action: Action,
        subject: str,
        mount: str = "",
    ) -> Sequence[str]:
        """Edit, judge, save, put in force; notes for who asked. Raises, and nothing is changed."""


class Reload(Protocol):
    """Puts in force what the configuration file says by now."""

    async def reload(self, *, who: Principal, client: Client) -> Sequence[str]:
        """Read it, and give what is worth telling; raises ``NotSaved`` when it has faults."""


class Upgrade(Protocol):
    """Lets another process take over."""

    async def upgrade(self, *, who: Principal, client: Client) -> Sequence[str]:
        """Do it, and say who serves; raises ``Conflict`` with the reason why it has failed."""
