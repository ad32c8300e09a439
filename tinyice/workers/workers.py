"""The workers of a station: who serves which listener, and what becomes of it.

A listener joins in the main process, which knows the mount, the intro, the burst
and the metadata. Once it is level with the others it is carried to the worker
with the fewest listeners; from then on its account is kept here, and its bytes
are sent there.
"""

from collections.abc import Callable
from itertools import count as numbers
from itertools import islice

from twisted.internet.defer import Deferred, DeferredList

from tinyice.core.events import DropReason, Event, WorkerLost
from tinyice.core.feed import Feed
from tinyice.core.listener import Listener
from tinyice.core.mount import Mount
from tinyice.core.moves import land
from tinyice.core.ring import SPAN
from tinyice.core.snapshots import WorkersSnapshot
from tinyice.net.listener import ListenerConnection
from tinyice.net.periodic import Periodic
from tinyice.work.children import Ending
from tinyice.workers import messages as say
from tinyice.workers.away import Away
from tinyice.workers.branch import SharedBranch
from tinyice.workers.halting import Halting
from tinyice.workers.link import Link, Surroundings
from tinyice.workers.watch import REPORT_S

QUEUE_MIN_BYTES = 8 * SPAN
"""A source may bring an eighth of this in one piece."""


class Workers:
    """``core.mounts.Carrier``: brings listeners to ``count`` processes.

    Each takes ``listeners_max`` of them.
    """

    def __init__(
        self,
        count: int,
        surroundings: Surroundings,
        *,
        listeners_max: int,
        publish: Callable[[Event], None],
    ) -> None:
        self.links: tuple[Link, ...] = ()
        """The processes, also those that are leaving."""
        self._surroundings = surroundings
        self._listeners_max = listeners_max
        self._publish = publish
        self._branches: dict[int, SharedBranch] = {}
        self._numbers = numbers()
        self._stopping = False
        self._halting: Halting | None = None
        self._restarts = 0
        self._looking = Periodic("worker watch", surroundings.clock, REPORT_S, self._look)
        self.resize(count)

    def start(self) -> None:
        """Begin the processes."""
        for link in self.links:
            link.start()
        self._looking.startService()

    def resize(self, count: int) -> None:
        """Let so many processes serve; one that is not wanted ends with its last listener."""
        wanted = [link for link in self.links if not link.is_leaving]
        for link in wanted[count:]:
            link.leave()
        taken = {link.number for link in self.links}
        free = (number for number in numbers(1) if number not in taken)
        added = tuple(
            Link(number, self, self._surroundings)
            for number in islice(free, max(0, count - len(wanted)))
        )
        self.links += added
        if self._looking.running:
            for link in added:
                link.start()

    def settle(self, jumps_max: int, pulse_ms: tuple[int, ...]) -> None:
        """These limits hold in the processes from now on."""
        shortest, longest = pulse_ms
        for link in self.links:
            link.tell(say.Settle(jumps_max, shortest, longest))

    async def stop(self) -> None:
        """Let all listeners go, and end the processes."""
        self._stopping = True
        self._looking.stopService()
        endings = [ending for link in self.links if (ending := link.stop()) is not None]
        waiting: Deferred[object] = DeferredList(endings)  # type: ignore[assignment]
        await waiting

    def halt(self) -> Halting:
        """Let them serve nobody, and tell where everyone stands; ``go_on`` takes it back."""
        self._halting = Halting(link for link in self.links if link.is_ready)
        return self._halting

    def go_on(self) -> None:
        """Let them serve their listeners again."""
        halting, self._halting = self._halting, None
        if halting is not None:
            halting.end()

    async def forsake(self) -> None:
        """End the processes, whose listeners are served elsewhere by now."""
        self._stopping = True
        self._looking.stopService()
        halting, self._halting = self._halting, None
        if halting is not None:
            halting.forget()
        endings = [ending for link in self.links if (ending := link.forsake()) is not None]
        waiting: Deferred[object] = DeferredList(endings)  # type: ignore[assignment]
        await waiting

    def snapshot(self) -> WorkersSnapshot:
        """How they are at this moment."""
        running = sum(link.is_ready for link in self.links)
        each = tuple(link.snapshot() for link in self.links)
        return WorkersSnapshot(running=running, restarts=self._restarts, each=each)

    def carry(self, mount: Mount) -> None:
        """``Carrier.carry``."""
        if self._halting is not None:
            return
        for feed in mount.feeds:
            branch = feed.branch
            if branch is not None:
                branch.update()
            for cohort in feed.seating.cohorts:
                for listener in tuple(cohort.members):
                    if not listener.stays and not self._carry(mount, feed, listener):
                        return

    def ferry(self, listener: Listener, before: Feed, path: str) -> None:
        """``Ferry.ferry``."""
        away = listener.outlet
        if isinstance(away, Away):
            away.ferry(before, path)

    def heard(self, link: Link, message: say.Message) -> None:
        """``LinkUser.heard``."""
        match message:
            case say.Gone() | say.Overrun() | say.Parted() | say.Behind():
                away = link.away.get(message.listener)
                if away is not None:
                    self._heard_of(link, away, message)
            case say.Held():
                descriptor, away = link.next_descriptor(), link.away.get(message.listener)
                if self._halting is not None:
                    self._halting.held(link, away, message, descriptor)
            case say.Halted():
                if self._halting is not None:
                    self._halting.halted(link)
            case say.Served():
                branch = self._branches.get(message.feed)
                if branch is not None:
                    branch.feed.served_away(message.sends, message.bytes_out)

    def link_lost(self, link: Link, ending: Ending) -> None:
        """``LinkUser.link_lost``: those whom it served are lost with it."""
        for branch in self._branches.values():
            branch.forget(link)
        if self._halting is not None:
            self._halting.lost(link)
        lost, link.away = link.away, {}
        for away in lost.values():
            listener = away.listener
            if listener.drop_reason is DropReason.LEFT:
                listener.drop_reason = DropReason.WORKER_LOST
            away.gone(_as_if_level(listener), listener.jumps, too_slow=False)
        if not self._stopping and not link.has_left:
            self._restarts += not link.is_leaving
            self._publish(WorkerLost(link.number, ending.reason, len(lost)))

    def _heard_of(self, link: Link, away: Away, message: say.FromWorker) -> None:
        match message:
            case say.Gone():
                del link.away[message.listener]
                away.gone(message.bytes_out, message.jumps, too_slow=message.too_slow)
            # Who is on the way to another feed is asked for there.
            case say.Overrun() if away.ferrying is None:
                self._rejoin(link, away, message.offset)
            case say.Parted() if away.ferrying is not None:
                self._land(link, away, message)
            case say.Behind():
                away.listener.lag_away = message.lag

    def _look(self) -> None:
        for link in self.links:
            link.look()
            if link.is_leaving and not link.away and not link.has_left:
                ending = link.stop()
                if ending is not None:
                    ending.addCallback(self._forget, link)
                else:
                    self._forget(None, link)

    def _forget(self, _ending: Ending | None, link: Link) -> None:
        self.links = tuple(one for one in self.links if one is not link)

    def _carry(self, mount: Mount, feed: Feed, listener: Listener) -> bool:
        """Give ``listener`` to a worker; False if there is none for anybody now."""
        link = self._least_loaded()
        if link is None:
            return False
        connection = listener.outlet
        if not isinstance(connection, ListenerConnection):
            listener.stays = True
            return True
        branch = self._branch_of(mount, feed)
        given = connection.give_away() if branch.show(link) else None
        if given is None:
            listener.stays = True
            return True
        feed.send_away(listener)
        away = Away(link, listener, connection)
        listener.outlet = away
        link.away[listener.id] = away
        take = say.Take(
            listener.id, branch.number, listener.offset, listener.bytes_out, listener.jumps
        )
        link.say(take, given.detach())
        return True

    def _least_loaded(self) -> Link | None:
        most = self._listeners_max
        free = [link for link in self.links if link.takes_more and len(link.away) < most]
        return min(free, key=lambda link: len(link.away), default=None)

    def _branch_of(self, mount: Mount, feed: Feed) -> SharedBranch:
        if isinstance(feed.branch, SharedBranch):
            return feed.branch
        number = next(self._numbers)
        forget = self._branches.pop
        branch = SharedBranch(number, mount, feed, forget=forget)
        feed.branch = self._branches[number] = branch
        return branch

    def _rejoin(self, link: Link, away: Away, offset: int) -> None:
        """The listener has fallen behind by most of the ring: say where it goes on."""
        feed = away.listener.feed
        if not isinstance(feed, Feed):
            return
        if feed.branch is not None:
            feed.branch.update()
        join = feed.rejoin_away(away.listener, offset)
        prefix = b"" if join is None else b"".join(join[0])
        if join is None or len(prefix) > say.PREFIX_MAX:
            away.too_slow()
        else:
            link.say(say.Jump(away.listener.id, join[1], prefix))

    def _land(self, link: Link, away: Away, message: say.Parted) -> None:
        """The listener was moved, and had come so far: say where it goes on."""
        ferrying, away.ferrying = away.ferrying, None
        listener = away.listener
        feed, mount = listener.feed, listener.mount
        if ferrying is None or mount is None or not isinstance(feed, Feed):
            return
        if listener.until is not None:
            away.finish()
            return
        if feed.branch is not None:
            feed.branch.update()
        branch = self._branch_of(mount, feed)
        join = None
        if branch.show(link):
            join = land(listener, ferrying.feed, ferrying.path, message.offset, message.bytes_out)
        prefix = b"" if join is None else b"".join(join[0])
        if join is None or len(prefix) > say.PREFIX_MAX:
            away.too_slow()
        else:
            link.lead(prefix)
            link.say(say.Cross(listener.id, branch.number, join[1]))


def _as_if_level(listener: Listener) -> int:
    """What a listener of a lost process has got, if it kept up."""
    feed = listener.feed
    if isinstance(feed, Feed):
        listener.offset = feed.ring.head if listener.until is None else listener.until
    return max(0, listener.bytes_out)
