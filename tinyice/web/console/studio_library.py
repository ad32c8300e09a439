"""The left column of the Studio: the library, and what is taken from there.

A page of it costs what it shows, however large the library is. What is below a folder, or
found, is one long list of which a window is asked for: folders first, then tracks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tinyice.core.autodjs import AutoDJSnapshot, LibraryFacts
from tinyice.core.errors import DomainError
from tinyice.web.autodj_ports import AutoDj, MusicLibrary, Picked
from tinyice.web.console.studio_rows import LibraryRow, folder_row, several, span, track_row
from tinyice.web.console.studio_said import Done, done_by
from tinyice.web.console.studio_undo import Change, Undoing
from tinyice.web.console.studio_view import View
from tinyice.web.guard import Caller

PAGE = 60
"""So many rows are given at once."""


@dataclass(frozen=True, slots=True)
class LibraryRows:
    """The rows from ``start`` on; ``total`` of all, and ``tracks`` are below the folder."""

    rows: Sequence[LibraryRow] = ()
    start: int = 0
    total: int = 0
    tracks: int = 0


@dataclass(frozen=True, slots=True)
class Crumb:
    """A folder on the way; ``view`` leads there."""

    name: str
    view: View


@dataclass(frozen=True, slots=True)
class LibraryShown:
    """All that the column shows. ``fault``: why the library can't be looked into."""

    view: View
    found: LibraryRows
    facts: LibraryFacts
    crumbs: Sequence[Crumb]
    summary: str = ""
    fault: str = ""

    @property
    def start(self) -> View:
        """Where one comes from a search and from faults: all of the library."""
        return self.view.but(find="", folder="", broken=False, start=0)

    @property
    def before(self) -> View:
        """The page before this one."""
        return self.view.but(start=max(0, self.found.start - PAGE))

    @property
    def behind(self) -> View:
        """The page after this one."""
        return self.view.but(start=self.found.start + len(self.found.rows))


async def shown_library(dj: AutoDj, view: View) -> LibraryShown:
    """The column, as it is now."""
    try:
        facts = await dj.library.facts()
        found = await library_rows(dj.library, view, dj.snapshot())
    except DomainError as error:
        return LibraryShown(view, LibraryRows(), LibraryFacts(), crumbs_of(view), fault=str(error))
    return LibraryShown(view, found, facts, crumbs_of(view), summary=_summary(facts))


async def shown_window(dj: AutoDj, view: View) -> LibraryShown:
    """The rows of the column alone, as they are now; raises what the library does."""
    found = await library_rows(dj.library, view, dj.snapshot(), counts=False)
    return LibraryShown(view, found, LibraryFacts(), ())


async def library_rows(
    library: MusicLibrary, view: View, playing: AutoDJSnapshot, *, counts: bool = True
) -> LibraryRows:
    """A window of the list of folders and tracks; ``counts``: how many there are below, too."""
    query, start = view.tracks, view.start
    has_folders = not view.find and not view.broken
    rows: list[LibraryRow] = []
    before = 0
    if has_folders:
        folders = await library.folders(replace(query, offset=start, limit=PAGE))
        rows += [folder_row(one) for one in folders.rows]
        before = folders.total
    here = replace(query, only_here=has_folders, offset=max(0, start - before))
    page = await library.tracks(replace(here, limit=max(1, PAGE - len(rows))))
    now = "" if playing.now is None else playing.now.track.path
    if len(rows) < PAGE:
        rows += [track_row(one, now) for one in page.rows]
    below = page.total
    if has_folders and counts:
        below = (await library.tracks(replace(query, limit=1))).total
    return LibraryRows(rows, start, before + page.total, below)


def crumbs_of(view: View) -> list[Crumb]:
    """The way to the folder, from the top on."""
    top = view.but(find="", broken=False, start=0)
    crumbs = [Crumb("Music", top.but(folder=""))]
    names = view.folder.split("/") if view.folder else []
    for depth, name in enumerate(names, start=1):
        crumbs.append(Crumb(name, top.but(folder="/".join(names[:depth]))))
    return crumbs


class LibraryDeeds:
    """What is taken from the library; every refusal is an Unfit, or of the domain."""

    def __init__(self, undoing: Undoing) -> None:
        self._undoing = undoing

    async def add(self, caller: Caller, dj: AutoDj, picked: Picked) -> Done:
        """Put tracks at the end of the playlist."""
        put = await dj.playlist.add(picked)
        self._undoing.keep(caller, Change(dj.mount, is_queue=False, added=put.entries))
        return done_by("added", put)

    async def play_next(self, caller: Caller, dj: AutoDj, picked: Picked) -> Done:
        """Let tracks play before all others."""
        put = await dj.queue.add(picked, first=True)
        self._undoing.keep(caller, Change(dj.mount, is_queue=True, added=put.entries))
        return done_by("next", put)

    @staticmethod
    def scan(dj: AutoDj) -> Done:
        """Look for changes."""
        dj.library.scan()
        return Done("scanning")


def _summary(facts: LibraryFacts) -> str:
    if not facts.tracks:
        return ""
    good = facts.tracks - facts.broken
    return f"{several(good, 'track')}, {span(facts.seconds)}"
