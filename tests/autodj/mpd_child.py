"""A real server for MPD clients, with a station in memory: prints its port and serves."""

import sys
import time

from twisted.internet import reactor
from twisted.internet.endpoints import TCP4ServerEndpoint
from twisted.internet.interfaces import IListeningPort

from autodj.mpd_station import MemoryStation
from tinyice.autodj.mpd.needs import EVERYTHING, NOTHING
from tinyice.autodj.mpd.server import MpdServer
from tinyice.core.clients import Client


def tell(port: IListeningPort) -> None:
    """Say where clients find us."""
    sys.stdout.write(f"{port.getHost().port}\n")
    sys.stdout.flush()


def main() -> None:
    """Serve until we are killed."""
    memory = MemoryStation(time.time, free=NOTHING if "locked" in sys.argv else EVERYTHING)
    server = MpdServer(
        memory.station, clock=reactor, client_for=lambda address: Client(address.host)
    )
    memory.player.tell = server.changed
    endpoint = TCP4ServerEndpoint(reactor, 0, interface="127.0.0.1")
    endpoint.listen(server).addCallback(tell)
    reactor.run()


if __name__ == "__main__":
    main()
