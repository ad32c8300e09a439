"""The JSON Schema of ``tinyice.json``, made from the model."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec.structs import FieldInfo

from tinyice.config.kept import OPEN, kept_keys
from tinyice.config.kinds import Kind, kind_of
from tinyice.config.model import Config

_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}


def schema() -> dict[str, Any]:
    """Describe every file that loads; rules between keys and inside text excepted."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tinyice.json",
        **_struct(Config),
    }


def _struct(struct: type[msgspec.Struct]) -> dict[str, Any]:
    properties = {field.name: _key(field) for field in msgspec.structs.fields(struct)}
    for name, reason in kept_keys(struct).items():
        properties[name] = {"description": f"Kept, not used: {reason.value}."}
    is_open = struct in OPEN
    return {"type": "object", "properties": properties, "additionalProperties": is_open}


def _key(field: FieldInfo) -> dict[str, Any]:
    kind = kind_of(field.type)
    described = {"description": kind.description, **_or_null(_value(kind))}
    if field.default is not msgspec.NODEFAULT and not kind.secret:
        described["default"] = field.default
    return described


def _or_null(value: dict[str, Any]) -> dict[str, Any]:
    """Let a value be null too: the default."""
    if "enum" in value:
        return {**value, "enum": [*value["enum"], None]}
    if isinstance(value["type"], list):
        return {**value, "type": [*value["type"], "null"]}
    return {**value, "type": [value["type"], "null"]}


def _value(kind: Kind) -> dict[str, Any]:
    if kind.is_struct:
        return _struct(kind.base)
    if kind.base is Mapping:
        entry = _value(kind_of(kind.args[1]))
        if kind_of(kind.args[1]).is_struct:
            entry = _or_null(entry)
        return {"type": "object", "additionalProperties": entry}
    if kind.base is tuple:
        kinds = ["array", "string"] if kind.is_command else "array"
        lengths = {"minItems": kind.length, "maxItems": kind.length} if kind.length else {}
        return {"type": kinds, "items": _value(kind_of(kind.args[0])), **lengths}
    if kind.base is Literal:
        return {"enum": ["", *(choice for choice in kind.args if choice)]}
    return _plain(kind)


def _plain(kind: Kind) -> dict[str, Any]:
    described: dict[str, Any] = {"type": _TYPES[kind.base]}
    if kind.numeric_text:
        words = "|".join(("[0-9]*", *kind.named))
        described = {"type": ["integer", "string"], "pattern": f"^({words})$"}
    if kind.ge is not None:
        described["minimum"] = kind.ge
    if kind.le is not None:
        described["maximum"] = kind.le
    return described
