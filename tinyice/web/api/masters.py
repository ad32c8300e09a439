"""Servers all of whose mounts are relayed."""

from typing import Annotated
from urllib.parse import urlsplit

from msgspec import UNSET, Meta, Struct, UnsetType

from tinyice.config import edits
from tinyice.config.items import Master
from tinyice.core.access.permissions import Action
from tinyice.core.relaying import MasterSnapshot
from tinyice.web.api.changing import changed
from tinyice.web.api.entries import Entries
from tinyice.web.api.operation import Call, Given, Nothing, Operations
from tinyice.web.api.outgoing import SentPassword, Url, given
from tinyice.web.api.problems import unknown
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import Done, Words, moment

MASTERS = Operations("relays")

_PORTS = {"http": 80, "https": 443}

Interval = Annotated[float, Meta(ge=1, le=86400)]

_ENTRIES = Entries("masters", "master", "url", "", edits.find_master, edits.remove_master)


class MasterSettings(Given, frozen=True, kw_only=True):
    """What is set for a master; what is not named stays as it is, null goes back to the default."""

    url: Url | UnsetType = UNSET
    user: Words | UnsetType | None = UNSET
    password: SentPassword | UnsetType | None = UNSET
    interval: Interval | UnsetType | None = UNSET
    on_demand: bool | UnsetType | None = UNSET
    prefix: Words | UnsetType | None = UNSET
    enabled: bool | UnsetType | None = UNSET


class NewMaster(MasterSettings, frozen=True, kw_only=True):
    """A server that is to be mirrored."""

    url: Url


class WhichMaster(Struct, frozen=True, kw_only=True):
    """Which server, by its address as it is set."""

    url: Url


class MasterNow(Struct, frozen=True, kw_only=True):
    """A server that is mirrored. ``mounts``: how many; ``read_at``: when its list was read."""

    url: str
    user: str
    has_password: bool
    interval: float
    on_demand: bool
    prefix: str
    enabled: bool
    guarded: bool
    mounts: int
    read_at: str | None
    error: str


class MasterList(Struct, frozen=True, kw_only=True):
    """All of them."""

    items: tuple[MasterNow, ...]
    next: None = None
    total: int


@MASTERS.add("GET", "/api/masters", Action.SEE_RELAYS, answer=MasterList)
async def list_masters(services: Services, _call: Call[Nothing, Nothing]) -> MasterList:
    """The servers all of whose mounts are relayed."""
    items = masters_now(services)
    return MasterList(items=items, total=len(items))


@MASTERS.add(
    "POST",
    "/api/masters",
    Action.CHANGE_RELAYS,
    body=NewMaster,
    answer=Done,
    status=201,
    refusals=(409,),
)
async def make_master(services: Services, call: Call[Nothing, NewMaster]) -> Done:
    """Relay all mounts of a server."""
    url = call.body.url
    edit = _ENTRIES.making(url, given(call.body, MasterSettings))
    return await _change(services, call, edit, url)


@MASTERS.add(
    "PATCH",
    "/api/masters",
    Action.CHANGE_RELAYS,
    query=WhichMaster,
    body=MasterSettings,
    answer=Done,
    refusals=(404,),
)
async def change_master(services: Services, call: Call[WhichMaster, MasterSettings]) -> Done:
    """Change what is set for a server that is mirrored, or switch that off or on."""
    url = call.query.url
    edit = _ENTRIES.changing(url, given(call.body, MasterSettings))
    return await _change(services, call, edit, url)


@MASTERS.add(
    "DELETE",
    "/api/masters",
    Action.CHANGE_RELAYS,
    query=WhichMaster,
    answer=Done,
    refusals=(404,),
)
async def remove_master(services: Services, call: Call[WhichMaster, Nothing]) -> Done:
    """Mirror a server no more, and end the relays of its mounts."""
    url = call.query.url
    edit = _ENTRIES.removing(url)
    return await _change(services, call, edit, url)


def origin_of(url: str) -> str:
    """The server of an address, in the one way in which it is shown."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def masters_now(services: Services) -> tuple[MasterNow, ...]:
    """All of them, as they are."""
    running = {one.url: one for one in services.relays.masters()}
    return tuple(_now(one, running.get(origin_of(one.url))) for one in services.config().masters)


def master_now(services: Services, url: str) -> MasterNow:
    """The master of that address; raises Unfit."""
    found = next((one for one in masters_now(services) if one.url == url), None)
    if found is None:
        raise unknown("master", url, "url")
    return found


async def _change(
    services: Services, call: Call[Struct, Struct], edit: edits.Edit, url: str
) -> Done:
    subject = f"master {origin_of(url)}"
    notes = await changed(services, call, edit, action=Action.CHANGE_RELAYS, subject=subject)
    return Done(notes=notes)


def _now(master: Master, running: MasterSnapshot | None) -> MasterNow:
    return MasterNow(
        url=master.url,
        user=master.user,
        has_password=bool(master.password),
        interval=master.interval,
        on_demand=master.on_demand,
        prefix=master.prefix,
        enabled=master.enabled,
        guarded=master.guarded,
        mounts=running.mounts if running else 0,
        read_at=moment(running.read_at) if running else None,
        error=running.error if running else "",
    )
