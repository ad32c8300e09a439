"""Pieces that the documents of several operations share."""

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta, Struct

from tinyice.config.checks import password_fault, text_fault
from tinyice.core.paths import mount_path_fault
from tinyice.web.api.problems import Unfit

PAGE_MAX = 1000
AUDIO_SUFFIXES = (".mp3", ".aac", ".ogg", ".oga", ".opus", ".flac", ".webm", ".mka")

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
AudioFile = Annotated[
    str,
    Meta(
        max_length=255,
        description="A file of audio in the data folder, or in a folder of it.",
        examples=["intros/ident.mp3"],
    ),
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


def usable_file(name: str, field: str) -> str:
    """``name``, if it is a file of audio inside of the data folder, or empty; raises Unfit.

    Whoever got hold of a login must not read or write what else there is on the machine.
    """
    parts = name.split("/")
    fault = text_fault(name)
    if fault is None and name and not name.lower().endswith(AUDIO_SUFFIXES):
        fault = f"must end as files of audio do: {', '.join(AUDIO_SUFFIXES)}"
    if fault is None and name and ("" in parts or ".." in parts or "\\" in name):
        fault = "must be a file in the data folder, without .. and without / at its beginning"
    if fault is not None:
        raise Unfit(422, "invalid", fault, field)
    return name


def usable_password(password: str, field: str = "password") -> str:
    """``password``, if it can be kept as a hash; raises Unfit."""
    fault = password_fault(password)
    if fault is not None:
        raise Unfit(422, "invalid", fault, field)
    return password
