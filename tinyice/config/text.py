"""JSON text to values, with the line and column of the first fault.

Stricter than ``json.loads``: no duplicate keys, no NaN, no half surrogates.
Clearer too: what people put into JSON by hand (comments, commas before a
closing bracket) is named for what it is.
"""

import json
import math
import re
from typing import Any

MAX_DEPTH = 32

_BLANK = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,99})(?:\.[0-9]{1,99})?(?:[eE][-+]?[0-9]{1,4})?")
_WORDS = {"true": True, "false": False, "null": None}
_UNENDED = (
    "the text that begins here does not end well: a closing quote is missing, "
    "or a \\ or a line break in it is not escaped"
)
_WORD = re.compile(r"[A-Za-z_]+")


class TextFault(Exception):
    """The text is not JSON from this place on."""

    def __init__(self, text: str, at: int, reason: str) -> None:
        line = text.count("\n", 0, at) + 1
        column = at - text.rfind("\n", 0, at)
        super().__init__(f"line {line}, column {column}: {reason}")
        self.line = line
        self.column = column


def parse_object(text: str) -> dict[str, Any]:
    """Read one JSON object; its keys keep their order. Raises `TextFault`."""
    reader = _Reader(text)
    if text.startswith("\ufeff"):
        raise reader.fault(0, "the file begins with a byte order mark; save it as plain UTF-8")
    at = reader.skip(0)
    if text[at : at + 1] in tuple('["tfn-0123456789'):
        raise reader.fault(at, "the configuration must be an object, between { and }")
    value, end = reader.object(at, 1)
    end = reader.skip(end)
    if end != len(text):
        raise reader.fault(end, "nothing may follow the closing }")
    return value


class _Reader:
    """Reads values; each method takes an offset and gives the one after the value."""

    def __init__(self, text: str) -> None:
        self._text = text

    def fault(self, at: int, reason: str) -> TextFault:
        """Say what is wrong at ``at``, with a better reason where the text shows one."""
        text = self._text
        if text.startswith(("//", "/*", "#"), at):
            reason = "JSON has no comments; take this one out"
        elif text.startswith("'", at):
            reason = "text stands between double quotes, not single ones"
        elif at >= len(text):
            reason = f"the file ends too early: {reason}"
        return TextFault(text, at, reason)

    def skip(self, at: int) -> int:
        """Step over blanks."""
        found = _BLANK.match(self._text, at)
        return found.end() if found else at

    def value(self, at: int, depth: int) -> tuple[Any, int]:
        """Read whatever begins at ``at``."""
        if depth > MAX_DEPTH:
            raise self.fault(at, f"values are nested more than {MAX_DEPTH} deep")
        first = self._text[at : at + 1]
        if first == "{":
            return self.object(at, depth + 1)
        if first == "[":
            return self.array(at, depth + 1)
        if first == '"':
            return self.string(at)
        if number := _NUMBER.match(self._text, at):
            return self.number(number.group(), at), number.end()
        word = _WORD.match(self._text, at)
        if word and word.group() in _WORDS:
            return _WORDS[word.group()], word.end()
        raise self.fault(at, "a value is expected here: text, a number, true, false, null, [ or {")

    def number(self, token: str, at: int) -> int | float:
        """Read a number; one that is too large for a computer's number is a fault."""
        value: int | float = json.loads(token)
        if math.isinf(value):
            raise self.fault(at, "this number is too large")
        return value

    def string(self, at: int) -> tuple[str, int]:
        """Read text between double quotes."""
        found = _STRING.match(self._text, at)
        if found is None:
            raise self.fault(at, _UNENDED)
        value: str = json.loads(found.group())
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise self.fault(at, "this text holds half of a \\u pair")
        return value, found.end()

    def array(self, at: int, depth: int) -> tuple[list[Any], int]:
        """Read a list."""
        values: list[Any] = []
        at = self.skip(at + 1)
        if self._text.startswith("]", at):
            return values, at + 1
        while True:
            value, at = self.value(at, depth)
            values.append(value)
            at, closed = self.separator(at, "]")
            if closed:
                return values, at

    def object(self, at: int, depth: int) -> tuple[dict[str, Any], int]:
        """Read an object."""
        if not self._text.startswith("{", at):
            raise self.fault(at, "a { is expected here")
        values: dict[str, Any] = {}
        at = self.skip(at + 1)
        if self._text.startswith("}", at):
            return values, at + 1
        while True:
            name, after = self.name(at)
            if name in values:
                raise self.fault(at, f"the key {json.dumps(name)} stands here a second time")
            values[name], at = self.value(after, depth)
            at, closed = self.separator(at, "}")
            if closed:
                return values, at

    def name(self, at: int) -> tuple[str, int]:
        """Read a key and its colon."""
        if not self._text.startswith('"', at):
            raise self.fault(at, "a key between double quotes is expected here")
        name, at = self.string(at)
        at = self.skip(at)
        if not self._text.startswith(":", at):
            raise self.fault(at, "a colon is expected after the key")
        return name, self.skip(at + 1)

    def separator(self, at: int, closing: str) -> tuple[int, bool]:
        """Step over a comma, or over ``closing``, which ends the collection."""
        at = self.skip(at)
        if self._text.startswith(closing, at):
            return at + 1, True
        if not self._text.startswith(",", at):
            raise self.fault(at, f"a comma or {closing} is expected here")
        after = self.skip(at + 1)
        if self._text.startswith(closing, after):
            raise self.fault(at, f"nothing follows this comma but {closing}; take the comma out")
        return after, False
