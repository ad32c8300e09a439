"""The server of one AutoDJ for MPD clients: who is connected, and what they are told."""

from collections.abc import Callable, Sequence

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IReactorTime
from twisted.internet.protocol import Factory
from twisted.logger import Logger

from tinyice.autodj.mpd.channels import Channels
from tinyice.autodj.mpd.connected import Connected
from tinyice.autodj.mpd.conversation import Conversation
from tinyice.autodj.mpd.needs import Station, Subsystem
from tinyice.core.clients import Client
from tinyice.formats.frozen import State
from tinyice.work.once import Once

CONNECTIONS_MAX = 100


class MpdServer(Factory):
    """So many connections at most. ``client_for`` says who is at an address; None: turn away."""

    _log = Logger()
    noisy = False

    def __init__(
        self,
        station: Station,
        *,
        clock: IReactorTime,
        client_for: Callable[[IAddress | None], Client | None],
        limit: int = CONNECTIONS_MAX,
    ) -> None:
        self._station = station
        self._clock = clock
        self._client_for = client_for
        self._limit = limit
        self._channels = Channels()
        self._connections: dict[Connected, IAddress | None] = {}
        self._still: Once[None] = Once()

    def __len__(self) -> int:
        return len(self._connections)

    def buildProtocol(self, addr: IAddress | None) -> Connected | None:
        """A connection for somebody who comes; None: it is closed at once."""
        client = self._client_for(addr)
        if client is None:
            return None
        if len(self._connections) >= self._limit:
            self._log.warn(
                "an MPD client of {mount} was turned away: {limit} are connected",
                mount=self._station.mount,
                limit=self._limit,
            )
            return None
        return self._connect(client, addr)

    def turn_away(self) -> None:
        """End the connections of those who may not come any more."""
        for connected, addr in tuple(self._connections.items()):
            if self._client_for(addr) is None:
                connected.end()

    def settle(self, station: Station) -> None:
        """Who comes from now on finds this one."""
        self._station = station

    def move(self, station: Station) -> None:
        """Everybody finds this one from now on."""
        self.settle(station)
        for connected in tuple(self._connections):
            if connected.conversation is not None:
                connected.conversation.settle(station)

    def changed(self, subsystem: Subsystem) -> None:
        """Something has changed: who waits for it is told, everybody else is told later."""
        for connected in tuple(self._connections):
            if connected.conversation is not None:
                connected.conversation.wake(subsystem)

    def end(self) -> None:
        """End all connections."""
        for connected in tuple(self._connections):
            connected.end()

    def halt(self) -> Deferred[None]:
        """Hear nobody; fires when nothing is under way any more."""
        self._still = Once()
        for connected in tuple(self._connections):
            connected.halt(self._look)
        self._look()
        return self._still.when()

    def go_on(self) -> None:
        """Hear on."""
        for connected in tuple(self._connections):
            connected.go_on()

    def connections(self) -> Sequence[Connected]:
        """Those that are there."""
        return tuple(self._connections)

    def resume(self, addr: IAddress | None, state: State) -> Connected | None:
        """The end of a connection that goes on here from ``state``; None: turn it away."""
        client = self._client_for(addr)
        if client is None:
            return None
        connected = self._connect(client, addr)
        connected.thaw(state)
        return connected

    def _connect(self, client: Client, addr: IAddress | None) -> Connected:
        connected = Connected(self._clock, lambda one: self._begin(one, client), self._gone)
        self._connections[connected] = addr
        return connected

    def _gone(self, connected: Connected) -> None:
        del self._connections[connected]

    def _look(self) -> None:
        if not any(connected.is_hearing for connected in self._connections):
            self._still.set(None)

    def _begin(self, connected: Connected, client: Client) -> Conversation:
        return Conversation(
            self._station,
            self._channels,
            client,
            tell=self.changed,
            say=connected.say,
            breathe=connected.breathe,
        )
