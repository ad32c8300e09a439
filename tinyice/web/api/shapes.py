"""Pieces that the documents of several operations share."""

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta, Struct

from tinyice.core.paths import mount_path_fault
from tinyice.web.api.problems import Unfit

PAGE_MAX = 1000

Limit = Annotated[int, Meta(ge=1, le=PAGE_MAX, description="How many at most.")]
After = Annotated[str, Meta(max_length=300, description="Where the page before this one ended.")]
Path = Annotated[
    str,
    Meta(
        min_length=2,
        max_length=255,
        pattern="^/",
        description="The path of a mount.",
        examples=["/live"],
    ),
]
Words = Annotated[str, Meta(max_length=400)]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Password = Annotated[
    str, Meta(min_length=1, max_length=72, description="Kept as a hash, never shown again.")
]
Moment = Annotated[
    str, Meta(max_length=40, description="A time with its zone.", examples=["2030-01-31T12:00:00Z"])
]


class Paged(Struct, frozen=True, kw_only=True):
    """Which part of a list."""

    limit: Limit = 100
    after: After = ""


class About(Struct, frozen=True, kw_only=True):
    """Which mount."""

    mount: Path


class Done(Struct, frozen=True, kw_only=True):
    """It was done. ``notes`` are sentences that the operator should read."""

    status: str = "ok"
    notes: tuple[str, ...] = ()


def moment(at: datetime | None) -> str | None:
    """A time as documents have it."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")


def moment_in(text: str, field: str) -> datetime:
    """The time that ``text`` says; raises Unfit."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Unfit(422, "invalid", "must be a time such as 2030-01-31T12:00:00Z", field) from None
    if at.tzinfo is None:
        raise Unfit(422, "invalid", "must name its zone, for example Z at its end", field)
    return at


def usable_path(path: str, field: str = "mount") -> str:
    """``path``, if a mount may have it; raises Unfit."""
    fault = mount_path_fault(path)
    if fault is not None:
        raise Unfit(422, "invalid", fault, field)
    return path
