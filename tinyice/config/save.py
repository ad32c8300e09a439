"""Writing ``tinyice.json`` so that no crash and no second writer can lose it.

The new text goes into a temporary file in the same folder and reaches the disk
before it takes the name. Only the owner may read it. One process at a time
does this: it holds a lock on the folder. Who is killed meanwhile leaves a
temporary file, which the next one takes away.
"""

import errno
import fcntl
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

LOCK_TRIES = 40
LOCK_PAUSE_S = 0.05
_MARK = ".saving-"
"""What the names of temporary files have in them."""

_WORDS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "no permission to write in its folder",
    errno.EPERM: "it is protected against changes",
    errno.EBUSY: "it is mounted by itself, and can't be replaced; mount its folder instead",
    errno.EAGAIN: "another process is changing it",
    errno.ENOENT: "it is not there any more",
}


def document_text(document: Mapping[str, Any]) -> str:
    """Write a document as the file holds it, keys in their order."""
    return json.dumps(document, indent=4, ensure_ascii=False, allow_nan=False) + "\n"


def in_words(error: OSError) -> str:
    """Say what kept a file from being written."""
    return _WORDS.get(error.errno or 0) or error.strerror or str(error)


def replace_file(path: Path, text: str) -> None:
    """Put ``text`` in the place of the file at ``path``. Raises OSError, nothing changed.

    Behind a symbolic link the file that it points to is replaced, not the link.
    """
    target = Path(os.path.realpath(path))
    with _alone_in(target.parent):
        _replace(target, text)


def replace_same(path: Path, before: str, text: str) -> bool:
    """As `replace_file`, if the file still holds ``before``; tell whether it did."""
    target = Path(os.path.realpath(path))
    with _alone_in(target.parent):
        if target.read_bytes() != before.encode():
            return False
        _replace(target, text)
    return True


def create_file(path: Path, text: str) -> bool:
    """Make the file at ``path`` unless there is one; tell whether it was made.

    Of two that try at once, one succeeds, and nobody sees half of a file.
    """
    with _alone_in(path.parent):
        _remove_left_over(path)
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


def clean_up(path: Path) -> None:
    """Take away what was left beside the file at ``path`` by who was killed while saving."""
    target = Path(os.path.realpath(path))
    with suppress(OSError), _alone_in(target.parent):
        _remove_left_over(target)


def _replace(target: Path, text: str) -> None:
    _remove_left_over(target)
    temporary = _written(target, text)
    try:
        _keep_owner(temporary, target)
        temporary.replace(target)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _create_exclusively(path: Path, text: str) -> bool:
    """Make the file where the file system has no links."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    _fill(descriptor, text.encode())
    _sync_folder(path.parent)
    return True


def _written(target: Path, text: str) -> Path:
    content = text.encode()
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}{_MARK}", dir=target.parent)
    try:
        _fill(descriptor, content)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _fill(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _keep_owner(temporary: Path, target: Path) -> None:
    """Leave the file with its owner when root rewrites it."""
    if os.geteuid() == 0:
        with suppress(FileNotFoundError):
            status = target.stat()
            os.chown(temporary, status.st_uid, status.st_gid)


def _remove_left_over(target: Path) -> None:
    """Remove temporary files: whoever holds the lock knows that nobody is writing them."""
    with os.scandir(target.parent) as entries:
        names = [one.name for one in entries if one.name.startswith(f".{target.name}{_MARK}")]
    for name in names:
        (target.parent / name).unlink(missing_ok=True)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep every other process of ours from writing there, where locks exist."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    for _ in range(LOCK_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOCK_PAUSE_S)
        except OSError:
            return
        else:
            return
    raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def _sync_folder(folder: Path) -> None:
    """Bring the new name to the disk, where the file system can promise that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
