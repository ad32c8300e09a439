"""Who listens: lists, kicks, moves."""

from typing import Annotated

from msgspec import Meta, Struct

from tinyice.core.access.permissions import Action, permits
from tinyice.core.access.principal import Principal
from tinyice.core.countries import Country
from tinyice.core.errors import NotPermitted
from tinyice.core.snapshots import ListenerSnapshot, StationSnapshot
from tinyice.web.api.changing import note_change
from tinyice.web.api.operation import Call, Given, Nothing, Operations
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import About, Done, Limit, Path

LISTENERS = Operations("listeners")

Number = Annotated[int, Meta(ge=0, le=2**53, description="The number of a listener.")]


class Listener(Struct, frozen=True, kw_only=True):
    """Somebody who listens. ``lag_bytes``: how far behind the newest bytes.

    ``country`` is its code (ISO 3166), "local" for a private address, and null where it is not
    known; ``country_name`` is English. They need a database, see ``geoip_database``.
    """

    id: int
    mount: str
    ip: str
    country: str | None
    country_name: str | None
    agent: str
    referer: str
    user: str
    secure: bool
    connected_seconds: float
    bytes_out: int
    lag_bytes: int
    jumps: int
    icy: bool


class ListenerPage(Struct, frozen=True, kw_only=True):
    """Some listeners by number. ``next`` is the ``after`` of the next page, if there may be one."""

    items: tuple[Listener, ...]
    next: int | None
    total: int


class Which(Struct, frozen=True, kw_only=True):
    """Of one mount, or of all of yours."""

    mount: str = ""
    limit: Limit = 100
    after: Number = 0


class One(Struct, frozen=True, kw_only=True):
    """One listener of a mount."""

    mount: Path
    id: Number


class Move(Given, frozen=True, kw_only=True):
    """Where to; without ``ids`` all listeners of the mount move."""

    to: Path
    ids: tuple[Number, ...] | None = None


class Counted(Struct, frozen=True, kw_only=True):
    """How many it was done to."""

    listeners: int
    status: str = "ok"


@LISTENERS.add("GET", "/api/listeners", Action.LIST_LISTENERS, query=Which, answer=ListenerPage)
async def list_listeners(services: Services, call: Call[Which, Nothing]) -> ListenerPage:
    """The listeners of your mounts, or of one of them, in the order in which they came."""
    wanted = call.query
    mine = listened_to(call.caller.principal, services.station.snapshot(), wanted.mount)
    found = services.station.listeners(mine.keys(), wanted.after, wanted.limit)
    countries = await services.countries.of(one.client.address for one in found)
    return ListenerPage(
        items=tuple(listener_of(one, countries.get(one.client.address)) for one in found),
        next=found[-1].id if len(found) == wanted.limit else None,
        total=sum(mine.values()),
    )


@LISTENERS.add(
    "DELETE",
    "/api/listeners",
    Action.KICK_LISTENER,
    query=One,
    answer=Done,
    refusals=(404,),
)
async def kick_listener(services: Services, call: Call[One, Nothing]) -> Done:
    """End a listener's connection; whoever it is may come back."""
    services.station.kick_listener(call.query.mount, call.query.id)
    note_change(
        services,
        call,
        action=Action.KICK_LISTENER,
        subject=str(call.query.id),
        mount=call.query.mount,
    )
    return Done()


@LISTENERS.add(
    "DELETE",
    "/api/listeners/all",
    Action.KICK_LISTENER,
    query=About,
    answer=Counted,
    refusals=(404,),
)
async def kick_listeners(services: Services, call: Call[About, Nothing]) -> Counted:
    """End the connections of all listeners of a mount."""
    count = services.station.kick_listeners(call.query.mount)
    note_change(
        services,
        call,
        action=Action.KICK_LISTENER,
        subject=f"{count} listeners",
        mount=call.query.mount,
    )
    return Counted(listeners=count)


@LISTENERS.add(
    "POST",
    "/api/listeners/move",
    Action.MOVE_LISTENERS,
    query=About,
    body=Move,
    answer=Counted,
    refusals=(404, 409),
)
async def move_listeners(services: Services, call: Call[About, Move]) -> Counted:
    """Let listeners of a mount go on at another one, without a gap in what they receive."""
    if not permits(call.caller.principal, Action.MOVE_LISTENERS, call.body.to):
        raise NotPermitted(Action.MOVE_LISTENERS.value, call.body.to)
    count = services.station.move_listeners(call.query.mount, call.body.to, call.body.ids)
    subject = f"{count} listeners to {call.body.to}"
    note_change(
        services, call, action=Action.MOVE_LISTENERS, subject=subject, mount=call.query.mount
    )
    return Counted(listeners=count)


def listened_to(principal: Principal, station: StationSnapshot, mount: str) -> dict[str, int]:
    """How many listen to each of one's mounts, or to ``mount`` alone; raises ``NotPermitted``."""
    if mount and not principal.owns(mount):
        raise NotPermitted(Action.LIST_LISTENERS.value, mount)
    mine = (one for one in station.mounts if principal.owns(one.path))
    return {one.path: one.listeners for one in mine if mount in ("", one.path)}


def listener_of(found: ListenerSnapshot, country: Country | None) -> Listener:
    """The document of a listener."""
    client = found.client
    return Listener(
        id=found.id,
        mount=found.mount,
        ip=client.address,
        country=None if country is None else country.code,
        country_name=None if country is None else country.name,
        agent=client.agent,
        referer=client.referer,
        user=found.user,
        secure=client.secure,
        connected_seconds=round(found.seconds, 1),
        bytes_out=found.bytes_out,
        lag_bytes=found.lag_bytes,
        jumps=found.jumps,
        icy=found.icy,
    )
