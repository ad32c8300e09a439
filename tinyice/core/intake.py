"""What sources bring to a mount: bytes, or chunks that are whole already."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tinyice.core.airing import go_out, tags_in
from tinyice.core.changeover import decide
from tinyice.core.hearing import is_silent
from tinyice.core.inputs import Input
from tinyice.core.source import Source
from tinyice.formats.base import Chunk

if TYPE_CHECKING:
    from tinyice.core.mount import Mount


def take(mount: "Mount", source: Source, data: bytes) -> None:
    """Bytes of ``source``; those of a session that was replaced are dropped."""
    entry = mount.air.on_air
    if entry is None or entry.source is not source:
        _take_aside(mount, source, data)
        return
    now = mount.now()
    if source.is_late(now):
        mount.air.begin_burst()
    _count(mount, entry, data)
    chunks = source.frame(data, now)
    go_out(mount, entry, chunks, now)
    _let_hear(entry, chunks)


def take_chunks(mount: "Mount", source: Source, chunks: Sequence[Chunk]) -> None:
    """Chunks of ``source``, whose stream is described; see ``take``."""
    entry = mount.air.inputs.of(source)
    if entry is None:
        return
    now = mount.now()
    stalled = entry.is_stalled(now, mount.settings.stall_after_s)
    if entry is mount.air.on_air and source.is_late(now):
        mount.air.begin_burst()
    source.count(sum(len(chunk.data) for chunk in chunks), now)
    if entry is mount.air.on_air:
        go_out(mount, entry, list(chunks), now)
    else:
        _keep(mount, entry, list(chunks), now, was_stalled=stalled)
    _let_hear(entry, chunks)


def _take_aside(mount: "Mount", source: Source, data: bytes) -> None:
    """Bytes of one who is not on air."""
    entry = mount.air.inputs.of(source)
    if entry is None:
        return
    now = mount.now()
    stalled = entry.is_stalled(now, mount.settings.stall_after_s)
    _count(mount, entry, data)
    chunks = source.frame(data, now)
    _keep(mount, entry, chunks, now, was_stalled=stalled)
    _let_hear(entry, chunks)


def _count(mount: "Mount", entry: Input, data: bytes) -> None:
    mount.bytes_in += len(data)
    if entry.recorder is not None:
        entry.recorder.write(data)


def _keep(
    mount: "Mount", entry: Input, chunks: list[Chunk], now: float, *, was_stalled: bool
) -> None:
    source, switching = entry.source, mount.air.switching
    if was_stalled:
        switching.lost(entry.slot, now, return_after_s=mount.settings.return_after_s)
    seconds = sum(chunk.seconds for chunk in chunks)
    source.brought(seconds, now)
    hold = source.pace.hold(seconds, now)
    if hold:
        source.control.hold(hold)
    for chunk in chunks:
        if chunk.tags is not None:
            mount.set_tags_of(source, tags_in(chunk), "stream")
    if chunks:
        if not is_silent(mount, entry):
            switching.good(entry.slot, now)
        entry.keep(chunks, now)
        decide(mount, now)


def _let_hear(entry: Input, chunks: Sequence[Chunk]) -> None:
    if entry.ear is not None and chunks:
        entry.ear.took(chunks)
