"""Who asks for an upgrade, and what is told of it."""

import asyncio
from collections.abc import Sequence

import pytest

from tinyice.assembly.upgrades import Upgrades
from tinyice.core.access.principal import COMMAND
from tinyice.core.clients import Client
from tinyice.core.errors import Conflict
from tinyice.core.events import ChangeMade, Event


def asked(upgrades: Upgrades) -> Sequence[str]:
    return asyncio.run(upgrades.upgrade(who=COMMAND, client=Client("")))


def test_none_while_the_server_starts() -> None:
    """Nobody knows how to begin one yet, and nothing is told."""
    told: list[Event] = []
    with pytest.raises(Conflict, match="starting"):
        asked(Upgrades(told.append))
    assert told == []


def test_one_that_was_made_is_told_to_the_audit() -> None:
    """With who has asked; one that fails is told by an event of its own."""
    told: list[Event] = []
    upgrades = Upgrades(told.append)

    async def perform() -> Sequence[str]:
        return ("process 7 serves",)

    upgrades.perform = perform
    assert asked(upgrades) == ("process 7 serves",)
    (made,) = told
    assert isinstance(made, ChangeMade)
    assert (made.via, made.action) == ("command", "server.upgrade")
