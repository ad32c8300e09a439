"""Listeners go from one mount to another, and their players notice nothing but the sound.

Each gets its old stream up to the end of a whole unit, then the stream headers
of the other mount where its format has any, then that stream from the newest
place where it may begin. Nothing is given twice, and there is no burst: the
player has one already. Metadata goes on at the interval that was announced.
"""

from collections.abc import Callable, Collection
from typing import Protocol

from tinyice.core.errors import FormatsDiffer, MountIdle, SameMount
from tinyice.core.events import Event, ListenerMoved
from tinyice.core.feed import Feed
from tinyice.core.listener import Listener
from tinyice.core.mount import Mount
from tinyice.core.placement import Join, Parting

OWED_PARTS_MAX = 24
"""Who has so much to get still, and takes none of it, is moved no more."""


class Ferry(Protocol):
    """Brings listeners who are served by other processes to another feed."""

    def ferry(self, listener: Listener, before: Feed, path: str) -> None:
        """``listener`` has left ``before``, of the mount ``path``, for the feed that it has now.

        Its process tells where it stood; ``land`` says where it goes on.
        """


class Carrier(Ferry, Protocol):
    """Brings listeners to other processes."""

    def carry(self, mount: Mount) -> None:
        """Take those listeners of ``mount`` who are level with its stream, or some."""


def move(
    before: Mount,
    after: Mount,
    ids: Collection[int] | None,
    *,
    ferry: Ferry | None,
    publish: Callable[[Event], None],
) -> int:
    """Let those of ``before``, or all, go on listening to ``after``; how many did.

    Whom ``after`` has no room for stays, and so does who is leaving.
    """
    _check(before, after)
    everyone = before.listeners
    numbers = tuple(everyone) if ids is None else [number for number in ids if number in everyone]
    crossings: dict[Feed, Crossing] = {}
    moved = 0
    for number in numbers:
        listener = everyone.get(number)
        feed = None if listener is None else listener.feed
        if listener is None or listener.until is not None or not isinstance(feed, Feed):
            continue
        if after.is_full:
            break
        if len(listener.pending) > OWED_PARTS_MAX:
            before.drop_slow(listener)
            continue
        crossing = crossings.get(feed)
        if crossing is None:
            crossing = crossings[feed] = Crossing(before, after, feed)
        before.give_up(listener)
        after.receive(listener)
        crossing.bring(listener, ferry)
        publish(ListenerMoved(before.path, after.path, listener.id, listener.client))
        moved += 1
    return moved


def land(listener: Listener, before: Feed, path: str, offset: int, bytes_out: int) -> Join | None:
    """Where ``listener``, who is away, goes on in the feed that it has now.

    It had ``bytes_out`` bytes, and stood at ``offset`` of ``before``, of the
    mount ``path``. None: the end of what it had begun is lost.
    """
    after, mount = listener.feed, listener.mount
    if mount is None or not isinstance(after, Feed):
        return None
    if not before.ring.tail <= offset <= before.ring.head:
        return None
    parting = before.part(offset)
    listener.has_left(path, parting.audio)
    prefix, target = after.enter(listener.heard_of(mount.path), parting.phase)
    whole = [parting.rest, *prefix]
    listener.stand_at(target, bytes_out + sum(map(len, whole)))
    return whole, target


class Crossing:
    """From a feed of one mount to the like one of another.

    What is the same for those who stood level is found once.
    """

    def __init__(self, before: Mount, after: Mount, feed: Feed) -> None:
        self._from = before.path
        self._to = after.path
        self._before = feed
        self._after = after.feed_for(feed.metaint)
        self._partings: dict[int, Parting] = {}
        self._joins: dict[tuple[int, int], Join] = {}

    def bring(self, listener: Listener, ferry: Ferry | None) -> None:
        """Let ``listener`` go on in the other feed."""
        after = self._after
        self._before.dismiss(listener)
        if listener.is_away and ferry is not None:
            after.away.add(listener)
            listener.cross_away(after)
            ferry.ferry(listener, self._before, self._from)
            return
        if listener.phase is not None:
            # It gets its place when its opening is out.
            listener.cross(after, [], after.ring.head)
        else:
            parting = self._parting(listener.offset)
            prefix, target = self._join(listener.heard_of(self._to), parting.phase)
            listener.cross(after, [parting.rest, *prefix], target)
            listener.has_left(self._from, parting.audio)
        after.seating.go_on_soon(listener)

    def _parting(self, offset: int) -> Parting:
        known = self._partings.get(offset)
        if known is None:
            known = self._partings[offset] = self._before.part(offset)
        return known

    def _join(self, fresh_from: int, phase: int) -> Join:
        known = self._joins.get((fresh_from, phase))
        if known is None:
            known = self._joins[fresh_from, phase] = self._after.enter(fresh_from, phase)
        return known


def _check(before: Mount, after: Mount) -> None:
    if before is after:
        raise SameMount(before.path)
    after.check_audible()
    theirs, ours = before.format, after.format
    if theirs is None:
        raise MountIdle(before.path)
    if theirs != ours:
        raise FormatsDiffer(before.path, after.path, str(theirs), str(ours))
