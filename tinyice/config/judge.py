"""Judging a document together with what the environment and the command line give."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from tinyice.config.accounts import token_notes
from tinyice.config.autodj_rules import autodj_notes
from tinyice.config.build import Walk, build
from tinyice.config.environment import from_environment, from_options, option, variable
from tinyice.config.faults import ConfigFaults, Fault, path_text
from tinyice.config.kept import Kept
from tinyice.config.model import Config
from tinyice.config.passwords import Hasher, hash_values
from tinyice.config.rules import access_notes, burst_notes, faults_between, tls_notes


@dataclass(frozen=True, slots=True)
class Outside:
    """What is given besides the file, and counts in place of what the file says.

    ``values`` are by key; ``names`` tells what gives each key: a variable or an option.
    """

    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    names: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    kept: Mapping[Kept, list[str]] = field(default_factory=dict)

    def hashed(self, hasher: Hasher) -> "Outside":
        """The same without plain passwords."""
        return replace(self, values=hash_values(self.values, hasher))


@dataclass(frozen=True, slots=True)
class Judged:
    """A document without faults: the configuration, and what was found on the way to it."""

    config: Config
    walk: Walk

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences that the operator should read."""
        return tuple(_notes(self.config, self.walk))

    @property
    def plain_names(self) -> str:
        """The keys of passwords in plain text."""
        return ", ".join(path_text(path) for path in self.walk.plain)


def read_outside(environ: Mapping[str, str], overrides: Mapping[str, str]) -> Outside:
    """Read variables and options; their faults are told when a document is judged."""
    walk = Walk()
    by_variable = from_environment(environ, walk)
    by_option = from_options(overrides, walk)
    names = {key: variable(key) for key in by_variable} | {key: option(key) for key in by_option}
    return Outside({**by_variable, **by_option}, names, tuple(walk.faults), walk.kept)


def judge(document: Mapping[str, Any], outside: Outside) -> Judged:
    """Judge everything. Raises `ConfigFaults` with all faults."""
    walk = Walk()
    config = msgspec.structs.replace(build(Config, document, walk), **outside.values)
    faults = [*walk.faults, *outside.faults]
    wrong = {fault.key for fault in faults}
    faults += [fault for keys, fault in faults_between(config) if wrong.isdisjoint(keys)]
    if faults:
        raise ConfigFaults(faults)
    for reason, names in outside.kept.items():
        walk.kept.setdefault(reason, []).extend(names)
    return Judged(config, walk)


def _notes(config: Config, walk: Walk) -> Iterator[str]:
    for reason in Kept:
        if names := walk.kept.get(reason):
            yield f"{reason.value}, kept in the file and not used: {', '.join(names)}"
    yield from tls_notes(config)
    yield from burst_notes(config)
    yield from access_notes(config)
    yield from autodj_notes(config)
    yield from token_notes(config)
