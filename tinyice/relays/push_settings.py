"""What the operator decided about pushes, as they work with it."""

from dataclasses import dataclass, field, replace

from tinyice.config.items import Push
from tinyice.config.model import Config
from tinyice.core.source import Source
from tinyice.outbound.destination import PORTS, Destination, parse
from tinyice.outbound.errors import OutboundError
from tinyice.relays.settings import SOURCE_USER, name_of
from tinyice.wire.offering import Address, Offer

SHOUTCAST = "shoutcast"


@dataclass(frozen=True, slots=True)
class PushSettings:
    """One push. ``to`` is the address as it is written; ``fault``: why it can't be used.

    Empty words of the station: as the mount's.
    """

    called: str
    mount: str
    to: Destination | None
    protocol: str
    user: str = ""
    password: bytes = field(default=b"", repr=False)
    public: bool | None = None
    name: str = ""
    description: str = ""
    genre: str = ""
    pin: str = ""
    trusted: bool = True
    fault: str = ""

    @property
    def target(self) -> str:
        """What may be shown: the address without what may be secret in it."""
        return "" if self.to is None else name_of(self.to)

    @property
    def way(self) -> Destination | None:
        """Where the stream itself goes: Shoutcast takes sources on the port after its own."""
        if self.to is None or self.protocol != SHOUTCAST:
            return self.to
        return replace(self.to, port=self.to.port + 1)

    @property
    def address(self) -> Address:
        """How one logs in there."""
        user = self.user or ("" if self.protocol == SHOUTCAST else SOURCE_USER)
        if self.to is None:
            return Address("", "/", user, self.password)
        return Address(host_of(self.to), self.to.target, user, self.password)

    def offer(self, source: Source, agent: str) -> Offer:
        """What is told there of the programme of ``source``."""
        station, stream = source.station, source.stream
        known = "" if stream is None or not stream.info.bitrate else stream.info.bitrate // 1000
        public = station.public if self.public is None else self.public
        return Offer(
            content_type=source.content_type,
            station=replace(
                station,
                name=self.name or station.name,
                description=self.description or station.description,
                genre=self.genre or station.genre,
                bitrate=station.bitrate or str(known),
            ),
            public=bool(public),
            agent=agent,
        )


def host_of(to: Destination) -> str:
    """The host, with its port where that is not the usual one, as a Host header has it."""
    host = f"[{to.host}]" if ":" in to.host else to.host
    return host if to.port == PORTS[to.scheme] else f"{host}:{to.port}"


def pushes_of(config: Config) -> dict[str, PushSettings]:
    """The pushes that are to run, by what they are called."""
    return {push.called: settings_of(push) for push in config.pushes if push.enabled}


def settings_of(push: Push) -> PushSettings:
    """One of them."""
    to, fault = None, ""
    try:
        to = parse(push.url)
    except OutboundError as error:
        fault = error.sentence
    return PushSettings(
        called=push.called,
        mount=push.mount,
        to=to,
        protocol=push.protocol,
        user=push.user,
        password=push.password.encode(),
        public=push.public,
        name=push.name,
        description=push.description,
        genre=push.genre,
        pin=push.pin,
        trusted=not push.guarded,
        fault=fault,
    )
