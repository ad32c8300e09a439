"""The table of stickers; all of it runs in the worker of the database."""

from sqlalchemy import Connection, delete, func, literal, select
from sqlalchemy.dialects.sqlite import insert

from tinyice.core.errors import Conflict
from tinyice.store.tables import STICKERS, path_bytes

OF_A_SONG_MAX = 100
FOUND_MAX = 100_000

_C = STICKERS.c


class StickerTables:
    """What is attached to songs of libraries, which are named by their folders."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, root: str, path: str) -> dict[str, str]:
        """What is attached to a song."""
        rows = select(_C.name, _C.value).where(_C.root == root, _C.path == path)
        return {row.name: row.value for row in self._connection.execute(rows)}

    def put(self, root: str, path: str, name: str, value: str) -> None:
        """Attach it, in the place of what has its name; raises ``Conflict``."""
        if len({*self.of(root, path), name}) > OF_A_SONG_MAX:
            raise Conflict(f"a song has at most {OF_A_SONG_MAX} stickers")
        statement = insert(STICKERS).values(root=root, path=path, name=name, value=value)
        keys = [_C.root, _C.path, _C.name]
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=keys, set_={"value": value})
        )

    def remove(self, root: str, path: str, name: str | None) -> bool:
        """Take it off, or everything; whether there was any."""
        meant = [_C.root == root, _C.path == path]
        if name is not None:
            meant.append(_C.name == name)
        return self._connection.execute(delete(STICKERS).where(*meant)).rowcount > 0

    def named(self, root: str, folder: str, name: str) -> list[tuple[str, str]]:
        """The songs below ``folder`` that have one of this name, and its value."""
        rows = select(_C.path, _C.value).where(_C.root == root, _C.name == name)
        if folder:
            prefix = path_bytes(f"{folder}/")
            rows = rows.where(func.substr(_C.path, 1, len(prefix)) == literal(prefix))
        found = self._connection.execute(rows.order_by(_C.path).limit(FOUND_MAX))
        return [(path, value) for path, value in found]
