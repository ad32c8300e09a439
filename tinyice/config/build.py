"""From JSON values to the model, with every fault on the way."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import msgspec

from tinyice.config.checks import is_hash, is_unicode
from tinyice.config.faults import Fault, KeyPath, path_text, shown, unknown_message
from tinyice.config.kept import OPEN, Kept, kept_keys
from tinyice.config.kinds import Kind, kind_of

S = TypeVar("S", bound=msgspec.Struct)


class _Refused:
    """Stands for a value that has a fault."""


REFUSED: Final = _Refused()


NO_TEXT = "holds half of a pair of surrogates, which is no text"


@dataclass(slots=True)
class Walk:
    """What one walk through a document found besides values.

    ``plain``: the paths of passwords in plain text. ``kept``: the keys that are
    only kept, by reason.
    """

    faults: list[Fault] = field(default_factory=list)
    plain: list[KeyPath] = field(default_factory=list)
    kept: dict[Kept, list[str]] = field(default_factory=dict)

    def refuse(self, path: KeyPath, message: str) -> _Refused:
        """Note a fault; its key keeps the default, so that the walk can go on."""
        self.faults.append(Fault(path_text(path), message))
        return REFUSED


def build(struct: type[S], document: Mapping[str, Any], walk: Walk, path: KeyPath = ()) -> S:
    """Make a ``struct`` of ``document``; what was refused has its default in it.

    null means the default, and so does empty text.
    """
    known = {field.name: field for field in msgspec.structs.fields(struct)}
    kept = kept_keys(struct)
    values = {}
    for key, raw in document.items():
        here = (*path, key)
        if key in kept:
            walk.kept.setdefault(kept[key], []).append(path_text(here))
        elif key not in known:
            if struct not in OPEN:
                walk.refuse(here, unknown_message(key, [*known, *kept]))
        else:
            kind = kind_of(known[key].type)
            if raw is None or (raw == "" and kind.takes_text):
                continue
            value = convert(kind, raw, walk, here)
            if value is not REFUSED:
                values[key] = value
    return struct(**values)


def convert(kind: Kind, raw: object, walk: Walk, path: KeyPath) -> object:
    """Make a value of ``kind``; `REFUSED` when it has a fault, noted in ``walk``."""
    if kind.is_struct:
        return _struct(kind, {} if raw is None else raw, walk, path)
    if kind.base is tuple:
        return _items(kind, raw, walk, path)
    if kind.base is Mapping:
        return _entries(kind, raw, walk, path)
    return _leaf(kind, raw, walk, path)


def _wrong(kind: Kind, raw: object, walk: Walk, path: KeyPath) -> _Refused:
    seen = "another kind of value" if kind.secret else shown(raw)
    return walk.refuse(path, f"must be {kind.words}, not {seen}")


def _struct(kind: Kind, raw: object, walk: Walk, path: KeyPath) -> object:
    if not isinstance(raw, dict):
        return _wrong(kind, raw, walk, path)
    return build(kind.base, raw, walk, path)


def _items(kind: Kind, raw: object, walk: Walk, path: KeyPath) -> object:
    if kind.is_command and isinstance(raw, str):
        try:
            raw = shlex.split(raw)
        except ValueError:
            return walk.refuse(path, "must end each quotation that it begins")
    if not isinstance(raw, list) or (kind.length and len(raw) != kind.length):
        return _wrong(kind, raw, walk, path)
    item = kind_of(kind.args[0])
    return tuple(
        value
        for index, entry in enumerate(raw)
        if (value := convert(item, entry, walk, (*path, index))) is not REFUSED
    )


def _entries(kind: Kind, raw: object, walk: Walk, path: KeyPath) -> object:
    if not isinstance(raw, dict):
        return _wrong(kind, raw, walk, path)
    names, values = (kind_of(arg) for arg in kind.args)
    entries = {}
    for name, entry in raw.items():
        here = (*path, name)
        fault = _name_fault(names, name)
        if fault:
            walk.refuse(here, fault)
        value = convert(values, entry, walk, here)
        if not fault and value is not REFUSED:
            entries[name] = value
    return entries


def _name_fault(names: Kind, name: str) -> str | None:
    if not is_unicode(name):
        return NO_TEXT
    return names.check(name) if names.check else None


def _leaf(kind: Kind, raw: object, walk: Walk, path: KeyPath) -> object:
    if kind.numeric_text and isinstance(raw, str) and raw.isascii() and raw.isdigit():
        raw = int(raw[:20])
    if isinstance(raw, str) and raw in kind.named:
        return kind.named[raw]
    try:
        value = msgspec.convert(raw, kind.leaf)
    except msgspec.ValidationError:
        return _wrong(kind, raw, walk, path)
    if isinstance(value, str):
        if not is_unicode(value):
            return walk.refuse(path, NO_TEXT)
        if value and kind.check and (fault := kind.check(value)):
            return walk.refuse(path, fault)
        if kind.hashed and value and not is_hash(value):
            walk.plain.append(path)
    return value
