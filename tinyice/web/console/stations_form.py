"""The form of a mount: what is written in it, what was typed, and what that changes.

Text in a form is the configuration's value in the unit of its field, and "" is
"as for the whole server". What a form says is held against what it said when it
was made (``before``), so that two people who change different fields at once do
not undo each other.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

import msgspec

from tinyice.config.advanced import AdvancedMount
from tinyice.config.faults import ConfigFaults, path_text
from tinyice.config.kinds import Kind, kind_of
from tinyice.config.model import Config
from tinyice.config.mounts import chain_of, is_visible
from tinyice.web.api.problems import Unfit, told_of

KIB = 1024
WORDS_MAX = 400
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""What generated passwords are made of: 32 characters that nobody takes for each other."""

_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")
_NUMBER = re.compile(r"[0-9]{1,12}([.,][0-9]{1,6})?")


class Shape(Enum):
    """How a field is typed."""

    TEXT = "text"
    ADDRESS = "address of a web page"
    NUMBER = "number"
    CHOICE = "on, off, or as the server"
    TICK = "tick"
    LIST = "several, with commas"
    SECRET = "secret"  # noqa: S105 (a name)


@dataclass(frozen=True, slots=True)
class Field:
    """One setting. ``unit``: so many of the configuration's units are one of the form's."""

    name: str
    label: str
    shape: Shape = Shape.TEXT
    unit: int = 1


FIELDS = (
    Field("name_override", "Name"),
    Field("description", "Description"),
    Field("genre", "Genre"),
    Field("url", "Web site", Shape.ADDRESS),
    Field("visible", "Listed", Shape.TICK),
    Field("password", "Source password", Shape.SECRET),
    Field("charset", "Title character set"),
    Field("source_timeout", "Source counts as lost after", Shape.NUMBER),
    Field("max_listeners", "Most listeners", Shape.NUMBER),
    Field("max_listener_duration", "Longest visit", Shape.NUMBER),
    Field("burst_size", "Burst at connect", Shape.NUMBER, KIB),
    Field("queue_size", "May fall behind", Shape.NUMBER, KIB),
    Field("metaint", "Titles every", Shape.NUMBER),
    Field("low_latency_mode", "Low latency", Shape.CHOICE),
    Field("fallbacks", "Then play", Shape.LIST),
    Field("hold_time", "Wait for the source", Shape.NUMBER),
    Field("stall_after", "Source has stalled after", Shape.NUMBER),
    Field("return_after", "Back to the source after", Shape.NUMBER),
    Field("fallback_when_full", "Also when the mount is full", Shape.TICK),
    Field("intro_file", "Intro for new listeners"),
    Field("dump_file", "Recording of the source"),
)
DEFAULT_PASSWORD = "default_password"  # noqa: S105 (a name)
"""The tick that takes the mount's own password away."""

FILES = ("intro_file", "dump_file")
LABELS = {field.name: field.label for field in FIELDS}
_CHOICES = {"": None, "on": True, "off": False}
_KINDS = {known.name: kind_of(known.type) for known in msgspec.structs.fields(AdvancedMount)}


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form says: ``changes`` by the API's names, ``faults`` by field, in sentences."""

    text: Mapping[str, str]
    changes: Mapping[str, object] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


def written(config: Config, path: str) -> dict[str, str]:
    """What the form of a mount says before anybody types. Secrets are never in it."""
    own = config.advanced_mounts.get(path, AdvancedMount())
    text = {one.name: _shown(one, getattr(own, one.name)) for one in FIELDS if one.name in _KINDS}
    return {
        **text,
        "password": "",
        "visible": "1" if is_visible(config, path) else "",
        "fallbacks": ", ".join(chain_of(config, path)),
    }


def servers(config: Config) -> dict[str, str]:
    """What holds for a mount where its field is empty, as far as the server has a setting."""
    # its max_listeners counts all mounts together
    shared = [one for one in FIELDS if one.shape is Shape.NUMBER and one.name != "max_listeners"]
    return {one.name: _shown(one, getattr(config, one.name)) for one in shared}


def typed(given: Callable[[str], str | None], before: Mapping[str, str]) -> Typed:
    """What was typed; ``given`` is what came under a name, None if nothing did.

    A tick that was in the form and did not come was taken away.
    """
    text, changes, faults = {}, {}, {}
    for one in FIELDS:
        was, now = before.get(one.name, ""), given(one.name)
        if now is None:
            now = "" if one.shape is Shape.TICK and one.name in before else was
        text[one.name] = now = now if one.shape is Shape.SECRET else now.strip()
        if now != was:
            try:
                changes[one.name] = _meant(one, now)
            except ValueError as fault:
                faults[one.name] = sentence(str(fault))
    if given(DEFAULT_PASSWORD) and "password" not in changes:
        changes["password"] = None
    return Typed(text, changes, faults)


def faults_in(error: Exception, path: str) -> tuple[dict[str, str], list[str]]:
    """What was refused, by field, and what belongs to none."""
    if isinstance(error, ConfigFaults):
        found = [(fault.key, fault.message) for fault in error.faults]
    elif isinstance(error, Unfit):
        found = [(error.problem.field, error.problem.error)]
    else:
        told = told_of(error)
        found = [("", told.problem.error if told else str(error))]
    by_field: dict[str, str] = {}
    others = []
    for key, message in found:
        name = _field_of(key, path)
        if name:
            by_field.setdefault(name, sentence(message))
        else:
            others.append(sentence(f"{key}: {message}" if key else message))
    return by_field, others


def sentence(text: str) -> str:
    """``text`` as people begin a sentence."""
    return text[:1].upper() + text[1:]


def new_password(random: Callable[[int], bytes]) -> str:
    """Sixteen characters by chance, 80 bits, in groups that can be read aloud."""
    drawn = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in random(16))
    return "-".join(drawn[start : start + 4] for start in range(0, 16, 4))


def _shown(one: Field, value: object) -> str:
    if one.shape is Shape.CHOICE:
        return {None: "", True: "on", False: "off"}[bool(value) if value is not None else None]
    if one.shape is Shape.TICK:
        return "1" if value else ""
    if one.shape is not Shape.NUMBER:
        return str(value)
    is_default = value is None or (value == 0 and _default_of(one) == 0)
    return "" if is_default else f"{float(str(value)) / one.unit:.12g}"


def _default_of(one: Field) -> object:
    return getattr(AdvancedMount(), one.name, None)


def _meant(one: Field, text: str) -> object:
    """The value for the API; None: as the server. Raises ValueError with what it must be."""
    if one.shape is Shape.TICK:
        return bool(text)
    if one.shape is Shape.CHOICE:
        if text not in _CHOICES:
            raise ValueError("must be on or off, or as the server")
        return _CHOICES[text]
    if not text:
        return None
    if one.shape is Shape.LIST:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if one.shape is Shape.NUMBER:
        return _number(text, one.unit, _KINDS[one.name])
    if one.shape is Shape.ADDRESS and not text.lower().startswith(("http://", "https://")):
        raise ValueError("starts with http:// or https://")
    if len(text) > WORDS_MAX:
        raise ValueError(f"must not be longer than {WORDS_MAX} characters")
    return text


def _number(text: str, unit: int, kind: Kind) -> float | int:
    plain = text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    plain = plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain.replace(",", ".")
    low, high = (kind.ge or 0) / unit, (kind.le or math.inf) / unit
    is_whole = kind.base is int and unit == 1
    words = f"must be a {'whole ' if is_whole else ''}number from {low:.12g} to {high:.12g}"
    if not _NUMBER.fullmatch(plain):
        raise ValueError(words)
    value = float(plain)
    if not low <= value <= high or (is_whole and not value.is_integer()):
        raise ValueError(words)
    return round(value * unit) if kind.base is int else value * unit


def _field_of(key: str, path: str) -> str:
    """The field that a key of the configuration, or of the API, is about; "": none."""
    own = path_text(("advanced_mounts", path)) + "."
    name = key.removeprefix(own).partition(".")[0].partition("[")[0]
    places = {
        "mounts": "password",
        "fallback_mounts": "fallbacks",
        "hidden_mounts": "visible",
        "visible_mounts": "visible",
    }
    return name if name in LABELS or name == "mount" else places.get(name, "")
