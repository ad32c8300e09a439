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

from tinyice.config.environment import variable
from tinyice.config.faults import ConfigFaults, Fault
from tinyice.config.firstrun import FirstRun, first_document, random_credentials
from tinyice.config.judge import Judged, Outside, judge, read_outside
from tinyice.config.model import Config
from tinyice.config.passwords import Hasher, hash_paths
from tinyice.config.save import clean_up, create_file, document_text, in_words, replace_file
from tinyice.config.text import TextFault, parse_object

MAX_FILE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration without faults.

    ``notes`` are sentences that the operator should read. ``document`` is what
    the file holds, kept keys and order included: changes are made to it and
    saved. ``first_run`` is there when the file was made just now. ``outside`` is
    what counts in place of the file.
    """

    config: Config
    notes: tuple[str, ...]
    document: Mapping[str, Any] = field(repr=False)
    first_run: FirstRun | None = None
    outside: Outside = field(default_factory=Outside)


def check(path: Path, *, environ: Mapping[str, str], overrides: Mapping[str, str]) -> Loaded:
    """Judge the configuration at ``path`` and change nothing. Raises `ConfigFaults`.

    Passwords in plain text stay so in the value.
    """
    document = read_document(path)
    outside = read_outside(environ, overrides)
    judged = judge(document, outside)
    notes = [*judged.notes]
    if judged.walk.plain:
        notes.append(f"{judged.plain_names}: plain text, replaced by a hash when the server starts")
    return Loaded(judged.config, tuple(notes), document, outside=outside)


def load(
    path: Path, *, environ: Mapping[str, str], overrides: Mapping[str, str], hasher: Hasher
) -> Loaded:
    """Load the configuration at ``path``; plain passwords in it become hashes.

    Raises `ConfigFaults` with all faults. A file that can't be rewritten keeps
    its plain passwords, and a note says so.
    """
    clean_up(path)
    return _finish(path, read_document(path), read_outside(environ, overrides), hasher)


def load_or_create(
    path: Path, *, environ: Mapping[str, str], overrides: Mapping[str, str], hasher: Hasher
) -> Loaded:
    """Load the configuration at ``path``, made with random passwords if there is none."""
    if not os.path.lexists(path):
        outside = read_outside(environ, overrides)
        credentials = random_credentials()
        document = first_document(credentials)
        judged = judge(document, outside)
        document = hash_paths(document, judged.walk.plain, hasher)
        if _created(path, document):
            outside = outside.hashed(hasher)
            notes = (*judged.notes, *_first_notes(outside))
            config = judge(document, outside).config
            return Loaded(config, notes, document, credentials, outside)
    return load(path, environ=environ, overrides=overrides, hasher=hasher)


def read_document(path: Path) -> dict[str, Any]:
    """Read the file as JSON, not judged. Raises `ConfigFaults` with its one fault."""
    return parse_document(path, read_text(path))


def read_text(path: Path) -> str:
    """Read the file. Raises `ConfigFaults` with its one fault."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE_BYTES + 1)
        if len(raw) > MAX_FILE_BYTES:
            raise _file_fault(path, f"has more than {MAX_FILE_BYTES} bytes")
        return raw.decode()
    except FileNotFoundError:
        raise _file_fault(path, "there is no such file") from None
    except OSError as error:
        raise _file_fault(path, f"can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        message = f"line {line}, column {column}: this is not text in UTF-8"
        raise _file_fault(path, message) from None


def parse_document(path: Path, text: str) -> dict[str, Any]:
    """Read ``text``, which the file at ``path`` holds, as JSON; raises `ConfigFaults`."""
    try:
        return parse_object(text)
    except TextFault as fault:
        raise _file_fault(path, str(fault)) from None


def _file_fault(path: Path, message: str) -> ConfigFaults:
    return ConfigFaults([Fault(str(path), message)])


def _finish(path: Path, document: dict[str, Any], outside: Outside, hasher: Hasher) -> Loaded:
    judged = judge(document, outside)
    notes = [*judged.notes]
    if judged.walk.plain:
        document = hash_paths(document, judged.walk.plain, hasher)
        notes.append(_rewrite(path, document, judged))
    outside = outside.hashed(hasher)
    return Loaded(judge(document, outside).config, tuple(notes), document, outside=outside)


def _rewrite(path: Path, document: Mapping[str, Any], judged: Judged) -> str:
    """Put the hashes into the file; say how that went."""
    try:
        replace_file(path, document_text(document))
    except OSError as error:
        return (
            f"warning: {path} can't be rewritten ({in_words(error)}), so it keeps "
            f"plain-text passwords: {judged.plain_names}"
        )
    return f"{judged.plain_names}: plain text, now replaced by a hash in {path}"


def _created(path: Path, document: Mapping[str, Any]) -> bool:
    try:
        return create_file(path, document_text(document))
    except OSError as error:
        raise _file_fault(path, f"can't be created: {in_words(error)}") from None


def _first_notes(outside: Outside) -> Iterator[str]:
    for key in ("admin_password", "default_source_password"):
        if key in outside.values:
            yield f"{variable(key)} is in force, not the {key} that was just made"
