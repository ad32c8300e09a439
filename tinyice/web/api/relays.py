"""Relays: streams of other servers, set up and looked after."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from tinyice.config import edits
from tinyice.config.items import Relay
from tinyice.core.access.permissions import Action
from tinyice.core.relaying import RelaySnapshot, RelayState
from tinyice.web.api.changing import changed
from tinyice.web.api.entries import Entries, page_of
from tinyice.web.api.operation import Call, Given, Nothing, Operations
from tinyice.web.api.outgoing import SentPassword, Url, given
from tinyice.web.api.problems import unknown
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import About, Done, Paged, Path, Words, moment, usable_path

RELAYS = Operations("relays")

_ENTRIES = Entries("relays", "relay on", "mount", "mount", edits.find_relay, edits.remove_relay)

Seconds = Annotated[float, Meta(ge=0, le=31_536_000)]


class RelaySettings(Given, frozen=True, kw_only=True):
    """What is set for a relay; what is not named stays as it is, null goes back to the default."""

    url: Url | UnsetType | None = UNSET
    urls: tuple[Url, ...] | UnsetType | None = UNSET
    user: Words | UnsetType | None = UNSET
    password: SentPassword | UnsetType | None = UNSET
    enabled: bool | UnsetType | None = UNSET
    on_demand: bool | UnsetType | None = UNSET
    linger: Seconds | UnsetType | None = UNSET
    idle_timeout: Seconds | UnsetType | None = UNSET
    pin: Words | UnsetType | None = UNSET


class NewRelay(RelaySettings, frozen=True, kw_only=True):
    """A relay to be made."""

    mount: Path


class RelayNow(Struct, frozen=True, kw_only=True):
    """A relay, and how it is doing.

    ``state`` is one of off, idle, connecting, on air, waiting; ``active``: it is on air.
    ``upstream`` is the address that it has, without its query; ``error`` says why there
    is none, and it is tried again after ``next_try_seconds``. ``master`` is the server
    that is mirrored by it, "" for a relay that was named.
    """

    mount: str
    url: str
    urls: tuple[str, ...]
    user: str
    has_password: bool
    enabled: bool
    on_demand: bool
    linger: float
    idle_timeout: float
    pin: str
    guarded: bool
    burst_size: int
    state: str
    active: bool
    upstream: str
    connected_since: str | None
    error: str
    next_try_seconds: float | None
    bytes_in: int
    master: str


class RelayPage(Struct, frozen=True, kw_only=True):
    """Some relays by their mounts. ``next`` is the ``after`` of the next page, if there is one."""

    items: tuple[RelayNow, ...]
    next: str | None
    total: int


@RELAYS.add("GET", "/api/relays", Action.SEE_RELAYS, query=Paged, answer=RelayPage)
async def list_relays(services: Services, call: Call[Paged, Nothing]) -> RelayPage:
    """The relays, those that are off and those of mirrored servers too, by mount."""
    running = {one.mount: one for one in services.relays.snapshot()}
    named = {one.mount: one for one in services.config().relays}
    page = page_of({*running, *named}, call.query)
    return RelayPage(
        items=tuple(_now(mount, named.get(mount), running.get(mount)) for mount in page.names),
        next=page.next,
        total=page.total,
    )


@RELAYS.add(
    "POST",
    "/api/relays",
    Action.CHANGE_RELAYS,
    body=NewRelay,
    answer=Done,
    status=201,
    refusals=(409,),
)
async def make_relay(services: Services, call: Call[Nothing, NewRelay]) -> Done:
    """Feed a mount with the stream of another server."""
    mount = usable_path(call.body.mount)
    edit = _ENTRIES.making(mount, given(call.body, RelaySettings))
    return await _change(services, call, edit, mount)


@RELAYS.add(
    "PATCH",
    "/api/relays",
    Action.CHANGE_RELAYS,
    query=About,
    body=RelaySettings,
    answer=Done,
    refusals=(404,),
)
async def change_relay(services: Services, call: Call[About, RelaySettings]) -> Done:
    """Change what is set for a relay, switch it off or on; others are not disturbed."""
    mount = call.query.mount
    edit = _ENTRIES.changing(mount, given(call.body, RelaySettings))
    return await _change(services, call, edit, mount)


@RELAYS.add(
    "DELETE",
    "/api/relays",
    Action.CHANGE_RELAYS,
    query=About,
    answer=Done,
    refusals=(404,),
)
async def remove_relay(services: Services, call: Call[About, Nothing]) -> Done:
    """Forget a relay, and end it."""
    mount = call.query.mount
    edit = _ENTRIES.removing(mount)
    return await _change(services, call, edit, mount)


async def _change(
    services: Services, call: Call[Struct, Struct], edit: edits.Edit, mount: str
) -> Done:
    notes = await changed(
        services, call, edit, action=Action.CHANGE_RELAYS, subject=f"relay on {mount}", mount=mount
    )
    return Done(notes=notes)


def relay_now(services: Services, mount: str) -> RelayNow:
    """The relay of that mount that was named; raises Unfit."""
    named = next((one for one in services.config().relays if one.mount == mount), None)
    if named is None:
        raise unknown("relay on", mount, "mount")
    running = (one for one in services.relays.snapshot() if one.mount == mount)
    return _now(mount, named, next(running, None))


def _now(mount: str, named: Relay | None, running: RelaySnapshot | None) -> RelayNow:
    is_own = named is not None and (running is None or not running.master)
    told = named if named is not None and is_own else Relay(enabled=True)
    state = RelayState.OFF if running is None else running.state
    return RelayNow(
        mount=mount,
        url=told.url or (running.upstreams[0] if running and running.upstreams else ""),
        urls=told.urls,
        user=told.user,
        has_password=bool(told.password),
        enabled=told.enabled,
        on_demand=running.on_demand if running else told.on_demand,
        linger=told.linger,
        idle_timeout=told.idle_timeout,
        pin=told.pin,
        guarded=told.guarded,
        burst_size=told.burst_size,
        state=state.value,
        active=state is RelayState.ON_AIR,
        upstream=running.upstream if running else "",
        connected_since=moment(running.connected_at) if running else None,
        error=running.error if running else "",
        next_try_seconds=running.next_try_s if running else None,
        bytes_in=running.bytes_in if running else 0,
        master=running.master if running else "",
    )
