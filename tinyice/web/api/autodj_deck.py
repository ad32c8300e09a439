"""What an AutoDJ plays now, and how: told, and driven."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from tinyice.core.access.permissions import Action
from tinyice.core.autodjs import GainBy, Turn
from tinyice.web.api.autodj_shapes import EntryId, dj_of, note_run
from tinyice.web.api.autodj_state import (
    AutoDJState,
    GainWord,
    MixNow,
    ModesNow,
    TurnWord,
    mix_of,
    modes_of,
    state_of,
)
from tinyice.web.api.operation import Call, Given, Nothing, Operations
from tinyice.web.api.outgoing import given
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import About, Done, Limit, moment

AUTODJ_DECK = Operations("autodjs")

Place = Annotated[float, Meta(ge=0, le=1_000_000, description="Seconds from the beginning.")]
Percent = Annotated[int, Meta(ge=0, le=100)]
Curve = Literal["sine", "linear", "logarithmic"]
CrossfadeSeconds = Annotated[float, Meta(ge=0, le=15, description="0: no crossfade.")]
Target = Annotated[float, Meta(ge=-40, le=-5, description="In LUFS (EBU R 128).")]
Decibels = Annotated[float, Meta(ge=-24, le=12, description="The operator's own gain, on top.")]

_MIX = {
    "crossfade": "crossfade_s",
    "crossfade_curve": "curve",
    "gain": "gain_by",
    "target_loudness": "target_lufs",
    "more_gain": "more_db",
}


class FromEntry(About, frozen=True, kw_only=True):
    """Which AutoDJ, and which entry of its playlist; without one it goes on, or begins."""

    entry: EntryId | None = None


class SeekTo(Given, frozen=True, kw_only=True):
    """Where to play from; ``entry`` of the playlist, or without it what plays."""

    seconds: Place
    entry: EntryId | None = None


class Loud(Given, frozen=True, kw_only=True):
    """The volume in percent: half is a quarter of the power."""

    percent: Percent


class ModesChange(Given, frozen=True, kw_only=True):
    """What is to be different. ``once``: for the track that plays, and then off by itself.

    ``single`` stops after each track, or with ``loop`` plays the same one again; ``consume``
    takes what has played out of the playlist.
    """

    shuffle: bool | UnsetType = UNSET
    loop: bool | UnsetType = UNSET
    single: TurnWord | UnsetType = UNSET
    consume: TurnWord | UnsetType = UNSET


class MixChange(Given, frozen=True, kw_only=True):
    """What is to be different from the next track on."""

    crossfade: CrossfadeSeconds | UnsetType = UNSET
    crossfade_curve: Curve | UnsetType = UNSET
    gain: GainWord | UnsetType = UNSET
    target_loudness: Target | UnsetType = UNSET
    more_gain: Decibels | UnsetType = UNSET


class PlayedBefore(About, frozen=True, kw_only=True):
    """Which part of the history."""

    limit: Limit = 100
    before: Annotated[int, Meta(ge=1, le=2**53 - 1, description="An id.")] | None = None


class Played(Struct, frozen=True, kw_only=True):
    """A track that was played, and when it began; words as they were then."""

    id: int
    at: str
    path: str
    title: str
    artist: str
    album: str
    seconds: float


class PlayedPage(Struct, frozen=True, kw_only=True):
    """The newest first. ``next`` is the ``before`` of the next page, if there may be one."""

    items: tuple[Played, ...]
    next: int | None


@AUTODJ_DECK.add(
    "GET",
    "/api/autodjs/state",
    Action.SEE_AUTODJ,
    query=About,
    answer=AutoDJState,
    refusals=(404, 409),
)
async def autodj_state(services: Services, call: Call[About, Nothing]) -> AutoDJState:
    """What an AutoDJ plays now and next, and how."""
    return state_of(dj_of(services, call.query.mount).snapshot())


@AUTODJ_DECK.add(
    "POST",
    "/api/autodjs/play",
    Action.RUN_AUTODJ,
    query=FromEntry,
    answer=Done,
    refusals=(404, 409),
)
async def play_autodj(services: Services, call: Call[FromEntry, Nothing]) -> Done:
    """Play an entry of the playlist from its beginning; without one go on, or begin."""
    dj_of(services, call.query.mount).deck.play(call.query.entry)
    note_run(services, call, "play")
    return Done()


@AUTODJ_DECK.add(
    "POST", "/api/autodjs/pause", Action.RUN_AUTODJ, query=About, answer=Done, refusals=(404, 409)
)
async def pause_autodj(services: Services, call: Call[About, Nothing]) -> Done:
    """Pause in place; listeners hear silence."""
    dj_of(services, call.query.mount).deck.pause(on=True)
    note_run(services, call, "pause")
    return Done()


@AUTODJ_DECK.add(
    "POST", "/api/autodjs/stop", Action.RUN_AUTODJ, query=About, answer=Done, refusals=(404, 409)
)
async def stop_autodj(services: Services, call: Call[About, Nothing]) -> Done:
    """Leave the mount, until somebody lets it play again."""
    dj_of(services, call.query.mount).deck.stop()
    note_run(services, call, "stop")
    return Done()


@AUTODJ_DECK.add(
    "POST", "/api/autodjs/next", Action.RUN_AUTODJ, query=About, answer=Done, refusals=(404, 409)
)
async def skip_track(services: Services, call: Call[About, Nothing]) -> Done:
    """Play what comes next, now."""
    dj_of(services, call.query.mount).deck.next()
    note_run(services, call, "next")
    return Done()


@AUTODJ_DECK.add(
    "POST",
    "/api/autodjs/previous",
    Action.RUN_AUTODJ,
    query=About,
    answer=Done,
    refusals=(404, 409),
)
async def previous_track(services: Services, call: Call[About, Nothing]) -> Done:
    """Play what was before; where nothing was, the same again."""
    dj_of(services, call.query.mount).deck.previous()
    note_run(services, call, "previous")
    return Done()


@AUTODJ_DECK.add(
    "POST",
    "/api/autodjs/seek",
    Action.RUN_AUTODJ,
    query=About,
    body=SeekTo,
    answer=Done,
    refusals=(404, 409),
)
async def seek_track(services: Services, call: Call[About, SeekTo]) -> Done:
    """Play from another place."""
    dj_of(services, call.query.mount).deck.seek(call.body.seconds, call.body.entry)
    note_run(services, call, "seek")
    return Done()


@AUTODJ_DECK.add(
    "POST",
    "/api/autodjs/volume",
    Action.RUN_AUTODJ,
    query=About,
    body=Loud,
    answer=Done,
    refusals=(404, 409),
)
async def set_volume(services: Services, call: Call[About, Loud]) -> Done:
    """How loud everything is."""
    dj_of(services, call.query.mount).deck.set_volume(call.body.percent)
    note_run(services, call, f"volume {call.body.percent}")
    return Done()


@AUTODJ_DECK.add(
    "PATCH",
    "/api/autodjs/modes",
    Action.RUN_AUTODJ,
    query=About,
    body=ModesChange,
    answer=ModesNow,
    refusals=(404, 409),
)
async def set_modes(services: Services, call: Call[About, ModesChange]) -> ModesNow:
    """How the playlist is gone through."""
    dj, said = dj_of(services, call.query.mount), given(call.body, ModesChange)
    for key in said.keys() & {"single", "consume"}:
        said[key] = Turn(said[key])
    dj.deck.set_modes(replace(dj.snapshot().modes, **said))
    note_run(services, call, "modes")
    return modes_of(dj.snapshot().modes)


@AUTODJ_DECK.add(
    "PATCH",
    "/api/autodjs/mix",
    Action.RUN_AUTODJ,
    query=About,
    body=MixChange,
    answer=MixNow,
    refusals=(404, 409),
)
async def set_mix(services: Services, call: Call[About, MixChange]) -> MixNow:
    """How tracks follow each other and how loud they are, from the next one on.

    What is set here is for this run; the settings of the AutoDJ are what it begins with.
    """
    dj, said = dj_of(services, call.query.mount), given(call.body, MixChange)
    values: dict[str, Any] = {_MIX[key]: value for key, value in said.items()}
    if "gain" in said:
        values["gain_by"] = GainBy(said["gain"])
    dj.deck.set_mix(replace(dj.snapshot().mix, **values))
    note_run(services, call, "mix")
    return mix_of(dj.snapshot().mix)


@AUTODJ_DECK.add(
    "GET",
    "/api/autodjs/history",
    Action.SEE_AUTODJ,
    query=PlayedBefore,
    answer=PlayedPage,
    refusals=(404, 409),
)
async def autodj_history(services: Services, call: Call[PlayedBefore, Nothing]) -> PlayedPage:
    """What an AutoDJ has played, the newest first."""
    asked = call.query
    rows = await dj_of(services, asked.mount).history(asked.limit, asked.before)
    items = tuple(
        Played(
            id=row.id,
            at=moment(services.moment_of(row.at)) or "",
            path=row.path,
            title=row.title,
            artist=row.artist,
            album=row.album,
            seconds=row.seconds,
        )
        for row in rows
    )
    return PlayedPage(items=items, next=items[-1].id if len(items) == asked.limit else None)
