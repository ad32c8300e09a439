"""Writing ``tinyice.json`` so that no crash and no second writer can lose it.

The new text goes into a temporary file in the same folder and reaches the disk
before it takes the name. Only the owner may read it.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any


def document_text(document: Mapping[str, Any]) -> str:
    """Write a document as the file holds it, keys in their order."""
    return json.dumps(document, indent=4, ensure_ascii=False, allow_nan=False) + "\n"


def replace_file(path: Path, text: str) -> None:
    """Put ``text`` in the place of the file at ``path``. Raises OSError, nothing changed.

    Behind a symbolic link the file that it points to is replaced, not the link.
    """
    target = Path(os.path.realpath(path))
    temporary = _written(target, text)
    try:
        _keep_owner(temporary, target)
        temporary.replace(target)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def create_file(path: Path, text: str) -> bool:
    """Make the file at ``path`` unless there is one; tell whether it was made.

    Of two that try at once, one succeeds, and nobody sees half of a file.
    """
    temporary = _written(path, text)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError:
        return _create_exclusively(path, text)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)
    return True


def _create_exclusively(path: Path, text: str) -> bool:
    """Make the file where the file system has no links."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    _fill(descriptor, text)
    _sync_folder(path.parent)
    return True


def _written(target: Path, text: str) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        _fill(descriptor, text)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _fill(descriptor: int, text: str) -> None:
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _keep_owner(temporary: Path, target: Path) -> None:
    """Leave the file with its owner when root rewrites it."""
    if os.geteuid() == 0:
        with suppress(FileNotFoundError):
            status = target.stat()
            os.chown(temporary, status.st_uid, status.st_gid)


def _sync_folder(folder: Path) -> None:
    """Bring the new name to the disk, where the file system can promise that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
