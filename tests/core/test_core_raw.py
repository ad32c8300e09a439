"""Streams without units, with ICY metadata, and players that fall behind."""

import re
from random import Random

import pytest

from core.deicy import deinterleave
from core.fakes import BOUNDLESS, Rig
from tinyice.core.settings import MountSettings
from tinyice.core.tags import Tags
from tinyice.formats.raw import RawFramer

FILLER = re.compile(rb"(?:ID3\x04\0\0.{4}\0*|\0+)+", re.DOTALL)


def losses(payload: bytes, content: bytes) -> int:
    """How often ``payload``, less its fillers, leaves the order of ``content``: ever forward."""
    rest = FILLER.sub(b"", payload)
    breaks, at = -1, 0
    while rest:
        at = next(
            found for length in range(24, 0, -1) if (found := content.find(rest[:length], at)) >= 0
        )
        run = common_length(rest, content[at : at + len(rest)])
        rest, at, breaks = rest[run:], at + run, breaks + 1
    return max(breaks, 0)


def common_length(one: bytes, other: bytes) -> int:
    """How far two runs agree from their beginning."""
    same, differs = 0, min(len(one), len(other)) + 1
    while differs - same > 1:
        middle = (same + differs) // 2
        same, differs = (middle, differs) if one[:middle] == other[:middle] else (same, middle)
    return same


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_lost_the_rest_is_in_place(seed: int) -> None:
    """Blocks stand where the player counts; each piece between losses is the source's."""
    dice = Random(seed)
    metaint = dice.choice((256, 777, 4096, 16000, 65536))
    rig = Rig(settings=MountSettings("", queue_bytes=dice.choice((65536, 200_000))))
    mount, source = rig.on_air(framer=RawFramer())
    content = b"".join(b"%08d" % at for at in range(10_000_000, 10_150_000))
    at, title = 0, 0
    players = []
    while at < len(content):
        size = dice.randint(1, 60_000)
        mount.take(source, content[at : at + size])
        at += size
        if dice.random() < 0.2 and len(players) < 8:
            players.append(rig.listen(mount, metaint, room=dice.choice((0, 900, BOUNDLESS))))
        if dice.random() < 0.3:
            title += 1
            mount.set_tags(Tags(title=str(title)), "admin")
        if players:
            dice.choice(players)[1].give(dice.choice((10, 3000, 40_000, BOUNDLESS)))
        if dice.random() < 0.6:
            rig.mounts.deliver()
    for listener, player in players:
        player.give()
        rig.mounts.deliver()
        received = deinterleave(bytes(player.got), metaint)
        assert losses(received.payload, content) <= listener.jumps
        told = [int(one) for one in received.titles if one]
        assert told == sorted(told)
