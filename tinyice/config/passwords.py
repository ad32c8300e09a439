"""Passwords in the configuration: plain text becomes a hash."""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tinyice.config.checks import is_hash
from tinyice.config.environment import given_kinds
from tinyice.config.faults import KeyPath

Hasher = Callable[[str], str]
"""Makes the bcrypt hash of a password; slow on purpose."""


def hash_paths(
    document: Mapping[str, Any], paths: Sequence[KeyPath], hasher: Hasher
) -> dict[str, Any]:
    """Give a copy of ``document`` with hashes for the plain passwords at ``paths``."""
    hashed = copy.deepcopy(dict(document))
    for *above, last in paths:
        place: Any = hashed
        for step in above:
            place = place[step]
        place[last] = hasher(place[last])
    return hashed


def hash_values(values: Mapping[str, Any], hasher: Hasher) -> dict[str, Any]:
    """Hash the plain passwords among values by key (of the environment)."""
    kinds = given_kinds()
    return {
        key: hasher(value) if kinds[key].hashed and value and not is_hash(value) else value
        for key, value in values.items()
    }
