"""What an AutoDJ does now, as a document."""

from typing import Literal

from msgspec import Struct

from tinyice.core.autodjs import AutoDJSnapshot, DjModes, Mix
from tinyice.core.loudness import Loudness
from tinyice.web.api.autodj_shapes import PlaylistEntry, entry_of

TurnWord = Literal["off", "on", "once"]
GainWord = Literal["off", "track", "album"]


class Measured(Struct, frozen=True, kw_only=True):
    """How loud a track is: LUFS, and its true peak in dBTP."""

    lufs: float
    peak_db: float


class ModesNow(Struct, frozen=True, kw_only=True):
    """How the playlist is gone through."""

    shuffle: bool
    loop: bool
    single: TurnWord
    consume: TurnWord


class MixNow(Struct, frozen=True, kw_only=True):
    """How tracks follow each other, and by what they are made equally loud."""

    crossfade: float
    crossfade_curve: str
    gain: GainWord
    target_loudness: float
    more_gain: float


class AutoDJState(Struct, frozen=True, kw_only=True):
    """What an AutoDJ does now.

    ``heard``: it is what listeners hear; else somebody live is, or nothing. ``now`` has
    played for ``elapsed``, with ``gain_db`` added, and was chosen because of ``why``;
    ``next`` comes then, by ``join`` (crossfade, gapless, cut) for ``join_seconds``.
    ``silent``: there is nothing to play, because of ``words``. ``error``: why it can't
    have its mount. ``playlist_version`` and ``queue_version`` are those of the lists.
    ``played_seconds``: so long it was heard; ``restarts`` of its ``process``.
    """

    mount: str
    name: str
    state: Literal["play", "pause", "stop"]
    heard: bool
    quality: str
    now: PlaylistEntry | None
    next: PlaylistEntry | None
    join: str
    join_seconds: float
    elapsed: float
    gain_db: float
    loudness: Measured | None
    why: str
    volume: int
    modes: ModesNow
    mix: MixNow
    silent: bool
    words: str
    error: str
    playlist_version: int
    playlist_entries: int
    playlist_name: str
    queue_version: int
    queue_entries: int
    scanning: bool
    played_seconds: float
    restarts: int
    process: int | None


def state_of(dj: AutoDJSnapshot) -> AutoDJState:
    """The document of an AutoDJ."""
    return AutoDJState(
        mount=dj.mount,
        name=dj.name,
        state=dj.state.value,
        heard=dj.is_heard,
        quality=dj.quality,
        now=None if dj.now is None else entry_of(dj.now),
        next=None if dj.next is None else entry_of(dj.next),
        join=dj.join,
        join_seconds=dj.join_s,
        elapsed=round(dj.elapsed_s, 3),
        gain_db=dj.gain_db,
        loudness=_measured(dj.loudness),
        why=dj.why,
        volume=dj.volume,
        modes=modes_of(dj.modes),
        mix=mix_of(dj.mix),
        silent=dj.is_silent,
        words=dj.words,
        error=dj.error,
        playlist_version=dj.playlist_version,
        playlist_entries=dj.playlist_count,
        playlist_name=dj.playlist_name,
        queue_version=dj.queue_version,
        queue_entries=dj.queue_count,
        scanning=bool(dj.scanning),
        played_seconds=dj.played_s,
        restarts=dj.restarts,
        process=dj.process,
    )


def modes_of(modes: DjModes) -> ModesNow:
    """The document of the modes."""
    return ModesNow(
        shuffle=modes.shuffle,
        loop=modes.loop,
        single=modes.single.value,
        consume=modes.consume.value,
    )


def mix_of(mix: Mix) -> MixNow:
    """The document of fades and gains."""
    return MixNow(
        crossfade=mix.crossfade_s,
        crossfade_curve=mix.curve,
        gain=mix.gain_by.value,
        target_loudness=mix.target_lufs,
        more_gain=mix.more_db,
    )


def _measured(loudness: Loudness | None) -> Measured | None:
    if loudness is None:
        return None
    return Measured(lufs=round(loudness.lufs, 2), peak_db=round(loudness.peak_db, 2))
