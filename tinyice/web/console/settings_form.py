"""The fields of the settings page: shown from the configuration, read from a form.

Text that is typed becomes the value that it looks like; what looks like none stays
text, so that the configuration's own rules say what is wrong with it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Literal

import msgspec

from tinyice.config.kinds import Kind, kind_of
from tinyice.config.model import Config
from tinyice.web.console.settings_fields import UNITS, Group, label_of
from tinyice.web.params import Params

_KINDS = {field.name: kind_of(field.type) for field in msgspec.structs.fields(Config)}
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}\.[0-9]{1,12}")
_TICKED = "on"
NOTHING, EMPTY = "none", "empty"


@dataclass(frozen=True, slots=True)
class Field:
    """One setting on the page.

    ``fixed``: what decides about it besides the file. ``waits``: what is in force is
    not what is set, until a restart.
    """

    key: str
    label: str
    control: str
    value: str
    default: str
    help: str
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    waits: bool = False
    fixed: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A group with its fields. ``seen`` tells whether somebody else changed it meanwhile."""

    group: Group
    fields: tuple[Field, ...]
    seen: str
    fault: str = ""

    @property
    def name(self) -> str:
        """What the group is called in addresses."""
        return self.group.name

    def with_faults(self, typed: Params, faults: Mapping[str, str], fault: str = "") -> "Form":
        """The same with what was typed, and what is wrong with it at its field."""
        fields = tuple(
            replace(field, value=_typed(field, typed), error=faults.get(field.key, ""))
            for field in self.fields
        )
        return replace(self, fields=fields, fault=fault)


def form_of(
    group: Group, config: Config, *, waiting: Sequence[str], given: Mapping[str, str]
) -> Form:
    """The form of ``group`` as it is in force."""
    plain = Config()
    fields = tuple(
        Field(
            key=key,
            label=label_of(key),
            control=_control(_KINDS[key]),
            value=_shown(getattr(config, key)),
            default=_in_words(getattr(plain, key)),
            help=_KINDS[key].description,
            unit=UNITS.get(key, ""),
            choices=_choices(_KINDS[key]),
            waits=key in waiting,
            fixed=given.get(key, ""),
        )
        for key in group.keys
    )
    return Form(group, fields, _digest(fields))


def values_in(form: Form, typed: Params) -> dict[str, object]:
    """The settings that are to be different; None: the default."""
    return {
        field.key: _value(_KINDS[field.key], _typed(field, typed))
        for field in form.fields
        if typed.has(field.key) and not field.fixed and _typed(field, typed) != field.value
    }


def _typed(field: Field, typed: Params) -> str:
    if not typed.has(field.key):
        return field.value
    text = typed.text(field.key, "utf-8").replace("\r\n", "\n")
    return text if field.control == "lines" else text.strip()


def _control(kind: Kind) -> str:
    if kind.base is bool:
        return "switch"
    if _is_choice(kind):
        return "choice"
    if kind.base is tuple:
        return "list"
    if kind.extra.get("lines"):
        return "lines"
    if kind.extra.get("words") == "a colour":
        return "colour"
    return "number" if kind.base in (int, float) else "text"


def _is_choice(kind: Kind) -> bool:
    return kind.base is Literal


def _choices(kind: Kind) -> tuple[tuple[str, str], ...]:
    return tuple((one, one) for one in kind.args if one) if _is_choice(kind) else ()


def _shown(value: object) -> str:
    """A value as it is typed."""
    if isinstance(value, bool):
        return _TICKED if value else ""
    if isinstance(value, tuple):
        return "\n".join(map(str, value))
    if isinstance(value, float):
        return f"{value:.12g}"
    return "" if value is None else str(value)


def _in_words(value: object) -> str:
    """A default, to be read."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return _shown(value) or (NOTHING if isinstance(value, tuple) else EMPTY)


def _value(kind: Kind, text: str) -> Any:  # noqa: ANN401 (what JSON holds)
    """What the file is to hold for this text."""
    if kind.base is bool:
        return text == _TICKED
    if kind.base is tuple:
        return [entry for entry in re.split(r"[,\s]+", text) if entry]
    if not text:
        return None
    if kind.base in (int, float) and _WHOLE.fullmatch(text):
        return int(text)
    if kind.base is float and _NUMBER.fullmatch(text):
        return float(text)
    return text


def _digest(fields: tuple[Field, ...]) -> str:
    told = "\0".join(f"{field.key}={field.value}" for field in fields)
    return sha256(told.encode("utf-8", "replace")).hexdigest()[:16]
