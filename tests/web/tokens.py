"""The values of ``tokens.css``, theme by theme, for tests that compute with them."""

import re
from functools import cache

from tinyice.web.accent import Colour
from web.web_support import PROJECT

_RULE = re.compile(r'^:root(\[data-theme="(\w+)"\])? \{(.*?)^\}', re.MULTILINE | re.DOTALL)


@cache
def tokens_of(theme: str) -> dict[str, str]:
    """What each token is in ``theme`` ("" for the default): its own value, or the default's."""
    text = (PROJECT / "static" / "tokens.css").read_text()
    rules = _RULE.findall(text)
    values: dict[str, str] = {}
    for _, name, body in rules:
        if name in ("", theme):
            values.update(re.findall(r"--([\w-]+):\s*([^;]+);", body))
    return values


def colour_of(theme: str, token: str) -> Colour:
    """The colour of a token, whether it names one or another token."""
    value = tokens_of(theme)[token]
    named = re.fullmatch(r"var\(--([\w-]+)\)", value)
    if named:
        return colour_of(theme, named[1])
    found = re.fullmatch(r"#(\w\w)(\w\w)(\w\w)", value)
    assert found, f"{token} is {value}"
    red, green, blue = (int(part, 16) for part in found.groups())
    return red, green, blue


def hex_of(colour: Colour) -> str:
    """``#rrggbb``."""
    return "#{:02x}{:02x}{:02x}".format(*colour)
