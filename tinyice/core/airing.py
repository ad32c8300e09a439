"""From the input on air to the listeners of a mount.

Rules of this file:

- taps get each chunk as listeners do, before it is written;
- who listens hears nothing that their players do not understand: before the first
  chunk of another format they are let go.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tinyice.core.inputs import Input
from tinyice.core.source import Source
from tinyice.core.tags import Tags
from tinyice.formats.base import Chunk

if TYPE_CHECKING:
    from tinyice.core.mount import Mount


def go_out(mount: "Mount", entry: Input, chunks: list[Chunk], now: float) -> None:
    """Chunks of the input on air, which came now, for everyone."""
    air, source = mount.air, entry.source
    if not air.is_known and chunks:
        identify(mount, source, chunks)
    if chunks:
        air.plays(source.origin, now)
    seconds = 0.0
    for chunk in chunks:
        seconds += chunk.seconds
        write(mount, chunk, source, now)
        if chunk.tags is not None:
            mount.set_tags_of(source, tags_in(chunk), "stream")
    source.brought(seconds, now)
    branches = (feed.branch for feed in air.feeds)
    breath = air.haste.pause_for(branches, air.feeds.ring, now)
    hold = max(source.pace.hold(seconds, now), breath)
    if hold:
        source.control.hold(hold)
    if mount.awaiting:
        mount.tell_awaiting()


def write(mount: "Mount", chunk: Chunk, source: Source, now: float) -> None:
    """One chunk of ``source``, which is on air."""
    air = mount.air
    mended = air.programme.mend(chunk, source)
    if mended is not None:
        emit(mount, mended, now)


def emit(mount: "Mount", chunk: Chunk, now: float) -> None:
    """A chunk as it is: to taps, and to the feeds."""
    air = mount.air
    if air.taps:
        for tap in tuple(air.taps):
            tap.took(mount, chunk)
    air.feeds.write(chunk)
    air.programme.written_at = now


def identify(mount: "Mount", source: Source, chunks: Iterable[Chunk]) -> None:
    """See to it that who listens understands ``source``, before its first chunks are written."""
    air = mount.air
    if not is_identified(source, chunks):
        return
    air.is_known = True
    if air.heard not in (None, source.format) and air.programme.goes_on:
        mount.release_listeners()
        air.programme.begin_anew()
    mount.format_known(mount)


def is_identified(source: Source, chunks: Iterable[Chunk]) -> bool:
    """Whether enough came to know for which players the stream is."""
    stream = source.stream
    if stream is None:
        return False
    return (
        not stream.needs_headers
        or bool(stream.info.subtype)
        or any(chunk.headers or chunk.sync_points for chunk in chunks)
    )


def tags_in(chunk: Chunk) -> Tags:
    """What the chunk itself says that it plays."""
    told = chunk.tags or {}
    return Tags(artist=told.get("artist", ""), title=told.get("title", ""))
