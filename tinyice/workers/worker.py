"""What a worker process does: it serves the listeners that the main process gives it."""

import os
import socket
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from itertools import chain, islice
from typing import Any

from twisted.internet.interfaces import IReactorFDSet, IReactorTime

from tinyice.core.clients import Client
from tinyice.core.listener import Listener
from tinyice.core.moves import OWED_PARTS_MAX
from tinyice.core.snapshots import LOW_LATENCY, PulseSnapshot
from tinyice.work.frames import FrameReader
from tinyice.workers import messages as say
from tinyice.workers.channel import Channel
from tinyice.workers.feed import SharedFeed
from tinyice.workers.pausing import Pausing
from tinyice.workers.player import Player
from tinyice.workers.shared import SharedRing

SOMEBODY = Client("")
"""Who a listener is, the main process knows."""

_FLUSH_S = 0.01
_BEHIND_MAX = 500
"""Of so many who do not keep up it is told how far they lie behind."""


class Worker:
    """The feeds and players of this process.

    ``paced`` is told of other bounds of the pulse, in milliseconds; ``ended`` is called when
    the work is over.
    """

    def __init__(
        self,
        end: socket.socket,
        *,
        reactor: IReactorFDSet,
        clock: IReactorTime,
        jumps_max: int,
        paced: Callable[[tuple[int, int]], None],
        ended: Callable[[], None],
    ) -> None:
        self.reactor = reactor
        self._clock = clock
        self._jumps_max = jumps_max
        self._paced = paced
        self._ended = ended
        self._feeds: dict[int, SharedFeed] = {}
        self._players: dict[int, Player] = {}
        self._slices = {False: 1, True: 1}
        self._lead = b""
        self._behind: AbstractSet[int] = frozenset()
        """Who was told to lie behind."""
        self._orders: dict[type[say.Message], Callable[[Any], None]] = {
            say.Open: self._open,
            say.Shut: self._shut,
            say.Take: self._take,
            say.Jump: self._jump,
            say.Part: self._part,
            say.Lead: self._keep_lead,
            say.Cross: self._cross,
            say.Drop: self._drop,
            say.Hurry: self._hurry,
            say.End: self._end,
            say.Halt: self._halt,
            say.Settle: self._settle,
            say.Stop: self._stop,
        }
        reader = FrameReader(say.TO_WORKER, max_payload=say.PREFIX_MAX + say.SHORT)
        self._channel = Channel(end, reader, self, reactor)
        self._pausing = Pausing(self._players, self._feeds, self._carry_out, self._channel.send)

    def begin(self) -> None:
        """Tell the main process that listeners may come."""
        self._channel.send(say.Ready())

    def received(self, message: say.Message) -> None:
        """``ChannelUser.received``."""
        if not self._pausing.keeps(message):
            self._carry_out(message)
            self._pausing.look()

    def channel_lost(self) -> None:
        """``ChannelUser.channel_lost``: without the main process there is nothing to do."""
        self._ended()

    def deliver(self, turn: int, turns: int, *, low_latency: bool) -> None:
        """``Delivered.deliver``."""
        if self._pausing.is_on:
            return
        for feed in tuple(self._feeds.values()):
            if feed.low_latency == low_latency:
                feed.deliver(turn, turns)

    def spread(self, slices: int, *, low_latency: bool) -> None:
        """``Delivered.spread``."""
        self._slices[low_latency] = slices
        for feed in self._feeds.values():
            if feed.low_latency == low_latency:
                feed.seating.spread(slices)

    def audience(self, *, low_latency: bool) -> int:
        """``Delivered.audience``."""
        feeds = self._feeds.values()
        return sum(len(feed) for feed in feeds if feed.low_latency == low_latency)

    def report(self, pulses: Iterable[PulseSnapshot]) -> None:
        """Once a second: tell what was served, and how ``pulses`` beat.

        Even where nobody listens: without that the main process ends us.
        """
        for feed in self._feeds.values():
            self._report(feed)
        self._report_behind()
        for pulse in pulses:
            beat = say.Beat(
                pulse.name == LOW_LATENCY,
                pulse.seconds,
                pulse.lateness_seconds,
                pulse.stretched,
                pulse.busy_ratio,
            )
            self._channel.send(beat)

    def closed(self, player: Player, *, too_slow: bool = False) -> None:
        """``Household.closed``."""
        listener = player.listener
        del self._players[listener.id]
        feed = listener.feed
        if isinstance(feed, SharedFeed):
            feed.dismiss(listener)
            self._report(feed)
        listener.let_go()
        gone = say.Gone(listener.id, too_slow, listener.bytes_out, listener.jumps)
        self._channel.send(gone)

    def soon(self, player: Player) -> None:
        """``Household.soon``."""
        self._clock.callLater(0, player.lose)

    def overrun(self, listener: Listener) -> None:
        """``Overruns.overrun``."""
        self._channel.send(say.Overrun(listener.id, listener.offset))

    def too_slow(self, listener: Listener) -> None:
        """``Overruns.too_slow``."""
        self._players[listener.id].lose(too_slow=True)

    def _carry_out(self, message: say.Message) -> None:
        self._orders[type(message)](message)

    def _halt(self, _message: say.Halt) -> None:
        self._pausing.begin()

    def _open(self, message: say.Open) -> None:
        descriptor = self._channel.next_descriptor()
        if descriptor is None:
            # Without this ring nothing is right any more: the main process begins anew.
            self._ended()
            return
        try:
            ring = SharedRing(descriptor, message.capacity)
        finally:
            os.close(descriptor)
        known = self._feeds.get(message.feed)
        if known is not None:
            known.follow(ring)
            return
        self._feeds[message.feed] = SharedFeed(
            message.feed,
            ring,
            self,
            jumps_max=self._jumps_max,
            low_latency=message.low_latency,
            slices=self._slices[message.low_latency],
        )

    def _hurry(self, message: say.Hurry) -> None:
        self._feeds[message.feed].deliver()

    def _end(self, message: say.End) -> None:
        self._feeds[message.feed].end(message.until)

    def _shut(self, message: say.Shut) -> None:
        feed = self._feeds.pop(message.feed)
        self._report(feed)
        feed.close()

    def _take(self, message: say.Take) -> None:
        descriptor = self._channel.next_descriptor()
        if descriptor is None:
            self._channel.send(say.Gone(message.listener, False, message.bytes_out, message.jumps))
            return
        player = Player(socket.socket(fileno=descriptor), self)
        listener = Listener(message.listener, SOMEBODY, player, self._clock.seconds())
        listener.jumps = message.jumps
        player.listener = listener
        self._players[listener.id] = player
        self._feeds[message.feed].join(listener, message.offset, message.bytes_out)

    def _jump(self, message: say.Jump) -> None:
        player = self._players.get(message.listener)
        feed = None if player is None else player.listener.feed
        if player is not None and isinstance(feed, SharedFeed):
            feed.jump(player.listener, message.prefix, message.target)

    def _part(self, message: say.Part) -> None:
        player = self._players.get(message.listener)
        if player is None:
            return
        listener = player.listener
        if isinstance(listener.feed, SharedFeed):
            listener.feed.dismiss(listener)
            listener.feed = None
        parted = say.Parted(listener.id, listener.position, listener.bytes_out)
        self._channel.send(parted)

    def _keep_lead(self, message: say.Lead) -> None:
        self._lead = message.prefix

    def _cross(self, message: say.Cross) -> None:
        player = self._players.get(message.listener)
        if player is None:
            return
        if len(player.listener.pending) > OWED_PARTS_MAX:
            player.lose(too_slow=True)
        else:
            self._feeds[message.feed].welcome(player.listener, self._lead, message.target)

    def _drop(self, message: say.Drop) -> None:
        player = self._players.get(message.listener)
        if player is None:
            return
        if message.at_once:
            player.abort()
        else:
            player.finish()

    def _report(self, feed: SharedFeed) -> None:
        done = feed.seating
        if done.sends or done.bytes_out:
            self._channel.send(say.Served(feed.number, done.sends, done.bytes_out))
            done.sends = done.bytes_out = 0

    def _report_behind(self) -> None:
        everyone = chain.from_iterable(feed.behind() for feed in self._feeds.values())
        behind = {listener.id: lag for listener, lag in islice(everyone, _BEHIND_MAX)}
        for number in self._behind - behind.keys():
            self._channel.send(say.Behind(number, 0))
        for number, lag in behind.items():
            self._channel.send(say.Behind(number, lag))
        self._behind = behind.keys()

    def _settle(self, message: say.Settle) -> None:
        self._jumps_max = message.jumps_max
        for feed in self._feeds.values():
            feed.jumps_max = message.jumps_max
        self._paced((message.shortest, message.longest))

    def _stop(self, _message: say.Stop) -> None:
        for player in tuple(self._players.values()):
            player.finish()
        self._end_when_said()

    def _end_when_said(self) -> None:
        if self._channel.waiting:
            self._clock.callLater(_FLUSH_S, self._end_when_said)
        else:
            self._ended()
