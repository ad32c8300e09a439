"""Which input of a mount is on air, and how another takes its place.

Rules of this file:

- listeners stay where they are: what changes is what feeds the mount;
- what is decided is decided when something happens (an input comes, brings
  something, ends), and once a second besides;
- an element of the chain that players here do not understand is not on air while there
  are any; an encoder always may be, and then who can't follow is let go.
"""

from typing import TYPE_CHECKING

from tinyice.core.air import Hold
from tinyice.core.airing import emit, is_identified, write
from tinyice.core.backlog import Backlog, Entry
from tinyice.core.events import (
    FallbackDiffers,
    FallbackEnded,
    FallbackEngaged,
    FallbackRefused,
    HoldBegan,
    HoldEnded,
)
from tinyice.core.hearing import is_silent
from tinyice.core.inputs import Input, slots_of
from tinyice.core.source import STALE_AFTER_S, Source
from tinyice.core.wanting import is_wanted
from tinyice.formats.base import AudioInfo, Chunk

if TYPE_CHECKING:
    from tinyice.core.mount import Mount

ENDED = "the source ended"
STALLED = "the source brings nothing"
SILENT = "the source is silent"
NOTHING_ELSE = "nothing better feeds the mount"
BETTER = "a better one is back"

CHAIN_HOLD_S = 5.0
"""Where there is a chain, something of it may be back, or ready, in a moment."""

ANY = ""
"""The slot that is waited for when anything will do."""


def attach(mount: "Mount", source: Source) -> Input:
    """``source`` feeds the mount from now on: it is on air, or waits."""
    air, now = mount.air, mount.now()
    entry = air.inputs.add(source)
    if source.cue is not None:
        air.switching.good(entry.slot, now)
    if air.on_air is None and (air.hold is None or not _is_worse(mount, entry, air.hold.slot)):
        if not _is_refused(mount, entry):
            _put_on_air(mount, entry, now, NOTHING_ELSE)
    elif source.cue is not None:
        decide(mount, now)
    return entry


def detach(mount: "Mount", source: Source) -> Input | None:
    """``source`` is gone, and its input; None: it was no input any more."""
    air, now = mount.air, mount.now()
    entry = air.inputs.of(source)
    if entry is None:
        return None
    air.inputs.remove(entry)
    air.switching.lost(entry.slot, now, return_after_s=mount.settings.return_after_s)
    if entry is air.on_air:
        air.understood = air.format
        _remember_info(mount, entry)
        air.on_air = None
    return entry


def ended(mount: "Mount", entry: Input) -> None:
    """``entry``, which was detached, is gone without a successor: another takes its place."""
    air, now = mount.air, mount.now()
    if air.on_air is not None or air.last_slot != entry.slot:
        return
    ready = _ready(mount, now)
    hold = _hold_for(mount, entry, now, is_ready=bool(ready))
    if hold is not None:
        air.hold = hold
        mount.publish(HoldBegan(mount.path, hold.until - now))
    elif not ready:
        _end(mount, now)
    else:
        decide(mount, now)


def _hold_for(mount: "Mount", entry: Input, now: float, *, is_ready: bool) -> Hold | None:
    """Whether those who listen wait, now that ``entry`` is gone, and for what."""
    if not mount.listeners or mount.air.is_closing:
        return None
    settings = mount.settings
    if settings.hold_s and (entry.is_session or not is_ready):
        return Hold(entry.slot, now + settings.hold_s)
    if settings.chain and not is_ready:
        return Hold(ANY, now + CHAIN_HOLD_S)
    return None


def sweep(mount: "Mount", now: float) -> None:
    """Once a second: nothing may have happened, which is something, too."""
    if mount.air.hold is not None or len(mount.air.inputs) > 1:
        decide(mount, now)


def decide(mount: "Mount", now: float) -> None:
    """Put on air what belongs there."""
    air, settings = mount.air, mount.settings
    awaited = air.hold.slot if air.hold is not None and now < air.hold.until else None
    if awaited not in (None, ANY):
        return
    slots = [entry.slot for entry in _ready(mount, now)]
    before = air.on_air
    slot = air.switching.choose(
        slots,
        None if before is None else before.slot,
        now,
        return_after_s=settings.return_after_s,
    )
    if slot is None:
        if air.hold is not None and awaited is None:
            _end(mount, now)
        return
    entry = air.inputs.at(slot)
    if entry is None or entry is before:
        return
    if before is None:
        _put_on_air(mount, entry, now, ENDED)
    elif before.slot in slots:
        if entry.source.origin is not before.source.origin:
            _put_on_air(mount, entry, now, BETTER)
            air.switching.returned(slot, now)
    else:
        air.switching.lost(before.slot, now, return_after_s=settings.return_after_s)
        _put_on_air(mount, entry, now, SILENT if is_silent(mount, before) else STALLED)


def close(mount: "Mount") -> None:
    """The mount is to be empty: nothing takes the place of what ends."""
    mount.air.is_closing = True
    _end_hold(mount, "the mount is closed")


def _ready(mount: "Mount", now: float) -> list[Input]:
    """Those that could be on air, best first: one that is silent only where no other can."""
    if mount.air.is_closing or mount.settings.disabled:
        return []
    found = [
        entry
        for entry in mount.air.inputs.ranked(mount.settings.chain)
        if _is_ready(mount, entry, now)
    ]
    return [entry for entry in found if not is_silent(mount, entry)] or found


def _is_ready(mount: "Mount", entry: Input, now: float) -> bool:
    stalled = entry.is_stalled(now, mount.settings.stall_after_s)
    if entry is mount.air.on_air or stalled:
        return not stalled
    return entry.is_ready and not _is_refused(mount, entry)


def _is_refused(mount: "Mount", entry: Input) -> bool:
    """Whether players here would not understand it; that is told once."""
    heard, ours = mount.format, entry.source.format
    fits = heard is None or ours in (None, heard) or _is_heard_by_nobody(mount)
    if entry.slot not in mount.settings.chain or fits:
        entry.refused = ""
        return False
    if not _is_told_apart(entry):
        return True
    reason = f"{mount.path} plays {heard} and {entry.slot} {ours}"
    if entry.refused != reason:
        entry.refused = reason
        mount.publish(FallbackRefused(mount.path, entry.slot, reason))
    return True


def _is_heard_by_nobody(mount: "Mount") -> bool:
    """Whether a fallback is on air, or nothing, and nobody is there who would have to follow."""
    on_air = mount.air.on_air
    return (on_air is None or on_air.slot in mount.settings.chain) and not is_wanted(mount)


def _is_told_apart(entry: Input) -> bool:
    """Whether enough came to know which players understand it."""
    return entry.backlog is None or is_identified(entry.source, entry.backlog.chunks())


def _put_on_air(mount: "Mount", entry: Input, now: float, why: str) -> None:
    air = mount.air
    programme, before = air.programme, air.on_air
    _end_hold(mount, f"{entry.slot} is on air")
    air.heard = air.format
    if before is not None:
        _remember_info(mount, before)
        before.backlog = Backlog(programme.headers, is_whole=False)
    missed = max(0.0, now - programme.written_at) if programme.goes_on else 0.0
    closing = programme.closing()
    if closing:
        emit(mount, Chunk(closing), now)
    is_late = missed > STALE_AFTER_S
    start = _enter(mount, entry, missed, now)
    air.on_air = entry
    if start.chunks:
        air.plays(entry.source.origin, now)
    air.is_known = is_identified(entry.source, start.chunks) and bool(start.chunks)
    if air.is_known:
        _let_go_who_cannot_follow(mount, entry)
    programme.begin(start.headers, is_whole=start.is_whole, is_stale=is_late)
    if is_late:
        air.begin_burst()
    air.switching.good(entry.slot, now)
    _tell(mount, entry, now, why)
    mount.play(entry.tags, "stream" if entry.is_session else "fallback")
    for chunk in start.chunks:
        write(mount, chunk, entry.source, now)
    if before is not None and before.source.cue is not None:
        before.source.cue.end()
    if entry.source.cue is not None:
        entry.source.cue.begin()


def _enter(mount: "Mount", entry: Input, missed: float, now: float) -> Entry:
    """What those begin with who have heard nothing for so long."""
    backlog, entry.backlog = entry.backlog, None
    if entry.source.cue is not None:
        headers = entry.source.cue.headers
        backlog = Backlog(headers or b"", is_whole=headers is None)
    elif backlog is None:
        backlog = Backlog(mount.air.programme.headers, is_whole=False)
    if mount.air.programme.goes_on:
        backlog.drop_heard(mount.air.played)
    return backlog.enter(missed, now)


def _let_go_who_cannot_follow(mount: "Mount", entry: Input) -> None:
    air = mount.air
    if air.heard not in (None, entry.source.format) and air.programme.goes_on:
        mount.release_listeners()
    mount.format_known(mount)


def _remember_info(mount: "Mount", entry: Input) -> None:
    stream = entry.source.stream
    mount.air.info = AudioInfo() if stream is None else stream.info


def _tell(mount: "Mount", entry: Input, now: float, why: str) -> None:
    """Publish what the change is, if it is one."""
    air = mount.air
    before, air.last_slot = air.last_slot, entry.slot
    if before == entry.slot:
        return
    _warn_of_difference(mount, entry)
    if entry.slot in mount.settings.chain or (before and _is_worse(mount, entry, before)):
        if air.engaged_at is None:
            air.engaged_at = now
        mount.publish(FallbackEngaged(mount.path, entry.slot, why))
    elif air.engaged_at is not None:
        _end_fallback(mount, entry.slot, now)


def _warn_of_difference(mount: "Mount", entry: Input) -> None:
    stream, before = entry.source.stream, mount.air.info
    if stream is None or not mount.air.programme.goes_on:
        return
    ours = stream.info
    if not (before.samplerate and ours.samplerate):
        return
    theirs = (before.samplerate, before.channels)
    if theirs != (ours.samplerate, ours.channels):
        reason = f"{_words(before)} before, {_words(ours)} now"
        mount.publish(FallbackDiffers(mount.path, entry.slot, reason))


def _words(info: AudioInfo) -> str:
    return f"{info.samplerate} Hz with {info.channels} channel{'' if info.channels == 1 else 's'}"


def _end_fallback(mount: "Mount", slot: str, now: float) -> None:
    engaged_at, mount.air.engaged_at = mount.air.engaged_at, None
    if engaged_at is not None:
        mount.publish(FallbackEnded(mount.path, slot, now - engaged_at))


def _end_hold(mount: "Mount", reason: str) -> None:
    if mount.air.hold is not None:
        mount.air.hold = None
        mount.publish(HoldEnded(mount.path, reason))


def _end(mount: "Mount", now: float) -> None:
    """Nothing is left: everyone gets what there is, and goes."""
    _end_hold(mount, "nothing came")
    _end_fallback(mount, "", now)
    mount.air.last_slot = ""
    mount.air.played.clear()
    mount.release_listeners()


def _is_worse(mount: "Mount", entry: Input, slot: str) -> bool:
    """Whether ``entry`` comes behind the input of ``slot``."""
    slots = slots_of(mount.settings.chain)
    if slot not in slots or entry.slot not in slots:
        return False
    return slots.index(entry.slot) > slots.index(slot)
