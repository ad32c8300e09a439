"""What differs between two documents, as the audit tells it: by key, without secrets."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from tinyice.config.faults import KeyPath, path_text
from tinyice.config.kinds import Kind, kind_of
from tinyice.config.model import Config

MASK = "***"
"""Stands for a value that nobody is shown."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The keys that differ, by their path, with their values; a key that is absent has none.

    Of lists there is what was taken out, and what was put in.
    """

    before: Mapping[str, object]
    after: Mapping[str, object]

    def __bool__(self) -> bool:
        return bool(self.before or self.after)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the file that it is about, without what lies below them."""
        paths = {**self.before, **self.after}
        return frozenset(path.partition(".")[0].partition("[")[0] for path in paths)


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One value of a document. ``is_list``: what is in it counts, one by one."""

    value: object
    secret: bool = False
    is_list: bool = False


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """Compare two documents that were judged."""
    old, new = dict(_leaves_of_keys(Config, before, ())), dict(_leaves_of_keys(Config, after, ()))
    paths = [path for path in {**old, **new} if old.get(path) != new.get(path)]
    told_before, told_after = {}, {}
    for path in paths:
        gone, come = _pair(old.get(path), new.get(path))
        if path in old:
            told_before[path] = gone
        if path in new:
            told_after[path] = come
    return Changes(told_before, told_after)


def _pair(old: _Leaf | None, new: _Leaf | None) -> tuple[object, object]:
    if old and new and old.is_list and new.is_list:
        removed, added = _without(old.value, new.value), _without(new.value, old.value)
        if removed or added:
            return removed, added
    return _shown(old), _shown(new)


def _shown(leaf: _Leaf | None) -> object:
    return None if leaf is None else MASK if leaf.secret else leaf.value


def _without(values: Any, others: Any) -> list[object]:  # noqa: ANN401 - what JSON holds
    rest = Counter(map(msgspec.json.encode, values))
    rest.subtract(map(msgspec.json.encode, others))
    return [msgspec.json.decode(value) for value in rest for _ in range(rest[value])]


def _leaves(kind: Kind, value: object, path: KeyPath) -> Iterator[tuple[str, _Leaf]]:
    """Everything below ``path``. What is not as it should be is not shown."""
    if value is None:
        yield path_text(path), _Leaf(None)
    elif kind.is_struct and isinstance(value, dict):
        yield from _or_empty(list(_leaves_of_keys(kind.base, value, path)), path)
    elif kind.base is Mapping and isinstance(value, dict):
        of = kind_of(kind.args[1])
        found = [leaf for key in value for leaf in _leaves(of, value[key], (*path, key))]
        yield from _or_empty(found, path)
    elif kind.base is tuple and isinstance(value, list):
        yield from _leaves_of_list(kind, value, path)
    else:
        is_plain = not isinstance(value, dict | list)
        yield path_text(path), _Leaf(value, secret=kind.secret or not is_plain)


def _leaves_of_keys(
    struct: type[msgspec.Struct], document: Mapping[str, Any], path: KeyPath
) -> Iterator[tuple[str, _Leaf]]:
    known = {field.name: kind_of(field.type) for field in msgspec.structs.fields(struct)}
    for key, value in document.items():
        here = (*path, key)
        if key in known:
            yield from _leaves(known[key], value, here)
        else:
            # Nobody here knows which part of it is a secret.
            yield path_text(here), _Leaf(value, secret=True)


def _leaves_of_list(kind: Kind, value: list[Any], path: KeyPath) -> Iterator[tuple[str, _Leaf]]:
    of = kind_of(kind.args[0])
    if not of.is_struct or not value:
        # A copy: the document may go on to change, what is told may not.
        yield path_text(path), _Leaf(list(value), is_list=not kind.length)
        return
    for index, entry in enumerate(value):
        name = (entry.get("id") or entry.get("mount")) if isinstance(entry, dict) else None
        yield from _leaves(of, entry, (*path, str(name) if name else index))


def _or_empty(found: list[tuple[str, _Leaf]], path: KeyPath) -> Iterator[tuple[str, _Leaf]]:
    if found:
        yield from found
    else:
        yield path_text(path), _Leaf({})
