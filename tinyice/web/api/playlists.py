"""Playlists that are kept under names: saved, taken from files, given as files."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from tinyice.core.access.permissions import Action
from tinyice.web import urls
from tinyice.web.api.autodj_shapes import MISSING_TOLD, PlaylistName, dj_of, note_run
from tinyice.web.api.operation import Call, Download, Given, Nothing, Operations, Upload
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import About, Done, moment
from tinyice.wire.listed import GAIN_LEAST_DB, GAIN_MOST_DB

PLAYLISTS = Operations("autodjs")

Kind = Literal["m3u", "m3u8", "pls", "xspf"]
KindGiven = Annotated[
    Literal["", "m3u", "m3u8", "pls", "xspf"], Meta(description='"": by what is in it.')
]

PlaylistGain = Annotated[float, Meta(ge=GAIN_LEAST_DB, le=GAIN_MOST_DB)]

_M3U = "audio/x-mpegurl"
_TYPES = {
    "m3u": _M3U,
    "m3u8": _M3U,
    "pls": "audio/x-scpls",
    "xspf": "application/xspf+xml",
}


class KeptPlaylist(Struct, frozen=True, kw_only=True):
    """A playlist that is kept, and when it was changed.

    ``gain``, in dB, is added to that of each track that is loaded or appended from it. One
    of the ``station`` is a file that was put there by hand: every AutoDJ may load it, and
    none may change it (409, ``playlist-of-station``).
    """

    name: str
    changed_at: str
    station: bool
    gain: float


class KeptPlaylists(Struct, frozen=True, kw_only=True):
    """All playlists that are kept, by name."""

    items: tuple[KeptPlaylist, ...]
    total: int


class WhichPlaylist(About, frozen=True, kw_only=True):
    """Which playlist, of which AutoDJ."""

    name: PlaylistName


class PlaylistToKeep(WhichPlaylist, frozen=True, kw_only=True):
    """What it is called; ``replace``: in the place of one of that name."""

    replace: bool = False


class PlaylistToTake(PlaylistToKeep, frozen=True, kw_only=True):
    """What it is called, and what kind of file it is."""

    kind: KindGiven = ""


class PlaylistToGive(WhichPlaylist, frozen=True, kw_only=True):
    """Which playlist, as which kind of file."""

    kind: Kind = "m3u8"


class PlaylistChanges(Given, frozen=True, kw_only=True):
    """What it is to be called, and its ``gain``, in tenths of a dB. What is left out stays."""

    name: PlaylistName | UnsetType = UNSET
    gain: PlaylistGain | UnsetType = UNSET


class PlaylistKept(Struct, frozen=True, kw_only=True):
    """It was kept, with so many ``entries``."""

    name: str
    entries: int
    status: str = "ok"


class PlaylistTaken(Struct, frozen=True, kw_only=True):
    """It was kept; ``found`` of its entries are in the library.

    ``missing`` are the first of those that are not, ``missing_total`` counts all of them:
    they are kept, and play once they are there. ``broken`` of those found can't be played.
    """

    name: str
    found: int
    missing: tuple[str, ...]
    missing_total: int
    broken: int
    status: str = "ok"


@PLAYLISTS.add(
    "GET",
    "/api/autodjs/playlists",
    Action.SEE_AUTODJ,
    query=About,
    answer=KeptPlaylists,
    refusals=(404, 409),
)
async def list_playlists(services: Services, call: Call[About, Nothing]) -> KeptPlaylists:
    """The playlists that are kept, by name: those of the AutoDJ, and the station's."""
    found = await dj_of(services, call.query.mount).saved.names()
    items = tuple(
        KeptPlaylist(
            name=one.name,
            changed_at=moment(services.moment_of(one.changed_at)) or "",
            station=one.is_station,
            gain=one.gain_db,
        )
        for one in found
    )
    return KeptPlaylists(items=items, total=len(items))


@PLAYLISTS.add(
    "POST",
    "/api/autodjs/playlists",
    Action.RUN_AUTODJ,
    query=PlaylistToKeep,
    answer=PlaylistKept,
    status=201,
    refusals=(404, 409),
)
async def save_playlist(services: Services, call: Call[PlaylistToKeep, Nothing]) -> PlaylistKept:
    """Keep what is in the playlist of an AutoDJ under a name."""
    asked = call.query
    count = await dj_of(services, asked.mount).saved.save(asked.name, replace=asked.replace)
    note_run(services, call, f"saved playlist {asked.name}")
    return PlaylistKept(name=asked.name, entries=count)


@PLAYLISTS.add(
    "PATCH",
    "/api/autodjs/playlists",
    Action.RUN_AUTODJ,
    query=WhichPlaylist,
    body=PlaylistChanges,
    answer=Done,
    refusals=(404, 409),
)
async def change_playlist(services: Services, call: Call[WhichPlaylist, PlaylistChanges]) -> Done:
    """Give a playlist that is kept another name, which must be free, or another gain.

    What was loaded from it before keeps the gain that it had.
    """
    asked, to, gain = call.query, call.body.name, call.body.gain
    saved = dj_of(services, asked.mount).saved
    if gain is not UNSET:
        await saved.set_gain(asked.name, gain)
        note_run(services, call, f"saved playlist {asked.name}, gain {gain:.1f} dB")
    if to is not UNSET and to != asked.name:
        await saved.rename(asked.name, to)
        note_run(services, call, f"saved playlist {asked.name}, now {to}")
    return Done()


@PLAYLISTS.add(
    "DELETE",
    "/api/autodjs/playlists",
    Action.RUN_AUTODJ,
    query=WhichPlaylist,
    answer=Done,
    refusals=(404, 409),
)
async def remove_playlist(services: Services, call: Call[WhichPlaylist, Nothing]) -> Done:
    """Delete a playlist that is kept; what plays is not touched."""
    asked = call.query
    await dj_of(services, asked.mount).saved.remove(asked.name)
    note_run(services, call, f"saved playlist {asked.name}, deleted")
    return Done()


@PLAYLISTS.add(
    "GET",
    urls.API_PLAYLIST_FILE,
    Action.SEE_AUTODJ,
    query=PlaylistToGive,
    answer=Download,
    refusals=(404, 409),
    types=tuple(dict.fromkeys(_TYPES.values())),
)
async def give_playlist(services: Services, call: Call[PlaylistToGive, Nothing]) -> Download:
    """A playlist that is kept, as a file; its paths begin in the folder of music."""
    asked = call.query
    content = await dj_of(services, asked.mount).saved.give(asked.name, asked.kind)
    return Download(content, _TYPES[asked.kind], f"{asked.name}.{asked.kind}")


@PLAYLISTS.add(
    "POST",
    urls.API_PLAYLIST_FILE,
    Action.RUN_AUTODJ,
    query=PlaylistToTake,
    body=Upload,
    answer=PlaylistTaken,
    status=201,
    refusals=(404, 409),
)
async def take_playlist(services: Services, call: Call[PlaylistToTake, Upload]) -> PlaylistTaken:
    """Keep a playlist file of your own under a name: M3U, PLS or XSPF.

    It is sent as the part ``file`` of a form, or as the body. Its files are looked for in
    the library, by the ends of their paths as well.
    """
    asked = call.query
    saved = dj_of(services, asked.mount).saved
    put = await saved.take(asked.name, call.body.content, asked.kind, replace=asked.replace)
    note_run(services, call, f"saved playlist {asked.name}, from a file")
    return PlaylistTaken(
        name=asked.name,
        found=len(put.entries),
        missing=put.missing[:MISSING_TOLD],
        missing_total=len(put.missing),
        broken=put.left_out,
    )
