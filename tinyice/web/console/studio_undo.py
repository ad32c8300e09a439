"""The way back from the last change of a list: for each session one, and each once."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from tinyice.core.autodjs import EntryRow
from tinyice.core.errors import DomainError
from tinyice.web.api.problems import unknown
from tinyice.web.autodj_ports import AutoDj, EditedPlaylist, EditedQueue, Picked
from tinyice.web.console.access_undo import Kept
from tinyice.web.guard import Caller


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to the list of ``mount`` that ``is_queue`` tells.

    ``added``: entries that were put there. ``removed``: paths of what was taken out, in
    their order, from in front of the entry ``before`` (None: from the end), ``gains`` what
    these entries had of their own.
    """

    mount: str
    is_queue: bool
    added: tuple[int, ...] = ()
    removed: tuple[str, ...] = ()
    gains: tuple[float, ...] = ()
    before: int | None = None


class Undoing:
    """Remembers changes, and takes them back."""

    def __init__(self) -> None:
        self._kept: Kept[Change] = Kept()

    def keep(self, caller: Caller, change: Change) -> None:
        """This was done last."""
        if change.added or change.removed:
            self._kept.keep(caller, change)

    def has(self, caller: Caller) -> bool:
        """Whether there is a way back."""
        return self._kept.has(caller)

    async def undo(self, caller: Caller, dj: AutoDj) -> None:
        """Let the list be as it was, as far as others have left it so; raises Unfit."""
        change = self._kept.take(caller)
        if change is None or change.mount != dj.mount:
            raise unknown("change of", "this session that could be taken back")
        edited = dj.queue if change.is_queue else dj.playlist
        if change.added:
            _take_out(edited, change.added)
        if change.removed:
            await _put_back(dj, change)


def _take_out(edited: EditedPlaylist | EditedQueue, entries: tuple[int, ...]) -> None:
    try:
        edited.remove(entries)
    except DomainError:
        # some have played, or somebody else has taken them out
        there = {row.id for row in everything(edited)}
        edited.remove([entry for entry in entries if entry in there])


def everything(edited: EditedPlaylist | EditedQueue) -> tuple[EntryRow, ...]:
    """All entries of a list."""
    total = edited.page(0, 1).total
    return edited.page(0, total).rows if total else ()


def replacing(
    dj: AutoDj, rows: Sequence[EntryRow], added: tuple[int, ...] = (), *, is_queue: bool = False
) -> Change:
    """All ``rows`` of a list went, and these entries came."""
    return Change(
        dj.mount,
        is_queue=is_queue,
        added=added,
        removed=tuple(row.track.path for row in rows),
        gains=tuple(row.gain_db for row in rows),
    )


async def _put_back(dj: AutoDj, change: Change) -> None:
    picked = Picked(paths=change.removed, gains=change.gains)
    edited = dj.queue if change.is_queue else dj.playlist
    put = await edited.add(picked)
    if change.before is not None and put.entries:
        # where that one has gone meanwhile, the end is as good as any place
        with suppress(DomainError):
            edited.move(put.entries, change.before)
