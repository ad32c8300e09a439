"""Forms of the console before the operations of the API: one decision, two ways to ask for it.

A form is turned into the document that the operation takes. What the operation
refuses is told at the field that it is about.
"""

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from tinyice.config.faults import ConfigFaults, NotSaved
from tinyice.core.errors import Challenge, DomainError
from tinyice.web.api.problems import Unfit, told_of, unfit_by

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)

_WORDS = {
    "username": "A name has 1 to 100 characters.",
    "name": "A name has 1 to 100 characters.",
    "password": "A password has 1 to 72 characters.",
    "role": "Choose a role.",
    "reason": "A reason has up to 400 characters.",
    "address": "Give an address or a network, such as 203.0.113.7 or 2001:db8::/32.",
    "mounts": "A mount begins with /, and a source password has 1 to 72 characters.",
    "mount": "A mount begins with /, for example /live.",
    "to": "Choose a mount.",
    "seconds": "A ban lasts ten years at most, or for ever.",
}
"""What is said where the form of a value is wrong, by the name of its field."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why something was not done. ``field`` "": it is about the form as a whole."""

    status: int
    sentence: str
    field: str = ""


def filled(kind: type[S], values: Mapping[str, object]) -> S:
    """The document of ``values``; raises ``Unfit``."""
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        unfit = unfit_by(error)
        field = unfit.problem.field.partition("[")[0].partition(".")[0]
        sentence = _WORDS.get(field, unfit.problem.error)
        raise Unfit(unfit.status, unfit.problem.code, sentence, field) from None


async def attempt(deed: Coroutine[Any, Any, T], *, at: str = "") -> T | Fault:
    """What ``deed`` gives, or why it was refused; ``at`` is the field where no other is named."""
    try:
        return await deed
    except Challenge:
        raise
    except (Unfit, DomainError, ConfigFaults, NotSaved) as error:
        told = told_of(error)
        if told is None:
            raise
        sentence = _sentence(told.problem.error)
        if isinstance(error, NotSaved):
            sentence = f"Nothing was changed. {sentence}"
        field = told.problem.field if isinstance(error, Unfit) else ""
        return Fault(told.status, sentence, field or at)


async def judged(deed: Coroutine[Any, Any, T], section: str) -> T:
    """What ``deed`` gives; what is wrong with a value of ``section`` is told at its field."""
    try:
        return await deed
    except ConfigFaults as error:
        for fault in error.faults:
            entry, dot, name = fault.key.partition(".")
            if dot and entry.startswith(f"{section}["):
                field = name.partition("[")[0]
                raise Unfit(422, "invalid", fault.message, field) from None
        raise


def _sentence(words: str) -> str:
    text = words[:1].upper() + words[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."
