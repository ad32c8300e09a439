"""What the Studio shows of an AutoDJ, and what its page is told: the same values for both.

They come in parts, so that little is told when little has changed. Where a track is
goes on by itself: it is told when it is somewhere else than that.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar

from msgspec import Struct, structs

from tinyice.core.autodjs import AutoDJSnapshot, DjState, TrackRow
from tinyice.core.snapshots import MountSnapshot
from tinyice.core.tags import Tags
from tinyice.web.artwork import cover_of, waveform_of
from tinyice.web.console.figures import elapsed
from tinyice.web.live.studio_words import (
    decibels,
    join_words,
    mix_words,
    seconds_words,
    standing_of,
)
from tinyice.web.titles import artist_and_title

ASTRAY_S = 0.3
"""By so much what plays may be elsewhere than where it was said to be."""


class StudioPart(Struct, frozen=True, kw_only=True, tag_field="part"):
    """One part of what is told of the AutoDJ of ``mount``; ``number`` tells the parts apart."""

    number: ClassVar[int] = 0

    mount: str


class StudioNow(StudioPart, frozen=True, kw_only=True, tag="now"):
    """What plays. Figures are words: a dash stands for what nobody has measured."""

    number: ClassVar[int] = 0

    entry: int = 0
    plays: str = ""
    by: str = ""
    album: str = ""
    why: str = ""
    length: str = ""
    seconds: float = 0.0
    cover: str = ""
    wave: str = ""
    lufs: str = ""
    gain: str = ""
    peak: str = ""


class StudioPlay(StudioPart, frozen=True, kw_only=True, tag="play"):
    """How it plays. ``state``: play, pause, stop, or gone, which ends all parts.

    ``dress`` is that of the tally. ``elapsed_s`` was so at ``at``, and goes on if ``runs``.
    """

    number: ClassVar[int] = 1

    state: str
    tally: str
    dress: str = ""
    words: str = ""
    runs: bool = False
    elapsed_s: float = 0.0
    at: str | None = None
    shuffle: bool = False
    loop: bool = False
    volume: int = 100


class StudioNext(StudioPart, frozen=True, kw_only=True, tag="next"):
    """What comes then, and how it follows: ``join`` in words, for ``join_s`` both are heard."""

    number: ClassVar[int] = 2

    entry: int = 0
    plays: str = ""
    line: str = ""
    cover: str = ""
    wave: str = ""
    seconds: float = 0.0
    join: str = ""
    join_s: float = 0.0
    curve: str = ""


class StudioMix(StudioPart, frozen=True, kw_only=True, tag="mix"):
    """How tracks are to follow each other."""

    number: ClassVar[int] = 3

    seconds: str
    curve: str
    gain: str
    words: str


class StudioLists(StudioPart, frozen=True, kw_only=True, tag="lists"):
    """At which version the lists are, so that who shows them knows what to ask for anew."""

    number: ClassVar[int] = 4

    playlist: int = 0
    playlist_count: int = 0
    playlist_name: str = ""
    queue: int = 0
    queue_count: int = 0
    played: int = 0
    """The entry that plays, which is the newest of what has played."""
    scanning: int = 0
    found: int = 0
    scanned: float = 0.0


def parts_of(
    dj: AutoDJSnapshot, mount: MountSnapshot | None, at: datetime
) -> tuple[StudioNow, StudioPlay, StudioNext, StudioMix, StudioLists]:
    """All that is to be told of ``dj``, which has ``mount`` or waits for it; ``at`` is now."""
    return _now(dj), _play(dj, mount, at), _next(dj), _mix(dj), _lists(dj)


def gone_from(path: str) -> StudioPlay:
    """What is told where there is no AutoDJ any more."""
    words = "There is no AutoDJ here any more."
    return StudioPlay(mount=path, state="gone", tally="Gone", words=words)


def steady_play(told: object, fresh: StudioPlay) -> StudioPlay:
    """``fresh``, or what was told if it says as much as that, the time being what it is."""
    if not isinstance(told, StudioPlay) or told.at is None or fresh.at is None:
        return fresh
    passed = datetime.fromisoformat(fresh.at) - datetime.fromisoformat(told.at)
    expected = told.elapsed_s + (passed.total_seconds() if told.runs else 0.0)
    as_told = structs.replace(fresh, elapsed_s=told.elapsed_s, at=told.at)
    is_there = abs(fresh.elapsed_s - expected) <= ASTRAY_S
    return told if is_there and as_told == told else fresh


def _now(dj: AutoDJSnapshot) -> StudioNow:
    unknown = decibels(None)
    if dj.now is None:
        return StudioNow(mount=dj.mount, lufs=unknown, gain=unknown, peak=unknown)
    track, measured = dj.now.track, dj.loudness
    by, plays = _names(track)
    return StudioNow(
        mount=dj.mount,
        entry=dj.now.id,
        plays=plays,
        by=by,
        album=_joined((track.album, str(track.year) if track.year else "")),
        why=dj.why,
        length=elapsed(track.seconds),
        seconds=round(track.seconds, 2),
        cover=cover_of(dj.mount, track),
        wave=waveform_of(dj.mount, track),
        lufs=decibels(None if measured is None else measured.lufs),
        gain=decibels(dj.gain_db),
        peak=decibels(None if measured is None else measured.peak_db),
    )


def _play(dj: AutoDJSnapshot, mount: MountSnapshot | None, at: datetime) -> StudioPlay:
    standing = standing_of(dj, mount)
    return StudioPlay(
        mount=dj.mount,
        state=dj.state.value,
        tally=standing.tally,
        dress=standing.dress,
        words=standing.words,
        runs=dj.state is DjState.PLAY and dj.now is not None,
        elapsed_s=round(dj.elapsed_s, 2),
        at=at.astimezone(UTC).isoformat(timespec="milliseconds"),
        shuffle=dj.modes.shuffle,
        loop=dj.modes.loop,
        volume=dj.volume,
    )


def _next(dj: AutoDJSnapshot) -> StudioNext:
    if dj.next is None:
        return StudioNext(mount=dj.mount)
    track = dj.next.track
    by, plays = _names(track)
    return StudioNext(
        mount=dj.mount,
        entry=dj.next.id,
        plays=plays,
        line=_joined((by, elapsed(track.seconds) if track.seconds else "")),
        cover=cover_of(dj.mount, track),
        wave=waveform_of(dj.mount, track),
        seconds=round(track.seconds, 2),
        join=join_words(dj.join, dj.join_s),
        join_s=dj.join_s,
        curve=dj.mix.curve,
    )


def _mix(dj: AutoDJSnapshot) -> StudioMix:
    mix = dj.mix
    return StudioMix(
        mount=dj.mount,
        seconds=seconds_words(mix.crossfade_s),
        curve=mix.curve,
        gain=mix.gain_by.value,
        words=mix_words(mix),
    )


def _lists(dj: AutoDJSnapshot) -> StudioLists:
    return StudioLists(
        mount=dj.mount,
        playlist=dj.playlist_version,
        playlist_count=dj.playlist_count,
        playlist_name=dj.playlist_name,
        queue=dj.queue_version,
        queue_count=dj.queue_count,
        played=0 if dj.now is None else dj.now.id,
        scanning=dj.scanning,
        found=dj.found,
        scanned=dj.scanned_at,
    )


def _names(track: TrackRow) -> tuple[str, str]:
    """Who plays, and what."""
    return artist_and_title(Tags(artist=track.artist, title=track.title))


def _joined(words: Sequence[str]) -> str:
    return ", ".join(filter(None, words))
