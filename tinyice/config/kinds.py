"""The kinds of values that keys have, and how one looks at a kind.

A kind is an annotated type. What msgspec knows (ranges, lengths, descriptions)
stands in its ``Meta``; ours stands in ``Meta.extra``: ``check`` (a rule of
``checks``), ``secret`` (never shown), ``hashed`` (a password that becomes a hash
when it is plain), ``text`` (a number that may be written as text), ``named``
(words that stand for numbers), ``words`` (what the value is called), ``several``
(what several are called), ``lines`` (text of more than one line), ``command`` (a
list of words that may be written as one text).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import Meta

from tinyice.config import checks
from tinyice.core.paths import mount_path_fault

Check = Callable[[str], str | None]

Text = Annotated[str, Meta(extra={"check": checks.text_fault})]
Markdown = Annotated[
    str, Meta(extra={"check": checks.markdown_fault, "words": "text in Markdown", "lines": True})
]
Secret = Annotated[
    str,
    Meta(
        extra={
            "check": checks.password_fault,
            "secret": True,
            "hashed": True,
            "name": "password",
        }
    ),
]
SentSecret = Annotated[
    str, Meta(extra={"check": checks.sent_password_fault, "secret": True, "name": "password"})
]
Digest = Annotated[
    str, Meta(extra={"check": checks.digest_fault, "secret": True, "name": "SHA-256"})
]
Fingerprint = Annotated[
    str, Meta(extra={"check": checks.fingerprint_fault, "words": "a SHA-256 in hexadecimal"})
]
PathPrefix = Annotated[
    str, Meta(extra={"check": checks.path_prefix_fault, "words": "the beginning of a path"})
]
Address = Annotated[str, Meta(extra={"check": checks.address_fault, "words": "an IP address"})]
Network = Annotated[
    str,
    Meta(
        extra={
            "check": checks.network_fault,
            "words": "an IP address or a network",
            "several": "IP addresses or networks",
        }
    ),
]
Destination = Annotated[
    str,
    Meta(
        extra={
            "check": checks.destination_fault,
            "words": "a host name, an IP address or a network",
            "several": "host names, IP addresses or networks",
        }
    ),
]
Moment = Annotated[str, Meta(extra={"check": checks.moment_fault, "words": "a time"})]
LoginName = Annotated[str, Meta(extra={"check": checks.login_name_fault, "words": "a name"})]
WebAddress = Annotated[
    str,
    Meta(
        extra={
            "check": checks.web_address_fault,
            "words": "a web address",
            "several": "web addresses",
        }
    ),
]
Header = Annotated[str, Meta(extra={"check": checks.header_fault, "words": "a header"})]
HeaderName = Annotated[
    str,
    Meta(
        extra={
            "check": checks.header_name_fault,
            "words": "the name of a header",
            "several": "names of headers",
        }
    ),
]
Fallback = Annotated[
    str,
    Meta(
        extra={
            "check": checks.fallback_fault,
            "words": 'a mount, "relay", "file:NAME" or "silence"',
            "several": 'mounts, "relay", "file:NAME", "silence"',
        }
    ),
]
Command = Annotated[
    tuple[Text, ...],
    Meta(extra={"command": True, "words": "a command: a list of its words, or one text"}),
]
"""A program and its arguments. A text is taken apart as a shell would, and no shell is run."""

MountPath = Annotated[str, Meta(extra={"check": mount_path_fault, "words": "a mount path"})]
Charset = Annotated[str, Meta(extra={"check": checks.charset_fault, "words": "a charset"})]
Colour = Annotated[str, Meta(extra={"check": checks.colour_fault, "words": "a colour"})]
BaseUrl = Annotated[str, Meta(extra={"check": checks.base_url_fault, "words": "a web address"})]
Port = Annotated[int, Meta(ge=0, le=65535, extra={"text": True})]
OpenPort = Annotated[
    int,
    Meta(
        ge=1,
        le=65535,
        extra={
            "text": True,
            "words": "a whole number from 1 to 65535",
            "several": "port numbers",
        },
    ),
]
Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]
QueueSize = Annotated[int, Meta(ge=16384, le=268_435_456)]
BurstSize = Annotated[int, Meta(ge=0, le=268_435_456)]
Metaint = Annotated[int, Meta(ge=256, le=65536)]
Seconds = Annotated[float, Meta(ge=0, le=31_536_000)]
Timeout = Annotated[float, Meta(ge=0.1, le=86400)]

AUTO = -1
Processes = Annotated[
    int,
    Meta(
        ge=0,
        le=64,
        extra={
            "text": True,
            "named": {"auto": AUTO},
            "words": 'a whole number from 0 to 64, or "auto"',
        },
    ),
]


def says(description: str) -> Meta:
    """Give a key its meaning, for the reference and the schema."""
    return Meta(description=description)


@dataclass(frozen=True, slots=True)
class Kind:
    """An annotated type, taken apart.

    ``base`` is a Struct, a builtin type, ``Literal``, ``Mapping`` or ``tuple``;
    ``leaf`` is what msgspec converts a single value to, without None.
    """

    base: Any
    args: tuple[Any, ...]
    leaf: Any
    ge: float | None
    le: float | None
    length: int | None
    description: str
    extra: Mapping[str, Any]

    @property
    def is_struct(self) -> bool:
        """Whether the value is an object with known keys."""
        return isinstance(self.base, type) and issubclass(self.base, msgspec.Struct)

    @property
    def check(self) -> Check | None:
        """The rule for values of this kind, where there is one."""
        check: Check | None = self.extra.get("check")
        return check

    @property
    def secret(self) -> bool:
        """Whether the value is never shown."""
        return bool(self.extra.get("secret"))

    @property
    def hashed(self) -> bool:
        """Whether the value is a password of which only a hash is kept."""
        return bool(self.extra.get("hashed"))

    @property
    def numeric_text(self) -> bool:
        """Whether the value is a number that may be written as text."""
        return bool(self.extra.get("text"))

    @property
    def named(self) -> Mapping[str, int]:
        """Words that stand for numbers which can't be written."""
        named: Mapping[str, int] = self.extra.get("named", {})
        return named

    @property
    def is_command(self) -> bool:
        """Whether the value is a list of words that may be written as one text."""
        return bool(self.extra.get("command"))

    @property
    def takes_text(self) -> bool:
        """Whether the value may be written as text; empty text means the default."""
        return self.base in (str, Literal) or self.numeric_text or self.is_command

    @property
    def words(self) -> str:
        """What a value must be, in words."""
        if self.base is Literal:
            return "one of " + ", ".join(f'"{choice}"' for choice in self.args if choice)
        names = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
        if self.base is tuple and not self.is_command:
            item = kind_of(self.args[0])
            several = item.extra.get("several", "objects" if item.is_struct else item.words)
            return f"a list of {self.length} numbers" if self.length else f"a list of {several}"
        if "words" in self.extra:
            return str(self.extra["words"])
        return names.get(self.base, "an object") + self.range_words

    @property
    def range_words(self) -> str:
        """The bounds of a number, in words."""
        if self.ge is None or self.le is None:
            return ""
        return f" from {self.ge:.12g} to {self.le:.12g}"


def kind_of(annotation: Any) -> Kind:  # noqa: ANN401 - annotations have no common type
    """Take an annotated type apart."""
    base, metas = _unwrap(annotation)
    origin = get_origin(base) or base
    merged: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for meta in metas:
        extra.update(meta.extra or {})
        for name in ("ge", "le", "max_length", "description"):
            if getattr(meta, name) is not None:
                merged[name] = getattr(meta, name)
    return Kind(
        base=origin,
        args=get_args(base),
        leaf=Annotated[(base, *metas)] if metas else base,
        ge=merged.get("ge"),
        le=merged.get("le"),
        length=merged.get("max_length"),
        description=merged.get("description", ""),
        extra=extra,
    )


def _unwrap(annotation: Any) -> tuple[Any, list[Meta]]:  # noqa: ANN401
    """Strip ``Annotated`` and ``| None`` away."""
    metas: list[Meta] = []
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *found = get_args(annotation)
            metas = [*found, *metas]
        elif origin in (Union, UnionType):
            (annotation,) = (arm for arm in get_args(annotation) if arm is not NoneType)
        else:
            return annotation, metas
