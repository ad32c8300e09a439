"""Keys given by environment variables and on the command line: text to values.

``TINYICE_PORT`` gives ``port``; ``TINYICE_ADMIN_PASSWORD_FILE`` names a file
that holds ``admin_password``. Lists are separated by commas. An empty variable
counts as not given. What is an object in the file has no variable.
"""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from tinyice.config.build import REFUSED, Walk, convert
from tinyice.config.checks import is_unicode
from tinyice.config.faults import unknown_message
from tinyice.config.kept import kept_keys
from tinyice.config.kinds import Kind, kind_of
from tinyice.config.model import Config

PREFIX = "TINYICE_"
FILE_SUFFIX = "_FILE"
CONFIG_VARIABLE = "TINYICE_CONFIG"
"""Names the configuration file itself; read by the command line."""

_MAX_FILE_BYTES = 65536
_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")


def given_kinds() -> dict[str, Kind]:
    """The keys that variables and options can give."""
    kinds = {f.name: kind_of(f.type) for f in msgspec.structs.fields(Config)}
    return {name: kind for name, kind in kinds.items() if not _holds_objects(kind)}


def _holds_objects(kind: Kind) -> bool:
    return kind.base is Mapping or (kind.base is tuple and kind_of(kind.args[0]).is_struct)


def variable(key: str) -> str:
    """The environment variable of ``key``."""
    return PREFIX + key.upper()


def from_environment(environ: Mapping[str, str], walk: Walk) -> dict[str, Any]:
    """Read the values that the environment gives; faults go to ``walk``."""
    values = {}
    kinds = given_kinds()
    variables = {variable(key): key for key in kinds}
    for name, key, text in _given(environ, variables, walk):
        value = value_of(kinds[key], text, walk, name)
        if value is not REFUSED:
            values[key] = value
    return values


def from_options(overrides: Mapping[str, str], walk: Walk) -> dict[str, Any]:
    """Read the values that the command line gives; faults go to ``walk``."""
    values = {}
    kinds = given_kinds()
    for key, text in overrides.items():
        value = value_of(kinds[key], text, walk, option(key))
        if value is not REFUSED:
            values[key] = value
    return values


def option(key: str) -> str:
    """The command-line option of ``key``."""
    return "--host" if key == "bind_host" else "--" + key.replace("_", "-")


def value_of(kind: Kind, text: str, walk: Walk, label: str) -> object:
    """Make a value of ``kind`` of the text that ``label`` gives."""
    if not is_unicode(text):
        return walk.refuse((label,), "is not text in UTF-8")
    if kind.base is tuple:
        item = kind_of(kind.args[0])
        parts = [part.strip() for part in text.split(",")]
        raw: object = [_raw(item, part) for part in parts if part]
    else:
        raw = _raw(kind, text)
    return convert(kind, raw, walk, (label,))


def _given(
    environ: Mapping[str, str], variables: Mapping[str, str], walk: Walk
) -> Iterator[tuple[str, str, str]]:
    """Find the variables that give a key: name, key and text of each."""
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name == CONFIG_VARIABLE or not environ[name]:
            continue
        direct = name.removesuffix(FILE_SUFFIX)
        if name in variables:
            yield name, variables[name], environ[name]
        elif direct in variables and direct != name:
            if environ.get(direct):
                walk.refuse((name,), f"and {direct} are both given; take one away")
            elif (text := _file_text(name, environ[name], walk)) is not None:
                yield name, variables[direct], text
        else:
            _refuse_unknown(name, variables, walk)


def _refuse_unknown(name: str, variables: Mapping[str, str], walk: Walk) -> None:
    key = name.removeprefix(PREFIX).lower()
    kept = kept_keys(Config)
    if key in kept:
        walk.kept.setdefault(kept[key], []).append(name)
    elif key in {field.name for field in msgspec.structs.fields(Config)}:
        walk.refuse((name,), f"an object like {key} can only stand in the file")
    else:
        walk.refuse((name,), unknown_message(name, [*variables, CONFIG_VARIABLE], "variable"))


def _file_text(name: str, path: str, walk: Walk) -> str | None:
    try:
        with Path(path).open("rb") as file:
            raw = file.read(_MAX_FILE_BYTES + 1)
        if len(raw) > _MAX_FILE_BYTES:
            walk.refuse((name,), f"the file has more than {_MAX_FILE_BYTES} bytes")
            return None
        return raw.decode().rstrip("\r\n")
    except OSError as error:
        walk.refuse((name,), f"the file can't be read: {error.strerror}")
    except ValueError:
        walk.refuse((name,), "the file does not hold text in UTF-8")
    return None


def _raw(kind: Kind, text: str) -> object:
    """Give what JSON would hold for ``text``, or the text, to be refused as it is."""
    if kind.base is bool:
        word = text.strip().lower()
        return True if word in _TRUE else False if word in _FALSE else text
    try:
        if kind.base is int and len(text) < 20:
            return int(text)
        if kind.base is float and math.isfinite(number := float(text)):
            return number
    except ValueError:
        pass
    return text
