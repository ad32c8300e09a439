"""Filters of MPD clients: which songs are meant, as old pairs and as expressions. Pure.

``artist "The Cure"`` and ``((artist == 'The Cure') AND (!(album contains 'live')))`` are
both filters. Expressions have a bounded depth and number of parts. Regular expressions
are refused: there are some that never come to an end.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from tinyice.wire.mpd import Ack, MpdFault

DEPTH_MAX = 16
PARTS_MAX = 100


class Operator(Enum):
    """How a value is held against a song."""

    IS = "=="
    HOLDS = "contains"
    BEGINS = "starts_with"
    WITHIN = "base"
    SINCE = "modified-since"
    AT_LEAST = ">="


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing about a song. ``tag`` is in lower case; ``folded``: whatever the case."""

    tag: str
    operator: Operator
    value: str
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be so."""

    of: "Filter"


@dataclass(frozen=True, slots=True)
class Every:
    """All of these must be so; with none of them, every song is meant."""

    of: "tuple[Filter, ...]" = ()


Filter = Trait | Not | Every

_WORD = re.compile(r"[A-Za-z][A-Za-z_-]*", re.ASCII)
_OPERATOR = re.compile(r"==|!=|=~|!~|>=|!?[a-z_]+", re.ASCII)
_STRING = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)
_BARE = re.compile(r"[0-9]+", re.ASCII)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_AND = re.compile(r"AND\b")
_OPERATORS = {
    "==": Operator.IS,
    "eq": Operator.IS,
    "contains": Operator.HOLDS,
    "starts_with": Operator.BEGINS,
}
_ALONE = {
    "base": Operator.WITHIN,
    "modified-since": Operator.SINCE,
    "added-since": Operator.SINCE,
}
"""What stands where a tag does, with nothing between it and its value."""


def read_filter(args: Sequence[str], *, folded: bool) -> Filter:
    """The filter of a command's arguments; ``folded``: in the manner of ``search``.

    Old pairs are then meant as parts of a value. Raises ``MpdFault``.
    """
    parts: list[Filter] = []
    rest = list(args)
    while rest:
        if rest[0].startswith("("):
            parts.append(_Reader(rest.pop(0), folded=folded).read())
            continue
        if len(rest) < 2:
            raise MpdFault(Ack.ARG, "Incorrect number of filter arguments")
        parts.append(_old(rest.pop(0).lower(), rest.pop(0), folded=folded))
        if len(parts) > PARTS_MAX:
            raise MpdFault(Ack.ARG, "Too many filter arguments")
    return parts[0] if len(parts) == 1 else Every(tuple(parts))


def _old(tag: str, value: str, *, folded: bool) -> Trait:
    if tag in _ALONE:
        return Trait(tag, _ALONE[tag], value)
    if tag == "filename":
        tag = "file"
    return Trait(tag, Operator.HOLDS if folded else Operator.IS, value, folded)


class _Reader:
    """Reads one expression."""

    def __init__(self, text: str, *, folded: bool) -> None:
        self._text = text
        self._at = 0
        self._folded = folded
        self._parts = 0

    def read(self) -> Filter:
        found = self._expression(1)
        if self._at < len(self._text):
            raise MpdFault(Ack.ARG, "Unparsed garbage after expression")
        return found

    def _expression(self, depth: int) -> Filter:
        self._parts += 1
        if depth > DEPTH_MAX or self._parts > PARTS_MAX:
            raise MpdFault(Ack.ARG, "Filter expression is too deep or too long")
        self._expect("(")
        if self._peek() == "(":
            found = self._every(depth)
        elif self._peek() == "!":
            self._expect("!")
            found = Not(self._expression(depth + 1))
        else:
            found = self._test()
        self._expect(")")
        return found

    def _every(self, depth: int) -> Filter:
        parts = [self._expression(depth + 1)]
        while self._peek() != ")":
            self._match(_AND, "'AND' expected")
            parts.append(self._expression(depth + 1))
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _test(self) -> Filter:
        tag = self._match(_WORD, "Word expected").group().lower()
        if tag in _ALONE:
            return Trait(tag, _ALONE[tag], self._value())
        sign = self._match(_OPERATOR, "Operator expected").group()
        value = self._value()
        if tag == "prio" and sign == ">=":
            if not _BARE.fullmatch(value):
                raise MpdFault(Ack.ARG, "Number expected")
            return Trait(tag, Operator.AT_LEAST, value)
        if tag == "audioformat" and sign == "=~":
            return Trait(tag, Operator.IS, value)
        return self._compared(tag, sign, value)

    def _compared(self, tag: str, sign: str, value: str) -> Filter:
        if sign in {"=~", "!~"}:
            raise MpdFault(Ack.ARG, "Regular expressions are not supported")
        folded = self._folded
        if sign.endswith(("_cs", "_ci")):
            folded = sign.endswith("_ci")
            sign = sign[:-3]
        operator = _OPERATORS.get(sign.removeprefix("!") if sign != "!=" else "==")
        if operator is None:
            raise MpdFault(Ack.ARG, f"Unknown filter operator: {sign}")
        test = Trait(tag, operator, value, folded)
        return Not(test) if sign.startswith("!") else test

    def _value(self) -> str:
        self._skip()
        bare = _BARE.match(self._text, self._at)
        if bare is not None:
            self._at = bare.end()
            return bare.group()
        string = self._match(_STRING, "Quoted string expected")
        return _ESCAPE.sub(r"\1", string.group(1) or string.group(2) or "")

    def _peek(self) -> str:
        self._skip()
        return self._text[self._at : self._at + 1]

    def _expect(self, sign: str) -> None:
        if self._peek() != sign:
            raise MpdFault(Ack.ARG, f"'{sign}' expected")
        self._at += 1

    def _match(self, pattern: re.Pattern[str], fault: str) -> re.Match[str]:
        self._skip()
        found = pattern.match(self._text, self._at)
        if found is None:
            raise MpdFault(Ack.ARG, fault)
        self._at = found.end()
        return found

    def _skip(self) -> None:
        while self._at < len(self._text) and self._text[self._at] in " \t":
            self._at += 1
