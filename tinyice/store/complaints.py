"""Saying that something goes wrong: at once, and then not more than once a minute."""

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

EVERY_S = 60.0


class Complaints:
    """Tells the log what is wrong with the database at ``path``, and when it is well again."""

    _log = Logger()

    def __init__(self, path: str, clock: IReactorTime) -> None:
        self._path = path
        self._clock = clock
        self._told_at: float | None = None
        self._is_told = False
        self.failures = 0

    def bad(self, reason: str, lost: int) -> None:
        """It failed once more; ``lost`` is what could not wait, since the start."""
        self.failures += 1
        now = self._clock.seconds()
        if self._told_at is not None and now - self._told_at < EVERY_S:
            return
        self._told_at = now
        self._is_told = True
        self._log.error(
            "the database {path} can't be used: {reason}; what is to be kept waits in memory"
            " ({failures} failures and {lost} lost entries since the start)",
            path=self._path,
            reason=reason,
            failures=self.failures,
            lost=lost,
        )

    def well(self) -> None:
        """It works."""
        if self._is_told:
            self._is_told = False
            self._log.info("the database {path} is written again", path=self._path)

    def note(self, sentence: str) -> None:
        """Something was done to the file that its owner should know."""
        self._log.warn("{path}: {note}", path=self._path, note=sentence)

    def refused(self, reason: str) -> None:
        """The file is not for us."""
        self._log.error(
            "the database {path} is not used: {reason}. The server runs without one: sessions,"
            " lockouts and the audit do not outlive a restart",
            path=self._path,
            reason=reason,
        )

    def left(self, entries: int) -> None:
        """The end is here, and so much was never written."""
        if entries:
            self._log.error(
                "{entries} entries were not written to the database {path}",
                entries=entries,
                path=self._path,
            )
