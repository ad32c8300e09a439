"""Stickers of one library, as its users ask for them; nothing here waits for a disk."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from tinyice.store.store import Store

if TYPE_CHECKING:
    from tinyice.store.sticker_tables import StickerTables

T = TypeVar("T")


class KeptStickers:
    """What clients attach to songs of the library at ``root``.

    Each method raises ``NoDatabase`` or ``Busy``; what is changed is in the database when it
    returns.
    """

    def __init__(self, store: Store, root: str) -> None:
        self._store = store
        self._root = root

    async def of(self, path: str) -> dict[str, str]:
        """What is attached to a song."""
        nothing: dict[str, str] = {}
        return await self._ask(lambda tables: tables.of(self._root, path), nothing)

    async def set(self, path: str, name: str, value: str) -> None:
        """Attach it, in the place of what has its name; raises ``Conflict`` for too many."""
        await self._change(lambda tables: tables.put(self._root, path, name, value))

    async def remove(self, path: str, name: str | None) -> bool:
        """Take it off, or everything; whether there was any."""
        return await self._change(lambda tables: tables.remove(self._root, path, name))

    async def named(self, folder: str, name: str) -> Sequence[tuple[str, str]]:
        """The songs below a folder that have one of this name, and its value."""
        nothing: list[tuple[str, str]] = []
        return await self._ask(lambda tables: tables.named(self._root, folder, name), nothing)

    async def _ask(self, question: "Callable[[StickerTables], T]", nothing: T) -> T:
        return await self._store.ask(lambda database: database.ask_stickers(question), nothing)

    async def _change(self, change: "Callable[[StickerTables], T]") -> T:
        return await self._store.change(lambda database: database.change_stickers(change))
