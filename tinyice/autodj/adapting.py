"""What an AutoDJ was, and what the configuration says now. Pure.

What was settled while it ran holds on, as long as the configuration says what it said
then; where it says something else, that holds.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tinyice.autodj.frozen import FrozenAutoDJ, FrozenLists, Said
from tinyice.autodj.gains import Levelling
from tinyice.autodj.lasting import ArrivingTable
from tinyice.autodj.playing import PlayState
from tinyice.config.autodjs import AutoDJ


@dataclass(frozen=True, slots=True)
class Inherited:
    """An AutoDJ of a process that hands over; ``table`` None: its process is not among it.

    ``unwanted`` is called if that is of no use any more.
    """

    frozen: FrozenAutoDJ
    table: ArrivingTable | None
    unwanted: Callable[[], None]


def said_of(config: AutoDJ, root: str) -> Said:
    """What ``config`` says, with its music in ``root``."""
    return Said(
        root,
        tuple(config.playlist),
        config.last_playlist,
        config.shuffle,
        config.loop,
        config.crossfade,
        Levelling(config.gain),
    )


def adapted(frozen: FrozenAutoDJ, now: Said) -> FrozenAutoDJ:
    """``frozen`` as it may go on."""
    then, player = frozen.said, frozen.player
    if now.crossfade_s != then.crossfade_s:
        player = replace(player, crossfade_s=now.crossfade_s)
    if now.levelling is not then.levelling:
        player = replace(player, levelling=now.levelling)
    lists = player.lists
    order = lists.succession
    if (now.shuffle, now.loop) != (then.shuffle, then.loop):
        modes = replace(order.modes, random=now.shuffle, repeat=now.loop)
        order = replace(order, modes=modes)
    if (now.root, now.playlist, now.last_playlist) == (
        then.root,
        then.playlist,
        then.last_playlist,
    ):
        player = replace(player, lists=replace(lists, succession=order))
        return FrozenAutoDJ(now, player, frozen.is_filled)
    if now.root != then.root:
        # It is as good as a new one, and nobody has stopped that.
        player = replace(player, state=PlayState.PLAY)
    fresh = FrozenLists(succession=replace(order, played=(), back=(), current=None))
    return FrozenAutoDJ(now, replace(player, lists=fresh, track=None), is_filled=True)
