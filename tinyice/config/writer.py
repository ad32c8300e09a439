"""The one writer of the configuration: every change of it goes through here.

Rules:

- One change at a time, in the order in which they were asked for; a change sees
  all that came before it, so that two at once lose nothing.
- A change is made to what the file holds, keys that nobody here knows included.
  What somebody changed in the file by hand comes into force with it.
- Nothing is in force that is not saved. What can't be saved is not made.
- Whoever asked may go away: a change that has begun is carried through.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, TypeVarTuple, Unpack

from twisted.internet.defer import Deferred

from tinyice.config.changes import Changes
from tinyice.config.edits import Document, Edit
from tinyice.config.faults import ConfigFaults, FileRefused, NotSaved
from tinyice.config.guarded import require_for
from tinyice.config.inforce import InForce
from tinyice.config.saving import ConfigFile, Read, Settled
from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Principal
from tinyice.core.clients import Client
from tinyice.core.errors import Overloaded
from tinyice.core.events import ChangeMade, ConfigurationRefused, Event

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

WAITING_MAX = 32
TRIES = 20
"""How often a change begins anew because the file was changed meanwhile."""

RETRY_AFTER_S = 2
CONFIGURATION = "configuration"
BY_HAND = "file"
"""The way in which a change came that was found in the file."""


class Perform(Protocol):
    """Runs a function where it may take its time, and answers what comes of it."""

    def __call__(self, work_in_worker: Callable[[Unpack[Ts]], T], *args: *Ts) -> Awaitable[T]:
        """Do this, out of our way."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """A change that somebody asked for."""

    edit: Edit
    who: Principal
    client: Client
    action: Action
    subject: str
    mount: str
    answer: Deferred[tuple[str, ...]] = field(
        default_factory=lambda: Deferred(lambda _cancelled: None)
    )


class ConfigWriter:
    """Changes the configuration, on disk first and then in force."""

    def __init__(
        self,
        file: ConfigFile,
        document: Mapping[str, Any],
        in_force: InForce,
        *,
        perform: Perform,
        publish: Callable[[Event], None],
        waiting_max: int = WAITING_MAX,
    ) -> None:
        self._file = file
        self._document = document
        self._text = ""
        self._in_force = in_force
        self._perform = perform
        self._publish = publish
        self._waiting_max = waiting_max
        self._waiting: deque[_Wish] = deque()
        self._is_busy = False

    async def change(
        self,
        edit: Edit,
        *,
        who: Principal,
        client: Client,
        action: Action,
        subject: str,
        mount: str = "",
    ) -> tuple[str, ...]:
        """Make a change, and return when it is saved and in force, with what is worth telling.

        Raises `ConfigFaults`, `NotSaved`, `NotPermitted` (``guarded``), `Overloaded`, or
        what ``edit`` raises: then nothing was changed.
        """
        if len(self._waiting) >= self._waiting_max:
            raise Overloaded(RETRY_AFTER_S)
        wish = _Wish(edit, who, client, action, subject, mount)
        self._waiting.append(wish)
        self._begin_next()
        return await wish.answer

    async def reload(self, *, who: Principal, client: Client) -> tuple[str, ...]:
        """Put in force what the file says by now, and tell of it even if that is the same.

        Raises `NotSaved` when it has faults, or what it asks for can't be had: then
        what was in force before still is, all of it, and that is told.
        """
        try:
            return await self.change(
                _nothing, who=who, client=client, action=Action.RELOAD, subject=CONFIGURATION
            )
        except ConfigFaults as found:
            refused = FileRefused(found.faults)
            self._publish(_refused(refused, who, client))
            raise refused from None
        except NotSaved as refused:
            self._publish(_refused(refused, who, client))
            raise

    def _begin_next(self) -> None:
        while self._waiting and not self._is_busy:
            wish = self._waiting.popleft()
            if not wish.answer.called:
                self._is_busy = True
                done = Deferred.fromCoroutine(self._carry_out(wish))
                done.addBoth(self._finished, wish.answer)

    def _finished(self, result: Any, answer: Deferred[tuple[str, ...]]) -> None:  # noqa: ANN401 - a Failure, too
        self._is_busy = False
        if not answer.called:
            answer.callback(result)
        self._begin_next()

    async def _carry_out(self, wish: _Wish) -> tuple[str, ...]:
        for _ in range(TRIES):
            read = await self._perform(self._file.read_in_worker, self._text, self._document)
            wish.edit(read.draft)
            roots = self._in_force.config.media_roots
            require_for(wish.who, read.document, read.draft, is_bounded=bool(roots))
            settled = await self._perform(self._file.settle_in_worker, read, self._in_force.config)
            if settled is not None:
                self._put_in_force(settled, read, wish)
                return settled.notes
        raise NotSaved(f"{self._file.path} is being changed by somebody else")

    def _put_in_force(self, settled: Settled, read: Read, wish: _Wish) -> None:
        self._text, self._document = settled.text, settled.document
        try:
            if settled.config != self._in_force.config:
                self._in_force.replace(settled.config)
        finally:
            if read.by_hand:
                self._publish(_found_in_file(read.by_hand))
            if settled.changes or wish.action is Action.RELOAD:
                self._publish(_made(settled.changes, wish))


def _nothing(_document: Document) -> None:
    """The edit of who only wants the file to be read."""


def _made(changes: Changes, wish: _Wish) -> ChangeMade:
    return ChangeMade(
        user=wish.who.name,
        via=wish.who.via.value,
        client=wish.client,
        action=wish.action.value,
        subject=wish.subject,
        mount=wish.mount,
        before=changes.before,
        after=changes.after,
    )


def _found_in_file(changes: Changes) -> ChangeMade:
    return ChangeMade(
        user="",
        via=BY_HAND,
        client=Client(""),
        action=Action.RELOAD.value,
        subject=CONFIGURATION,
        mount="",
        before=changes.before,
        after=changes.after,
    )


def _refused(refused: NotSaved, who: Principal, client: Client) -> ConfigurationRefused:
    faults: tuple[str, ...] = (refused.reason,)
    if isinstance(refused, FileRefused):
        faults = tuple(str(fault) for fault in refused.faults)
    return ConfigurationRefused(who.name, who.via.value, client, faults)
