"""Loading a configuration: command line over environment over file over default.

The parts are judged together, so that every fault is told at once, and before
anything is written. Values of the command line and the environment never reach
the file.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from tinyice.config.build import Walk, build
from tinyice.config.environment import from_environment, from_options, variable
from tinyice.config.faults import ConfigFaults, Fault, path_text
from tinyice.config.firstrun import FirstRun, first_document, random_credentials
from tinyice.config.kept import Kept
from tinyice.config.model import Config
from tinyice.config.passwords import Hasher, hash_paths, hash_values
from tinyice.config.rules import burst_notes, faults_between, tls_notes
from tinyice.config.save import create_file, document_text, replace_file
from tinyice.config.text import TextFault, parse_object

MAX_FILE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration without faults.

    ``notes`` are sentences that the operator should read. ``document`` is what
    the file holds, kept keys and order included: changes are made to it and
    saved. ``first_run`` is there when the file was made just now.
    """

    config: Config
    notes: tuple[str, ...]
    document: Mapping[str, Any] = field(repr=False)
    first_run: FirstRun | None = None


@dataclass(frozen=True, slots=True)
class _Sources:
    """Where values come from besides the file."""

    environ: Mapping[str, str]
    overrides: Mapping[str, str]


def check(path: Path, *, environ: Mapping[str, str], overrides: Mapping[str, str]) -> Loaded:
    """Judge the configuration at ``path`` and change nothing. Raises `ConfigFaults`.

    Passwords in plain text stay so in the value.
    """
    document = read_document(path)
    config, walk, _ = _judge(document, _Sources(environ, overrides))
    notes = [*_notes(config, walk)]
    if walk.plain:
        notes.append(f"{_names(walk)}: plain text, replaced by a hash when the server starts")
    return Loaded(config, tuple(notes), document)


def load(
    path: Path, *, environ: Mapping[str, str], overrides: Mapping[str, str], hasher: Hasher
) -> Loaded:
    """Load the configuration at ``path``; plain passwords in it become hashes.

    Raises `ConfigFaults` with all faults. A file that can't be rewritten keeps
    its plain passwords, and a note says so.
    """
    return _finish(path, read_document(path), _Sources(environ, overrides), hasher)


def load_or_create(
    path: Path, *, environ: Mapping[str, str], overrides: Mapping[str, str], hasher: Hasher
) -> Loaded:
    """Load the configuration at ``path``, made with random passwords if there is none."""
    sources = _Sources(environ, overrides)
    if not os.path.lexists(path):
        credentials = random_credentials()
        document = first_document(credentials)
        config, walk, given = _judge(document, sources)
        document = hash_paths(document, walk.plain, hasher)
        if _created(path, document):
            config = _in_force(document, given, hasher)
            notes = (*_notes(config, walk), *_first_notes(given))
            return Loaded(config, notes, document, credentials)
    return _finish(path, read_document(path), sources, hasher)


def read_document(path: Path) -> dict[str, Any]:
    """Read the file as JSON, not judged. Raises `ConfigFaults` with its one fault."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE_BYTES + 1)
        if len(raw) > MAX_FILE_BYTES:
            raise _file_fault(path, f"has more than {MAX_FILE_BYTES} bytes")
        return parse_object(raw.decode())
    except FileNotFoundError:
        raise _file_fault(path, "there is no such file") from None
    except OSError as error:
        raise _file_fault(path, f"can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        message = f"line {line}, column {column}: this is not text in UTF-8"
        raise _file_fault(path, message) from None
    except TextFault as fault:
        raise _file_fault(path, str(fault)) from None


def _file_fault(path: Path, message: str) -> ConfigFaults:
    return ConfigFaults([Fault(str(path), message)])


def _judge(document: Mapping[str, Any], sources: _Sources) -> tuple[Config, Walk, dict[str, Any]]:
    """Judge everything; give the values of the environment and the options apart."""
    walk, outside = Walk(), Walk()
    config = build(Config, document, walk)
    given = from_environment(sources.environ, outside)
    given |= from_options(sources.overrides, outside)
    config = msgspec.structs.replace(config, **given)
    faults = [*walk.faults, *outside.faults]
    wrong = {fault.key for fault in faults}
    faults += [fault for keys, fault in faults_between(config) if wrong.isdisjoint(keys)]
    if faults:
        raise ConfigFaults(faults)
    for reason, names in outside.kept.items():
        walk.kept.setdefault(reason, []).extend(names)
    return config, walk, given


def _finish(path: Path, document: dict[str, Any], sources: _Sources, hasher: Hasher) -> Loaded:
    config, walk, given = _judge(document, sources)
    notes = [*_notes(config, walk)]
    hashed = document
    if walk.plain:
        hashed = hash_paths(document, walk.plain, hasher)
        notes.append(_rewrite(path, hashed, walk))
    return Loaded(_in_force(hashed, given, hasher), tuple(notes), hashed)


def _rewrite(path: Path, document: Mapping[str, Any], walk: Walk) -> str:
    """Put the hashes into the file; say how that went."""
    try:
        replace_file(path, document_text(document))
    except OSError as error:
        return (
            f"warning: {path} can't be rewritten ({error.strerror}), so it keeps "
            f"plain-text passwords: {_names(walk)}"
        )
    return f"{_names(walk)}: plain text, now replaced by a hash in {path}"


def _in_force(document: Mapping[str, Any], given: Mapping[str, Any], hasher: Hasher) -> Config:
    config = build(Config, document, Walk())
    return msgspec.structs.replace(config, **hash_values(given, hasher))


def _created(path: Path, document: Mapping[str, Any]) -> bool:
    try:
        return create_file(path, document_text(document))
    except OSError as error:
        raise _file_fault(path, f"can't be created: {error.strerror}") from None


def _notes(config: Config, walk: Walk) -> Iterator[str]:
    for reason in Kept:
        if names := walk.kept.get(reason):
            yield f"{reason.value}, kept in the file and not used: {', '.join(names)}"
    yield from tls_notes(config)
    yield from burst_notes(config)


def _first_notes(given: Mapping[str, Any]) -> Iterator[str]:
    for key in ("admin_password", "default_source_password"):
        if key in given:
            yield f"{variable(key)} is in force, not the {key} that was just made"


def _names(walk: Walk) -> str:
    return ", ".join(path_text(path) for path in walk.plain)
