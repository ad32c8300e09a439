"""What calls other servers, put together."""

from dataclasses import dataclass

from tinyice.assembly.access import Access, Derived
from tinyice.assembly.ground import Ground
from tinyice.assembly.relaying import Relaying
from tinyice.assembly.urlauth import Gates, make_gates
from tinyice.config.mounts import settings_for
from tinyice.core.access.sitecalls import Server
from tinyice.core.mounts import Mounts
from tinyice.outbound.client import Outbound
from tinyice.outbound.guard import AllowList
from tinyice.outbound.limits import Capacity
from tinyice.wire.replies import SERVER


@dataclass(frozen=True, slots=True)
class Outward:
    """What calls other servers."""

    outbound: Outbound
    gates: Gates
    relaying: Relaying


def make_outward(ground: Ground, mounts: Mounts, access: Access) -> Outward:
    """Make it; nothing is called yet."""
    outbound = _outbound(ground)
    return Outward(outbound, _gates(ground, access, outbound), Relaying(ground, mounts, outbound))


def _outbound(ground: Ground) -> Outbound:
    allowed = Derived(lambda: ground.config, lambda config: AllowList.of(config.outbound_allow))
    return Outbound(ground.reactor, allow=allowed, agent=SERVER, capacity=Capacity())


def _gates(ground: Ground, access: Access, outbound: Outbound) -> Gates:
    gates = make_gates(
        lambda path: settings_for(ground.config, path),
        access.passwords,
        access.lockouts,
        outbound,
        publish=ground.hub.publish,
        clock=ground.reactor,
        server=lambda: Server(ground.config.hostname, ground.config.port),
        # only the file can name a site; whoever writes it may reach what they like
        trusted=lambda _url: True,
    )
    ground.hub.subscribe(gates.news)
    return gates
