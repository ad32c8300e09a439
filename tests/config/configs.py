"""Configurations for the tests of this folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tinyice.config.load import Loaded, check, load

HASH = "$2b$12$" + "a" * 53
OTHER_HASH = "$2y$10$" + "B" * 53


def fake_hash(password: str) -> str:
    """A well-formed hash at no cost; the password can be told from it."""
    return "$2b$12$" + password.encode().hex().ljust(53, "z")[:53]


def written(folder: Path, document: Mapping[str, Any] | str) -> Path:
    """Put a configuration into ``folder``."""
    path = folder / "tinyice.json"
    text = document if isinstance(document, str) else json.dumps(document)
    path.write_text(text, encoding="utf-8")
    return path


def checked(
    folder: Path,
    document: Mapping[str, Any] | str,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, str] | None = None,
) -> Loaded:
    """Judge a configuration."""
    path = written(folder, document)
    return check(path, environ=environ or {}, overrides=overrides or {})


def loaded(path: Path, environ: Mapping[str, str] | None = None) -> Loaded:
    """Load a configuration with the fake hash."""
    return load(path, environ=environ or {}, overrides={}, hasher=fake_hash)
