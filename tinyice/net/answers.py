"""How the streaming side answers what the domain refuses: Icecast 2.4.4's table."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tinyice.core.access.listeners import RefusedBySite
from tinyice.core.errors import (
    Challenge,
    DomainError,
    LockedOut,
    MountDisabled,
    MountIdle,
    MountInUse,
    MountPathRefused,
    MountUnknown,
    NoDescriptors,
    Overloaded,
    Refused,
    TooManyListeners,
    TooManySources,
)
from tinyice.wire import replies
from tinyice.wire.error_page import is_for_people
from tinyice.wire.head import RequestHead


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a sentence for people, and what goes with them."""

    status: int
    text: str
    challenge: bool = False
    retry_after: int | None = None


_TABLE: dict[type[DomainError], Answer] = {
    Challenge: Answer(401, "You need to authenticate\r\n", challenge=True),
    Refused: Answer(401, "You need to authenticate\r\n", challenge=True),
    MountUnknown: Answer(404, "The file you requested could not be found"),
    MountIdle: Answer(404, "Mount unavailable"),
    MountDisabled: Answer(403, "mountpoint unavailable"),
    MountInUse: Answer(403, "Mountpoint in use"),
    TooManySources: Answer(403, "too many sources connected"),
}


_WORDED: dict[type, Callable[[Any], Answer]] = {
    LockedOut: lambda error: Answer(
        429, "too many failed logins, please try again later", retry_after=error.retry_after
    ),
    Overloaded: lambda error: Answer(
        503, "busy, please try again later", retry_after=error.retry_after
    ),
    NoDescriptors: lambda error: Answer(
        503, "server full, please try again later", retry_after=error.retry_after
    ),
    MountPathRefused: lambda error: Answer(403, error.fault),
    TooManyListeners: lambda error: Answer(
        403, "max listeners reached" if error.mount else "Icecast connection limit reached"
    ),
}


def answer_to(error: DomainError) -> Answer:
    """What the peer is told about ``error``."""
    if isinstance(error, RefusedBySite) and error.message:
        return replace(_TABLE[Refused], text=error.message)
    for kind in type(error).__mro__:
        if kind in _WORDED:
            return _WORDED[kind](error)
        if kind in _TABLE:
            return _TABLE[kind]
    # What only other fronts can be told is told in its own words.
    return Answer(403, str(error))


def words_of(answer: Answer, head: RequestHead | None, *, date: str) -> bytes:
    """The whole reply to the request with that ``head``; None: it never was one."""
    return replies.error(
        answer.status,
        answer.text,
        date=date,
        head_only=head is not None and head.method == "HEAD",
        challenge=answer.challenge,
        retry_after=answer.retry_after,
        for_people=head is not None and is_for_people(head.headers.text("accept")),
    )
