"""A real AutoDJ and its server for MPD clients: library, playlists, stickers, player."""

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import cast

from twisted.internet import reactor
from twisted.internet.base import ReactorBase
from twisted.internet.endpoints import TCP4ServerEndpoint
from twisted.internet.interfaces import IListeningPort

from autodj.decks import MP3_44, Booth
from autodj.mpd_station import OneKey
from tinyice.autodj.librarian_messages import Scanned
from tinyice.autodj.library import Library, LibrarySettings
from tinyice.autodj.mpd.driving import DrivenPlayer
from tinyice.autodj.mpd.needs import EVERYTHING, Station, Subsystem
from tinyice.autodj.mpd.server import MpdServer
from tinyice.autodj.playing import PlayerSettings
from tinyice.autodj.saved import SavedPlaylists
from tinyice.core.clients import Client
from tinyice.store.library import KeptLibraries
from tinyice.store.stickers import KeptStickers
from tinyice.store.store import Store
from tinyice.work.environment import child_environment
from tinyice.work.threads import Worker

REACTOR = cast("ReactorBase", reactor)


def worker(name: str) -> Worker:
    return Worker(name, 64, deliver=REACTOR.callFromThread, clock=REACTOR)


def server_for(folder: Path) -> MpdServer:
    """A server for what is in ``folder/music``."""
    root = folder / "music"
    environment = child_environment(os.environ)
    booth = Booth(
        [],
        root=root,
        reactor=REACTOR,
        spawner=REACTOR,
        environment=environment,
        settings=PlayerSettings("/live", str(root), MP3_44, folders=(str(root),)),
    )
    store = Store(
        folder / "tinyice.db",
        worker("database"),
        clock=REACTOR,
        now=lambda: datetime.now(UTC),
        audit_days=lambda: 0,
    )
    work = worker("files")

    def scanned(_outcome: Scanned) -> None:
        server.changed(Subsystem.UPDATE)
        server.changed(Subsystem.DATABASE)

    library = Library(
        LibrarySettings(str(root), (str(folder),)),
        KeptLibraries(store),
        environment,
        work=work,
        spawner=REACTOR,
        clock=REACTOR,
        now=time.time,
        scanned=scanned,
    )

    def tell_all(subsystem: Subsystem) -> None:
        server.changed(subsystem)

    driven = DrivenPlayer(booth.player, tell_all)
    booth.player.when_changed(driven.look)
    station = Station(
        mount="/live",
        player=driven,
        library=library,
        playlists=SavedPlaylists(folder / "playlists", "/live", library, work),
        stickers=KeptStickers(store, str(root)),
        keys=OneKey(),
        free=EVERYTHING,
        since=time.time(),
        now=time.time,
        random=Random(1),
    )
    server = MpdServer(station, clock=REACTOR, client_for=lambda at: Client(at.host))
    return server


def tell(port: IListeningPort) -> None:
    """Say where clients find us."""
    sys.stdout.write(f"{port.getHost().port}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    server_endpoint = TCP4ServerEndpoint(REACTOR, 0, interface="127.0.0.1")
    server_endpoint.listen(server_for(Path(sys.argv[1]))).addCallback(tell)
    REACTOR.run()
