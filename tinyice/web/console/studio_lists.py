"""The right column of the Studio: the playlist, the queue, and what has played.

Of a list of thousands a window is shown; forms say which entries are meant by their
numbers, and where they go by the entry that they are to stand in front of, so that the
same form sent twice does nothing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tinyice.core.autodjs import AutoDJSnapshot, EntryRow, EntryRows
from tinyice.core.errors import DomainError
from tinyice.web.api.problems import Unfit, unknown
from tinyice.web.autodj_ports import AutoDj, EditedPlaylist, EditedQueue, Picked
from tinyice.web.console.studio_rows import (
    ListRow,
    PlayedRow,
    list_rows,
    played_row,
    span,
)
from tinyice.web.console.studio_said import Done, done_by
from tinyice.web.console.studio_undo import Change, Undoing, everything, replacing
from tinyice.web.console.studio_view import View
from tinyice.web.guard import Caller

PAGE = 60
"""So many entries are given at once."""

PLAYS = 100
WARNED_MAX = 1
_NEAR = 20
_LEAD = 3
"""So many entries before what plays are in sight."""


@dataclass(frozen=True, slots=True)
class ListsShown:
    """All that the column shows. ``first``: the entry at the top of the list.

    ``ends``: when all of it will have played. ``fault``: why history is not known.
    """

    view: View
    dj: AutoDJSnapshot
    rows: Sequence[ListRow] = ()
    plays: Sequence[PlayedRow] = ()
    start: int = 0
    total: int = 0
    version: int = 0
    first: int = 0
    summary: str = ""
    warnings: Sequence[tuple[str, str]] = ()
    older: int = 0
    fault: str = ""

    @property
    def is_queue(self) -> bool:
        """Whether it is the queue."""
        return self.view.list == "queue"

    @property
    def before(self) -> View:
        """The page before this one."""
        return self.view.but(at=max(0, self.start - PAGE))

    @property
    def behind(self) -> View:
        """The page after this one."""
        return self.view.but(at=self.start + len(self.rows))

    def shows(self, name: str) -> View:
        """Another list."""
        return self.view.but(list=name, at=None, before=0)


async def shown_lists(dj: AutoDj, view: View, now: datetime) -> ListsShown:
    """The column as it is now; ``now`` with the time zone that times are told in."""
    if view.list == "history":
        return await _history(dj, view, now)
    snapshot, edited = dj.snapshot(), list_of(dj, view)
    start = _around(snapshot) if view.at is None and view.list == "playlist" else view.at or 0
    start = min(start, max(0, _count(snapshot, view) - 1))
    # one more before and two behind: up and down lead past these
    begin = max(0, start - 1)
    page = edited.page(begin, start - begin + PAGE + 2)
    playing = 0 if snapshot.now is None else snapshot.now.id
    return ListsShown(
        view,
        snapshot,
        rows=list_rows(page, start=start, count=PAGE, playing=playing, now=now),
        start=start,
        total=page.total,
        version=page.version,
        first=_first(edited, page),
        summary=_summary(view.list, page, now),
        warnings=_warnings(page.rows),
    )


def list_of(dj: AutoDj, view: View) -> EditedPlaylist | EditedQueue:
    """The list that is shown; raises Unfit for history, which nobody edits."""
    if view.list == "history":
        raise Unfit(400, "invalid", "what has played stays as it is", "list")
    return dj.queue if view.list == "queue" else dj.playlist


class ListDeeds:
    """What is done to the lists; every refusal is an Unfit, or of the domain."""

    def __init__(self, undoing: Undoing) -> None:
        self._undoing = undoing

    def move(self, dj: AutoDj, view: View, entry: int, before: int) -> Done:
        """Put an entry in front of another one; 0: at the end."""
        if entry != before:
            list_of(dj, view).move([entry], before or None)
        return Done("moved")

    def remove(self, caller: Caller, dj: AutoDj, view: View, entry: int, *, place: int) -> Done:
        """Take an entry out, which was at ``place``."""
        edited = list_of(dj, view)
        row, behind = _found(edited, entry, place)
        edited.remove([entry])
        self._undoing.keep(
            caller,
            Change(
                dj.mount,
                is_queue=view.list == "queue",
                removed=(row.track.path,),
                gains=(row.gain_db,),
                before=behind,
            ),
        )
        return Done("removed", 1)

    def clear(self, caller: Caller, dj: AutoDj, view: View) -> Done:
        """Take out everything; what plays goes on to its end."""
        edited = list_of(dj, view)
        rows = everything(edited)
        edited.clear()
        self._undoing.keep(caller, replacing(dj, rows, is_queue=view.list == "queue"))
        return Done("cleared", len(rows))

    def play(self, dj: AutoDj, view: View, entry: int) -> Done:
        """Play an entry now."""
        edited = list_of(dj, view)
        if view.list == "queue":
            first = edited.page(0, 1).rows
            if first and first[0].id != entry:
                edited.move([entry], first[0].id)
            elif not first:
                raise unknown("entry", str(entry))
            dj.deck.next()
        else:
            dj.deck.play(entry)
        return Done("playing")

    async def play_next(
        self, caller: Caller, dj: AutoDj, view: View, entry: int, *, place: int
    ) -> Done:
        """Play an entry when the track that plays has ended; in the playlist it stays, too."""
        edited = list_of(dj, view)
        if view.list == "queue":
            first = edited.page(0, 1).rows
            return self.move(dj, view, entry, first[0].id if first else 0)
        row, _ = _found(edited, entry, place)
        put = await dj.queue.add(Picked(paths=(row.track.path,), gains=(row.gain_db,)), first=True)
        self._undoing.keep(caller, Change(dj.mount, is_queue=True, added=put.entries))
        return done_by("next", put)


def _found(
    edited: EditedPlaylist | EditedQueue, entry: int, place: int
) -> tuple[EntryRow, int | None]:
    """The entry, and the one behind it; it was at ``place`` when somebody saw it last."""
    near = edited.page(max(0, place - _NEAR), 2 * _NEAR).rows
    row = next((row for row in near if row.id == entry), None)
    if row is None:
        row = next((row for row in everything(edited) if row.id == entry), None)
    if row is None:
        raise unknown("entry", str(entry))
    behind = edited.page(row.position + 1, 1).rows
    return row, behind[0].id if behind else None


async def _history(dj: AutoDj, view: View, now: datetime) -> ListsShown:
    snapshot = dj.snapshot()
    try:
        plays = await dj.history(PLAYS + 1, view.before or None)
    except DomainError as error:
        return ListsShown(view, snapshot, fault=str(error))
    rows = [played_row(one, now) for one in plays[:PLAYS]]
    older = rows[-1].id if len(plays) > PLAYS else 0
    return ListsShown(view, snapshot, plays=rows, older=older, total=len(rows))


def _count(snapshot: AutoDJSnapshot, view: View) -> int:
    return snapshot.queue_count if view.list == "queue" else snapshot.playlist_count


def _first(edited: EditedPlaylist | EditedQueue, page: EntryRows) -> int:
    """The entry at the top of the list."""
    rows = page.rows if page.rows and not page.rows[0].position else edited.page(0, 1).rows
    return rows[0].id if rows else 0


def _around(snapshot: AutoDJSnapshot) -> int:
    """Where the window begins that what plays is in, as full as can be."""
    if snapshot.now is None or snapshot.now.is_queued:
        return 0
    return max(0, min(snapshot.now.position - _LEAD, snapshot.playlist_count - PAGE))


def _summary(name: str, page: EntryRows, now: datetime) -> str:
    if not page.total:
        return ""
    if name != "queue":
        return span(page.seconds)
    last, said = page.rows[-1], f"{span(page.seconds)} queued"
    if last.begins_in is None or last.position != page.total - 1:
        return said
    ends = now + timedelta(seconds=last.begins_in + last.track.seconds)
    return f"{said}, to {ends:%H:%M}"


def _warnings(rows: Sequence[EntryRow]) -> list[tuple[str, str]]:
    """Titles, and what is wrong with them."""
    found = [(row.track.title, row.too_soon) for row in rows if row.too_soon]
    return found[:WARNED_MAX]
