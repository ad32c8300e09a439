"""The server for MPD clients of one AutoDJ that runs, with all that its clients see of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from twisted.internet.interfaces import IAddress, IReactorTime

from tinyice.autodj.mpd.driving import DrivenPlayer
from tinyice.autodj.mpd.keys import Keeper, PasswordKey
from tinyice.autodj.mpd.needs import (
    EVERYTHING,
    NOTHING,
    Station,
    Stickers,
    Stored,
    StoredPlaylists,
    Subsystem,
)
from tinyice.autodj.mpd.server import MpdServer
from tinyice.autodj.running import RunningAutoDJ
from tinyice.core.clients import Client


@dataclass(frozen=True, slots=True)
class World:
    """The rest of the server, for servers of MPD clients.

    ``client_for``: who is at an address, None: nobody who may come. ``stickers``: those of
    the library in a folder.
    """

    keeper: Keeper
    client_for: Callable[[IAddress | None], Client | None]
    stickers: Callable[[str], Stickers]
    clock: IReactorTime
    now: Callable[[], float]
    random: Random


class Serving:
    """Lets MPD clients drive ``running``, until ``end``."""

    def __init__(self, running: RunningAutoDJ, world: World) -> None:
        self.running = running
        self._world = world
        self._since = world.now()
        self._player = DrivenPlayer(running.player, self._changed)
        self._playlists = _OwnPlaylists(running.saved)
        self._password = running.config.mpd_password
        self._opened = running.opened
        self._scans = running.opened.scans
        self._scanning = running.library.scanning
        self.server = MpdServer(self._station(), clock=world.clock, client_for=world.client_for)
        self._unwatches = [running.watch(self._look), running.watch_saved(self._saved)]

    @property
    def password(self) -> str:
        """The hash of the password that its clients have said; "": they need none."""
        return self._password

    def settle(self) -> None:
        """The configuration may be another: who came with another password is to come again."""
        if self.running.config.mpd_password != self._password:
            self._password = self.running.config.mpd_password
            self.server.settle(self._station())
            self.server.end()
        if self.running.opened is not self._opened:
            self._opened = self.running.opened
            self.server.move(self._station())
            self._changed(Subsystem.DATABASE)
        self.server.turn_away()

    def end(self) -> None:
        """End all connections, and look no more."""
        for unwatch in self._unwatches:
            unwatch()
        self.server.end()

    def _station(self) -> Station:
        running, world = self.running, self._world
        return Station(
            mount=running.mount,
            player=self._player,
            library=running.library,
            playlists=self._playlists,
            stickers=world.stickers(running.opened.settings.root),
            keys=PasswordKey(world.keeper, lambda: self._password),
            free=NOTHING if self._password else EVERYTHING,
            since=self._since,
            now=world.now,
            random=world.random,
        )

    def _changed(self, subsystem: Subsystem) -> None:
        self.server.changed(subsystem)

    def _look(self) -> None:
        """Something is not as it was."""
        self._player.look()
        opened, library = self.running.opened, self.running.library
        if opened.scans != self._scans:
            self._scans = opened.scans
            self._changed(Subsystem.DATABASE)
        if library.scanning != self._scanning:
            self._scanning = library.scanning
            self._changed(Subsystem.UPDATE)

    def _saved(self) -> None:
        if not self._playlists.is_saving:
            self._changed(Subsystem.STORED_PLAYLIST)


class _OwnPlaylists:
    """``playlists``; what is changed through this is told by who does it."""

    def __init__(self, playlists: StoredPlaylists) -> None:
        self._playlists = playlists
        self._saving = 0

    @property
    def is_saving(self) -> bool:
        """Whether something is being changed through this."""
        return self._saving > 0

    async def names(self) -> Sequence[Stored]:
        """``StoredPlaylists.names``."""
        return await self._playlists.names()

    async def read(self, name: str) -> Sequence[str]:
        """``StoredPlaylists.read``."""
        return await self._playlists.read(name)

    async def gain(self, name: str) -> float:
        """``StoredPlaylists.gain``."""
        return await self._playlists.gain(name)

    async def write(self, name: str, paths: Sequence[str]) -> None:
        """``StoredPlaylists.write``."""
        self._saving += 1
        try:
            await self._playlists.write(name, paths)
        finally:
            self._saving -= 1

    async def remove(self, name: str) -> None:
        """``StoredPlaylists.remove``."""
        self._saving += 1
        try:
            await self._playlists.remove(name)
        finally:
            self._saving -= 1

    async def rename(self, name: str, to: str) -> None:
        """``StoredPlaylists.rename``."""
        self._saving += 1
        try:
            await self._playlists.rename(name, to)
        finally:
            self._saving -= 1
