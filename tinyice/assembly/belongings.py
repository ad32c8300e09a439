"""What of the parts goes over to a successor, or comes from a predecessor."""

from typing import cast

from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IReactorFDSet

from tinyice.assembly.build import Parts
from tinyice.handover.belongings import Belongings, Memory
from tinyice.handover.parts import Travelling


def belongings_of(parts: Parts, reactor: ReactorBase) -> Belongings:
    """The names of memories are part of the protocol between versions."""
    behind = parts.behind
    chronicle = behind.chronicle
    memories: dict[str, Memory] = {
        "sessions": behind.access.sessions,
        "lockouts": behind.access.lockouts,
        "counters": parts.mounts.counters,
        "tally": behind.gauges.tally,
        "trends": chronicle.trends,
        "recent": chronicle.recent,
        "latest": chronicle.latest,
        "played": chronicle.played,
        "playing": parts.streaming.playing,
        "relays": parts.outward.relaying,
    }
    parts_with_more: dict[str, Travelling] = {
        "autodjs": parts.streaming.autodjing,
        "mpd": parts.mpd,
        "transcoders": parts.streaming.transcoding,
    }
    return Belongings(
        mounts=parts.mounts,
        front=parts.front,
        ports=parts.entrances,
        relays=parts.outward.relaying,
        pushes=parts.outward.relaying.pushing,
        memories=memories,
        parts=parts_with_more,
        reactor=cast("IReactorFDSet", reactor),
        clock=reactor,
    )
