"""The story of an upgrade in the process that serves: a successor is begun, and takes over.

Until the successor says that it has taken everything, whatever goes wrong is told
and changes nothing. What can't go over stays here until it ends by itself.
"""

import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as TookTooLong
from twisted.internet.interfaces import IReactorFDSet, IReactorProcess
from twisted.logger import Logger

from tinyice import __version__
from tinyice.assembly.belongings import belongings_of
from tinyice.assembly.build import Parts
from tinyice.assembly.control import Control
from tinyice.core.errors import Conflict
from tinyice.core.events import UpgradeFailed
from tinyice.core.listener import Listener
from tinyice.handover.belongings import Held
from tinyice.handover.freezing import Packed, Unsettled, pack
from tinyice.handover.giving import give, hear_ready, wait_for_end
from tinyice.handover.hearing import when_heard
from tinyice.handover.line import Line, LineBroken
from tinyice.handover.passage import Passage
from tinyice.work.successor import Successor
from tinyice.workers.away import Away
from tinyice.workers.halting import Halting, WorkerFell

READY_S = 45.0
"""How long a successor may take until it is ready: less than who asks has patience."""

_HALT_S = 5.0
_DYING_S = 5.0
_FLUSH_S = 2.0


@dataclass(frozen=True, slots=True)
class Command:
    """How a successor is begun."""

    words: Sequence[str]
    environment: dict[str, str]
    folder: str


@dataclass(frozen=True, slots=True)
class Upgraded:
    """It has taken over."""

    pid: int
    version: str
    listeners: int
    sources: int


class Upgrading:
    """Brings a successor on its way; ``left`` is called when one has taken over, with its pid."""

    _log = Logger(namespace="tinyice")

    def __init__(
        self,
        parts: Parts,
        reactor: ReactorBase,
        command: Command,
        left: Callable[[int, set[Passage]], object],
        *,
        control: Control | None,
    ) -> None:
        self._parts = parts
        self._reactor = reactor
        self._command = command
        self._left = left
        self._control = control
        self._is_on = False
        self._successor: Successor | None = None
        self._passages: set[Passage] = set()

    async def perform(self) -> Upgraded:
        """Let a successor take over; raises Conflict with the reason why it did not."""
        if self._is_on:
            raise Conflict("an upgrade is under way")
        self._is_on = True
        try:
            return await self._perform()
        except (LineBroken, WorkerFell, Unsettled, OSError) as error:
            words = "" if self._successor is None else self._successor.last_words()
            reason = " / ".join(filter(None, (str(error), words)))
            self._parts.hub.publish(UpgradeFailed(reason))
            raise Conflict(f"the upgrade failed, the server goes on as before: {reason}") from error
        finally:
            self._is_on = False

    def give_up(self) -> None:
        """This process is about to end: nobody takes over any more."""
        if self._is_on and self._successor is not None:
            self._successor.kill()

    async def _perform(self) -> Upgraded:
        ours, theirs = socket.socketpair()
        line = Line(ours)
        self._successor = successor = Successor()
        with theirs:
            self._begin(successor, theirs.fileno())
        try:
            version = await self._ready(line, successor)
            await self._parts.behind.storage.store.flush()
            if self._control is not None:
                await self._control.stop()
            halting = await self._halted()
            await self._recorded()
            await self._answered()
            packed = self._give(line, halting)
        except BaseException:
            # It may have everything by now, but for the last word.
            successor.kill()
            wait_for_end(line)
            self._go_on()
            raise
        finally:
            line.close()
        self._let_go(packed)
        self._log.info(
            "process {pid} has taken over; {count} connections go on through this one",
            pid=successor.pid,
            count=len(self._passages),
        )
        self._left(successor.pid, self._passages)
        return Upgraded(successor.pid, version, packed.listeners, packed.sources)

    def _begin(self, successor: Successor, line: int) -> None:
        command = self._command
        spawner = cast("IReactorProcess", self._reactor)
        successor.begin(spawner, command.words, command.environment, command.folder, line)
        self._log.info("a successor is begun: process {pid}", pid=successor.pid)

    async def _ready(self, line: Line, successor: Successor) -> str:
        """The successor's version, once it is ready."""
        heard = when_heard(line, cast("IReactorFDSet", self._reactor))
        try:
            await heard.addTimeout(READY_S, self._reactor)
        except TookTooLong:
            raise LineBroken(f"the successor was not ready within {READY_S:g} s") from None
        try:
            return hear_ready(line)
        except LineBroken as error:
            with suppress(TookTooLong):
                # What it has to say of that is complete when it has ended.
                await successor.when_ended().addTimeout(_DYING_S, self._reactor)
            raise LineBroken(f"the successor did not start: {error}") from error

    async def _halted(self) -> Halting:
        """The workers, which have told where everyone stands."""
        halting = self._parts.streaming.workers.halt()
        try:
            await halting.when_done().addTimeout(_HALT_S, self._reactor)
        except TookTooLong:
            raise WorkerFell("the workers did not tell in time where everyone stands") from None
        return halting

    async def _recorded(self) -> None:
        """What was recorded is in its file, so that the successor goes on behind it."""
        recorded = Deferred.fromCoroutine(self._parts.streaming.recordings.flush())
        with suppress(TookTooLong):
            await recorded.addTimeout(_FLUSH_S, self._reactor)

    async def _answered(self) -> None:
        """Nobody is answered just now; what takes longer ends here."""
        with suppress(TookTooLong):
            await self._parts.mpd.halt().addTimeout(_FLUSH_S, self._reactor)

    def _give(self, line: Line, halting: Halting) -> Packed:
        """The one step: nothing else happens in this process until it is done."""
        held = _HeldAway(halting)
        packed = pack(belongings_of(self._parts, self._reactor), held.of, self._ended)
        try:
            give(line, packed.cargo, __version__)
        except BaseException:
            for give_up in packed.given_up:
                give_up()
            raise
        finally:
            packed.cargo.close()
        return packed

    def _go_on(self) -> None:
        self._parts.streaming.workers.go_on()
        self._parts.mpd.go_on()
        if self._control is not None and not self._control.is_started:
            self._control.start()

    def _let_go(self, packed: Packed) -> None:
        self._passages.update(packed.passages)
        for let_go in packed.letting_go:
            let_go()

    def _ended(self, passage: Passage) -> None:
        self._passages.discard(passage)


class _HeldAway:
    """What the workers have told of their listeners."""

    def __init__(self, halting: Halting) -> None:
        self._by_id = {one.where.listener: one for one in halting.listeners}

    def of(self, listener: Listener) -> Held | None:
        """As ``HeldOf``; raises Unsettled."""
        away = listener.outlet
        if not isinstance(away, Away) or away.is_ending:
            return None
        if away.ferrying is not None:
            raise Unsettled("listeners are being moved just now: try again")
        one = self._by_id.get(listener.id)
        if one is None:
            raise Unsettled("a listener has just come to a worker: try again")
        where = one.where
        return Held(
            listener,
            one.descriptor,
            where.offset,
            where.bytes_out,
            where.jumps,
            where.jumps_in_a_row,
            where.pending,
        )
