"""What the operator decided about relays, as they work with it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tinyice.config.items import Master, Relay
from tinyice.config.model import Config
from tinyice.outbound.destination import Destination, Login, parse
from tinyice.outbound.errors import OutboundError

SOURCE_USER = "source"
"""Who logs in where only a password is given."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where a stream comes from. ``trusted``: its address is not judged."""

    to: Destination
    login: Login | None = field(default=None, repr=False)
    pin: str = ""
    trusted: bool = True

    @property
    def name(self) -> str:
        """What may be shown: the address without what may be secret in it."""
        return name_of(self.to)


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """One relay. ``upstreams``: the best first. ``master``: the server that is mirrored by it.

    ``fault``: why an address of it can't be used, "" when all can.
    """

    mount: str
    upstreams: tuple[Upstream, ...]
    on_demand: bool = False
    linger_s: float = 20
    idle_timeout_s: float = 8
    master: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class MasterSettings:
    """One server that is mirrored; paths of its mounts begin with ``prefix`` here.

    ``trusted``: its address is not judged.
    """

    to: Destination
    login: Login | None = field(default=None, repr=False)
    interval_s: float = 120
    on_demand: bool = False
    prefix: str = ""
    trusted: bool = True

    @property
    def name(self) -> str:
        """What may be shown."""
        return self.to.origin


def name_of(to: Destination) -> str:
    """An address without its query, which may be secret."""
    return to.origin + to.target.partition("?")[0]


def relays_of(config: Config) -> dict[str, RelaySettings]:
    """The relays that are to run, by mount."""
    return {relay.mount: _relay(relay) for relay in config.relays if relay.enabled}


def masters_of(config: Config) -> tuple[MasterSettings, ...]:
    """The servers that are to be mirrored."""
    return tuple(master for one in config.masters if one.enabled for master in _master(one))


def _relay(relay: Relay) -> RelaySettings:
    login = None
    if relay.user or relay.password:
        login = Login(relay.user or SOURCE_USER, relay.password.encode())
    upstreams: list[Upstream] = []
    fault = ""
    for url in (relay.url, *relay.urls):
        if not url:
            continue
        try:
            to = parse(url)
        except OutboundError as error:
            fault = error.sentence
        else:
            upstreams.append(Upstream(to, login, relay.pin, trusted=not relay.guarded))
    return RelaySettings(
        mount=relay.mount,
        upstreams=tuple(dict.fromkeys(upstreams)),
        on_demand=relay.on_demand,
        linger_s=relay.linger,
        idle_timeout_s=relay.idle_timeout,
        fault=fault,
    )


def _master(master: Master) -> Iterator[MasterSettings]:
    try:
        to = parse(master.url)
    except OutboundError:
        # An address without a host that can be: the configuration's rules let few through.
        return
    login = Login(master.user, master.password.encode()) if master.password else None
    yield MasterSettings(
        to, login, master.interval, master.on_demand, master.prefix, trusted=not master.guarded
    )
