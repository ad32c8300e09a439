"""What an AutoDJ keeps for its next start: a file, written when something has changed.

Rules of this file:

- never more than once in ``EVERY_S`` seconds, once at the end, and never by the reactor;
- the file is whole or it is not there; one that is damaged is told, put aside, and then
  the AutoDJ begins as if it were new;
- that it can't be written is logged, and stops nothing.
"""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.autodj.frozen import FrozenAutoDJ
from tinyice.autodj.frozen_lines import Damaged, frozen_in, lines_in, lines_of, text_of
from tinyice.core.codec_events import AutoDJForgot
from tinyice.core.events import Event
from tinyice.work.files import read_file_in_worker
from tinyice.work.jobs import Work

KEPT = "autodj"
"""The folder of these files, in that of the server's data."""

EVERY_S = 5.0
BYTES_MAX = 64 * 2**20
MODE = 0o640
FOLDER_MODE = 0o750
_NAME_MAX = 200


def file_of(folder: Path, mount: str) -> Path:
    """Where the AutoDJ of ``mount`` keeps what it keeps."""
    return folder / KEPT / f"{name_of(mount)}.json"


def name_of(mount: str) -> str:
    """How what belongs to the AutoDJ of ``mount`` is called in folders: each mount otherwise.

    People can read it back (``%2F`` is a slash), but for mounts of very long names.
    """
    name = quote(mount.removeprefix("/"), safe="")
    if name.startswith("."):
        name = f"%2E{name[1:]}"
    if len(name) > _NAME_MAX:
        name = sha256(mount.encode("utf-8", "surrogatepass")).hexdigest()
    return name


class Keeping:
    """Keeps what ``freeze`` gives in the file at ``path``."""

    _log = Logger()

    def __init__(
        self,
        path: Path,
        mount: str,
        freeze: Callable[[], FrozenAutoDJ],
        *,
        work: Work,
        clock: IReactorTime,
        publish: Callable[[Event], None],
    ) -> None:
        self._path = path
        self._mount = mount
        self._freeze = freeze
        self._work = work
        self._clock = clock
        self._publish = publish
        self._due: IDelayedCall | None = None
        self._is_on = False

    async def read(self) -> FrozenAutoDJ | None:
        """What was kept; None: nothing, or nothing that can be read."""
        try:
            return await self._work.perform(read_in_worker, self._path)
        except (Damaged, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            self._publish(AutoDJForgot(self._mount, reason or str(error)))
            return None

    def begin(self) -> None:
        """Keep what changes from now on."""
        self._is_on = True

    def changed(self) -> None:
        """Something is not as it was."""
        if self._is_on and self._due is None:
            self._due = self._clock.callLater(EVERY_S, self._save)

    def stop(self) -> Deferred[None]:
        """Keep what is now, and no more; fires when that is done. Not after ``leave``."""
        if not self._is_on:
            return succeed(None)
        self.leave()
        return self._save()

    def leave(self) -> None:
        """Somebody else keeps it from now on, or nobody."""
        self._is_on = False
        if self._due is not None and self._due.active():
            self._due.cancel()

    def _save(self) -> Deferred[None]:
        self._due = None
        saved = self._work.perform(write_in_worker, self._path, self._freeze())
        return saved.addErrback(self._not_saved)

    def _not_saved(self, failure: Failure) -> None:
        reason = failure.getErrorMessage()
        self._log.warn("{path} can't be written: {reason}", path=str(self._path), reason=reason)


def read_in_worker(path: Path) -> FrozenAutoDJ | None:
    """What is in the file; None: there is none. Raises ``Damaged`` and OSError."""
    try:
        data = read_file_in_worker(str(path), BYTES_MAX)
    except FileNotFoundError:
        return None
    try:
        return frozen_in(lines_in(data))
    except Damaged:
        path.replace(path.with_suffix(".json.damaged"))
        raise


def write_in_worker(path: Path, frozen: FrozenAutoDJ) -> None:
    """Put ``frozen`` in the place of what is there; raises OSError."""
    path.parent.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(partial, flags, MODE), "wb") as file:
        file.write(text_of(lines_of(frozen)))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
