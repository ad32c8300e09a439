"""The forms of the Network page: what is asked of a relay, a master, a push, and how it is read.

Text in a form is held against what the form said when it was given out, so that two
people who change different fields at once do not undo each other.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from msgspec import Struct

from tinyice.web.api.masters import MasterSettings
from tinyice.web.api.problems import Unfit
from tinyice.web.api.pushes import PushSettings
from tinyice.web.api.relays import RelaySettings
from tinyice.web.params import Params

FORGET = "forget_password"
"""The tick that takes a password away."""

_NUMBER = re.compile(r"[0-9]{1,9}([.,][0-9]{1,3})?")
_PUBLIC = {"": None, "1": True, "0": False}


class Shape(Enum):
    """How a field is typed."""

    TEXT = "text"
    MOUNT = "mount"
    LINES = "lines"
    NUMBER = "number"
    TICK = "tick"
    CHOICE = "choice"
    SECRET = "secret"  # noqa: S105 (a name)


@dataclass(frozen=True, slots=True)
class Field:
    """One setting. ``options``: of a choice, values and their words. ``fixed``: set at first only.

    ``needed``: it is never empty. ``default``: what a new one says.
    """

    name: str
    label: str
    shape: Shape = Shape.TEXT
    help: str = ""
    unit: str = ""
    wide: bool = False
    placeholder: str = ""
    options: tuple[tuple[str, str], ...] = ()
    fixed: bool = False
    needed: bool = False
    default: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Some fields under a heading."""

    title: str
    help: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """All of one kind: ``names`` what it is, ``settings`` the document that it becomes."""

    kind: str
    names: str
    section: str
    settings: type[Struct]
    parts: tuple[Part, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """All of its fields."""
        return tuple(one for part in self.parts for one in part.fields)


_GUARDED = "Public addresses only, and those that the settings allow for outgoing requests."
_PIN = Field(
    "pin",
    "Certificate, SHA-256",
    wide=True,
    placeholder="Empty: any that is valid for the name",
    help="For a certificate of your own: that very one is asked for.",
)


def _login(user: str, help_: str) -> Part:
    return Part(
        "Login",
        help_,
        (Field("user", "Name", placeholder=user), Field("password", "Password", Shape.SECRET)),
    )


RELAY = Form(
    "relay",
    "relay",
    "relays",
    RelaySettings,
    (
        Part(
            "Stream",
            "Where it comes from, and where it is heard here.",
            (
                Field(
                    "mount",
                    "Mount here",
                    Shape.MOUNT,
                    "The path at which it is heard, for example /live.",
                    placeholder="/live",
                    fixed=True,
                    needed=True,
                ),
                Field(
                    "url",
                    "Address",
                    help=_GUARDED,
                    wide=True,
                    placeholder="https://hub.example.org/live",
                ),
                Field(
                    "urls",
                    "More addresses",
                    Shape.LINES,
                    "One on each line, the best first: when one fails, the next one is used.",
                    wide=True,
                ),
                _PIN,
            ),
        ),
        _login("source", "Where the other server wants one."),
        Part(
            "Patience",
            "When it connects, and when a stream counts as lost.",
            (
                Field("on_demand", "Only while somebody listens", Shape.TICK, wide=True),
                Field("linger", "Goes on without listeners", Shape.NUMBER, unit="s", default="20"),
                Field("idle_timeout", "Lost without audio", Shape.NUMBER, unit="s", default="8"),
            ),
        ),
    ),
)

MASTER = Form(
    "master",
    "mirrored server",
    "masters",
    MasterSettings,
    (
        Part(
            "Server",
            "All its mounts are relayed here, new ones too.",
            (
                Field(
                    "url",
                    "Address",
                    help=_GUARDED,
                    wide=True,
                    placeholder="https://hub.example.org",
                    needed=True,
                ),
                Field(
                    "prefix",
                    "Prefix here",
                    Shape.MOUNT,
                    "Put before its paths, for example /hub.",
                    placeholder="None",
                ),
            ),
        ),
        _login("relay", "Of relays there. Without it only public mounts are known."),
        Part(
            "Patience",
            "When mounts are looked for, and when they connect.",
            (
                Field("on_demand", "Only while somebody listens", Shape.TICK, wide=True),
                Field("interval", "Looks for mounts every", Shape.NUMBER, unit="s", default="120"),
            ),
        ),
    ),
)

PUSH = Form(
    "push",
    "push",
    "pushes",
    PushSettings,
    (
        Part(
            "Stream",
            "What is sent, and where to.",
            (
                Field("mount", "Mount here", Shape.MOUNT, placeholder="/live", needed=True),
                Field(
                    "protocol",
                    "Protocol",
                    Shape.CHOICE,
                    options=(
                        ("put", "Icecast 2.4 and later (PUT)"),
                        ("source", "Older Icecast (SOURCE)"),
                        ("shoutcast", "Shoutcast"),
                    ),
                    default="put",
                ),
                Field(
                    "url",
                    "Address",
                    help=f"With the mount there. Of Shoutcast the listeners' port. {_GUARDED}",
                    wide=True,
                    placeholder="https://public.example.org/live",
                    needed=True,
                ),
                _PIN,
            ),
        ),
        _login("source", "Of sources there."),
        Part(
            "Told there",
            "Empty: as the encoder and the mount's settings say.",
            (
                Field("name", "Name"),
                Field("genre", "Genre"),
                Field("description", "Description", wide=True),
                Field(
                    "public",
                    "In directories",
                    Shape.CHOICE,
                    options=(("", "As the encoder says"), ("1", "Listed"), ("0", "Not listed")),
                ),
            ),
        ),
    ),
)

FORMS: Mapping[str, Form] = {form.kind: form for form in (RELAY, MASTER, PUSH)}


def written(form: Form, now: Struct | None) -> dict[str, str]:
    """What the form says of what is set ``now``; None: of a new one. Passwords are never told."""
    if now is None:
        return {one.name: one.default for one in form.fields}
    return {one.name: _in_words(one, getattr(now, one.name, "")) for one in form.fields}


def typed(form: Form, params: Params) -> dict[str, str]:
    """What was typed, as it was."""
    told = {one.name: params.text(one.name, "utf-8") for one in form.fields}
    return {name: text.replace("\r\n", "\n").strip() for name, text in told.items()}


def changes(
    form: Form, text: Mapping[str, str], before: Mapping[str, str], params: Params
) -> dict[str, object]:
    """What is to be set: the fields that say something else than before. Raises Unfit."""
    found: dict[str, object] = {}
    for one in form.fields:
        if one.shape is Shape.SECRET:
            if text[one.name]:
                found[one.name] = text[one.name]
            elif params.has(FORGET):
                found[one.name] = None
        elif text[one.name] != before.get(one.name, ""):
            found[one.name] = _value(one, text[one.name])
    return found


def _value(one: Field, text: str) -> object:
    if one.shape is Shape.TICK:
        return bool(text)
    if one.shape is Shape.LINES:
        return [line.strip() for line in text.split("\n") if line.strip()]
    if one.name == "public":
        return _PUBLIC.get(text)
    if one.shape is Shape.NUMBER:
        if text and not _NUMBER.fullmatch(text):
            raise Unfit(422, "invalid", "must be a number of seconds", one.name)
        return float(text.replace(",", ".")) if text else None
    return text or ("" if one.needed else None)


def _in_words(one: Field, value: object) -> str:
    if one.shape is Shape.SECRET or value is None:
        return ""
    if one.shape is Shape.TICK:
        return "1" if value else ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, tuple):
        return "\n".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
