"""The countries of those who listen, for whoever shows them.

What is known stays in memory, for so many addresses; the rest is looked up in a
worker. Nobody who serves audio waits for any of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.core.countries import LOCAL, Country, is_local
from tinyice.core.errors import Overloaded
from tinyice.geo.database import Database, DatabaseFault
from tinyice.work.jobs import Work

KNOWN_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Found:
    """What a look into the file has brought. ``about`` and ``fault``: how the file is now.

    ``is_fresh``: another file than at the last look, so that what was known is not any more.
    """

    countries: Mapping[str, Country | None]
    about: str
    fault: str
    is_fresh: bool


class CountryFile:
    """The file at one path, opened again when another has taken its place. A worker's own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database: Database | None = None
        self._seen: tuple[int, ...] | None = None
        self._fault = ""

    def find_in_worker(self, addresses: Iterable[str]) -> Found:
        """Where those addresses are."""
        is_fresh = self._renew()
        database = self._database
        return Found(
            {} if database is None else {one: database.country(one) for one in addresses},
            "" if database is None else database.about,
            self._fault,
            is_fresh,
        )

    def close_in_worker(self) -> None:
        """Close what is open."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _renew(self) -> bool:
        """Open the file, if it is another one than before; whether it is."""
        try:
            now = self.path.stat()
        except OSError as error:
            # who brings a new file may take the old one away for a moment
            if self._database is None:
                self._seen = None
                self._fault = f"can't be read: {error.strerror or error}"
            return False
        seen = (now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns)
        if seen == self._seen:
            return False
        self.close_in_worker()
        self._seen, self._fault = seen, ""
        try:
            self._database = Database(self.path)
        except DatabaseFault as fault:
            self._fault = fault.reason
        return True


class Countries:
    """Where addresses are, as long as there is a file that says it.

    ``fault``: why the file that the configuration names is of no use.
    """

    _log = Logger()

    def __init__(self, work: Work, path: Path | None) -> None:
        self._work = work
        self._file = None if path is None else CountryFile(path)
        self._known: dict[str, Country | None] = {}
        self._about = ""
        self.fault = ""

    @property
    def is_on(self) -> bool:
        """Whether a file is named."""
        return self._file is not None

    def begin(self) -> None:
        """Open the file, and say in the log which one it is, or what is wrong with it."""
        if self._file is not None:
            Deferred.fromCoroutine(self._learn(self._file, ())).addErrback(self._failed)

    def use(self, path: Path | None) -> None:
        """Look into that file from now on; None: into none."""
        if self._file is not None:
            self._work.submit(self._file.close_in_worker)
        self._file = None if path is None else CountryFile(path)
        self._known.clear()
        self._about = self.fault = ""
        self.begin()

    async def of(self, addresses: Iterable[str]) -> Mapping[str, Country]:
        """The countries of those addresses, as far as they are known."""
        file = self._file
        if file is None:
            return {}
        wanted = frozenset(addresses)
        found = {one: LOCAL for one in wanted if is_local(one)}
        unknown = [one for one in wanted if one not in found and one not in self._known]
        if unknown:
            await self._learn(file, unknown)
        for one in wanted:
            country = self._known.get(one)
            if country is not None:
                found[one] = country
        return found

    async def _learn(self, file: CountryFile, addresses: Iterable[str]) -> None:
        try:
            found = await self._work.perform(file.find_in_worker, tuple(addresses))
        except Overloaded:
            # too much is going on: whoever asked goes without this time
            return
        if file is not self._file:
            return
        self._tell(file, found)
        if found.is_fresh:
            self._known.clear()
        self._known.update(found.countries)
        while len(self._known) > KNOWN_MAX:
            del self._known[next(iter(self._known))]

    def _tell(self, file: CountryFile, found: Found) -> None:
        if found.fault and found.fault != self.fault:
            self._log.error(
                "geoip_database: {path} {fault}", path=str(file.path), fault=found.fault
            )
        if found.about and found.about != self._about:
            self._log.info("countries are those of {about}", about=found.about)
        self._about, self.fault = found.about, found.fault

    def _failed(self, failure: Failure) -> None:
        self._log.failure("countries can't be looked up", failure)
