"""Playlists that are saved under names: what the Studio shows of them, and does with them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf

from tinyice.core.autodjs import SavedPlaylist
from tinyice.core.errors import DomainError
from tinyice.web.api.problems import Unfit
from tinyice.web.autodj_ports import AutoDj, Picked
from tinyice.web.console.studio_said import Done, done_by
from tinyice.web.console.studio_undo import Change, Undoing, everything, replacing
from tinyice.web.guard import Caller
from tinyice.wire.errors import PeerError
from tinyice.wire.listed import GAIN_LEAST_DB, GAIN_MOST_DB

PAGE = 100
KINDS = ("m3u8", "m3u", "pls", "xspf")
_NO_FILE = "Choose a file: M3U, M3U8, PLS or XSPF."
_NO_NAME = "Give it a name."
_NO_GAIN = f"Give a number of decibels from {GAIN_LEAST_DB:g} to {GAIN_MOST_DB:g}."
_NUMBER = re.compile(r"[+-]?\d{1,3}(?:[.,]\d{1,6})?")


@dataclass(frozen=True, slots=True)
class SavedRow:
    """One saved playlist, and when it was saved. ``gain``: in dB, as a field has it."""

    name: str
    changed: datetime
    is_loaded: bool
    is_station: bool
    gain: str


@dataclass(frozen=True, slots=True)
class SavedShown:
    """Some of them; ``start`` counts from 0. ``count``: entries of the playlist now.

    ``name``: under which that is to be saved; "": people have to choose.
    """

    mount: str
    rows: Sequence[SavedRow]
    start: int
    total: int
    count: int
    name: str
    fault: str = ""


async def shown_saved(dj: AutoDj, start: int, now: datetime) -> SavedShown:
    """The saved playlists from ``start`` on."""
    snapshot, fault = dj.snapshot(), ""
    found: Sequence[SavedPlaylist] = ()
    try:
        found = await dj.saved.names()
    except DomainError as error:
        fault = str(error)
    rows = [
        SavedRow(
            one.name,
            datetime.fromtimestamp(one.changed_at, now.tzinfo),
            one.name == snapshot.playlist_name,
            one.is_station,
            f"{one.gain_db:g}",
        )
        for one in found[start : start + PAGE]
    ]
    theirs = {one.name for one in found if one.is_station}
    name = "" if snapshot.playlist_name in theirs else snapshot.playlist_name
    return SavedShown(dj.mount, rows, start, len(found), snapshot.playlist_count, name, fault)


class SavedDeeds:
    """What is done with saved playlists; every refusal is an Unfit, or of the domain."""

    def __init__(self, undoing: Undoing) -> None:
        self._undoing = undoing

    async def load(self, caller: Caller, dj: AutoDj, name: str) -> Done:
        """Put one in the place of the playlist."""
        rows = everything(dj.playlist)
        put = await dj.playlist.replace(Picked(saved=name))
        self._undoing.keep(caller, replacing(dj, rows, put.entries))
        return done_by("loaded", put)

    async def append(self, caller: Caller, dj: AutoDj, name: str) -> Done:
        """Put one behind what is in the playlist."""
        put = await dj.playlist.add(Picked(saved=name))
        self._undoing.keep(caller, Change(dj.mount, is_queue=False, added=put.entries))
        return done_by("added", put)

    async def save(self, dj: AutoDj, name: str, *, replace: bool) -> Done:
        """Keep what is in the playlist under this name; the one that was loaded is renewed."""
        if not name:
            raise Unfit(400, "invalid", _NO_NAME, "name")
        renews = replace or name == dj.snapshot().playlist_name
        return Done("saved", await dj.saved.save(name, replace=renews))

    async def rename(self, dj: AutoDj, name: str, to: str) -> Done:
        """Give one another name."""
        if not to:
            raise Unfit(400, "invalid", _NO_NAME, "to")
        if to != name:
            await dj.saved.rename(name, to)
        return Done("renamed")

    async def set_gain(self, dj: AutoDj, name: str, text: str) -> Done:
        """Let what is loaded from one from now on have this gain."""
        told = text.strip().replace("\u2212", "-")
        gain_db = float(told.replace(",", ".")) if _NUMBER.fullmatch(told) else inf
        if not GAIN_LEAST_DB <= gain_db <= GAIN_MOST_DB:
            raise Unfit(400, "invalid", _NO_GAIN, "gain")
        await dj.saved.set_gain(name, gain_db)
        return Done("gained")

    async def remove(self, dj: AutoDj, name: str) -> Done:
        """Delete one."""
        await dj.saved.remove(name)
        return Done("deleted")

    async def take(self, dj: AutoDj, name: str, data: bytes, *, replace: bool) -> Done:
        """Save a playlist file under a name."""
        if not data:
            raise Unfit(400, "invalid", _NO_FILE, "file")
        if not name:
            raise Unfit(400, "invalid", _NO_NAME, "import-name")
        try:
            put = await dj.saved.take(name, data, "", replace=replace)
        except PeerError as error:
            raise Unfit(error.status or 400, "invalid", error.reason, "file") from error
        return Done("imported", len(put.entries), len(put.missing), put.left_out)
