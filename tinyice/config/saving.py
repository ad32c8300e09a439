"""The steps of a change that take time. They run in a worker, on values of their own."""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinyice.config.changes import Changes, changes_between
from tinyice.config.edits import Document
from tinyice.config.faults import ConfigFaults, FileRefused, NotSaved
from tinyice.config.judge import Judged, Outside, judge
from tinyice.config.load import MAX_FILE_BYTES, parse_document, read_text
from tinyice.config.model import Config
from tinyice.config.passwords import Hasher, hash_paths
from tinyice.config.restart import needs_restart
from tinyice.config.save import document_text, in_words, replace_same

Examine = Callable[[Config, Config], None]
"""Looks at what a change needs besides the file, given both; raises `ConfigFaults`."""


@dataclass(frozen=True, slots=True)
class Read:
    """The file as it is now, and what somebody changed in it by hand.

    ``draft`` is a copy of ``document`` that may be changed.
    """

    text: str
    document: Mapping[str, Any]
    draft: Document
    by_hand: Changes


@dataclass(frozen=True, slots=True)
class Settled:
    """A change that is saved, or was there already. ``notes`` are what it gives to know."""

    text: str
    document: Document
    config: Config
    changes: Changes
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The file, and what else decides about what is in it."""

    path: Path
    outside: Outside
    hasher: Hasher
    examine: Examine

    def read_in_worker(self, text: str, document: Mapping[str, Any]) -> Read:
        """The file, which held ``document`` as ``text`` before. Raises `FileRefused`."""
        try:
            now = read_text(self.path)
            if now == text:
                return Read(now, document, copy.deepcopy(dict(document)), Changes({}, {}))
            found = parse_document(self.path, now)
            judge(found, self.outside)
        except ConfigFaults as faults:
            raise FileRefused(faults.faults) from None
        return Read(now, found, copy.deepcopy(found), changes_between(document, found))

    def settle_in_worker(self, read: Read, before: Config) -> Settled | None:
        """Judge the draft and put it into the file; None: the file has changed since it was read.

        Raises `ConfigFaults` or `NotSaved`, nothing changed. A document that is
        what the file holds is not written again.
        """
        document = read.draft
        judged = judge(document, self.outside)
        if judged.walk.plain:
            document = hash_paths(document, judged.walk.plain, self.hasher)
            judged = judge(document, self.outside)
        if judged.config != before:
            self.examine(before, judged.config)
        if _same(document, read.document):
            later = tuple(_later(before, judged.config))
            return Settled(read.text, document, judged.config, Changes({}, {}), later)
        text = document_text(document)
        if not self._written(read.text, text):
            return None
        changes = changes_between(read.document, document)
        notes = self._notes(changes, judge(read.document, self.outside), judged)
        return Settled(text, document, judged.config, changes, notes)

    def _written(self, before: str, text: str) -> bool:
        if len(text.encode()) > MAX_FILE_BYTES:
            raise NotSaved(f"the file would have more than {MAX_FILE_BYTES} bytes")
        try:
            return replace_same(self.path, before, text)
        except OSError as error:
            reason = f"{self.path} can't be written: {in_words(error)}"
            raise NotSaved(reason) from None

    def _notes(self, changes: Changes, before: Judged, after: Judged) -> tuple[str, ...]:
        overridden = (
            f"{key}: saved, but {self.outside.names[key]} is in force"
            for key in sorted(changes.keys & self.outside.names.keys())
        )
        later = _later(before.config, after.config)
        new = (note for note in after.notes if note not in before.notes)
        return (*overridden, *later, *new)


def _later(before: Config, after: Config) -> Iterator[str]:
    for key in needs_restart(before, after):
        yield f"{key}: saved, and in force from the next start"


def _same(document: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether both would be written alike; the order of keys counts, as in a file."""
    return document_text(document) == document_text(other)
