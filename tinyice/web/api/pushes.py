"""Pushes: mounts that are sent to other servers, set up and looked after."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from tinyice.config import edits
from tinyice.config.items import Push
from tinyice.core.access.permissions import Action
from tinyice.core.pushing import PushSnapshot, PushState
from tinyice.web.api.changing import changed
from tinyice.web.api.entries import Entries, page_of
from tinyice.web.api.operation import Call, Given, Nothing, Operations
from tinyice.web.api.outgoing import SentPassword, Url, given
from tinyice.web.api.problems import unknown
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import Done, Paged, Path, Words, moment, usable_path

PUSHES = Operations("pushes")

Protocol = Literal["put", "source", "shoutcast"]
Id = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        pattern="^[A-Za-z0-9._-]+$",
        description="What the push is called.",
        examples=["public"],
    ),
]

_ENTRIES = Entries("pushes", "push", "id", "id", edits.find_push, edits.remove_push)


class PushSettings(Given, frozen=True, kw_only=True):
    """What is set for a push; what is not named stays as it is, null goes back to the default."""

    mount: Path | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    user: Words | UnsetType | None = UNSET
    password: SentPassword | UnsetType | None = UNSET
    protocol: Protocol | UnsetType | None = UNSET
    enabled: bool | UnsetType | None = UNSET
    public: bool | UnsetType | None = UNSET
    name: Words | UnsetType | None = UNSET
    description: Words | UnsetType | None = UNSET
    genre: Words | UnsetType | None = UNSET
    pin: Words | UnsetType | None = UNSET


class NewPush(PushSettings, frozen=True, kw_only=True):
    """A push to be made; without an ``id`` it is given one."""

    mount: Path
    url: Url
    id: Id | None = None


class WhichPush(Struct, frozen=True, kw_only=True):
    """Which push, by what it is called."""

    id: Id


class PushMade(Struct, frozen=True, kw_only=True):
    """The new push."""

    id: str
    status: str = "ok"
    notes: tuple[str, ...] = ()


class PushNow(Struct, frozen=True, kw_only=True):
    """A push, and how it is doing.

    ``state`` is one of off, idle, connecting, sending, waiting; ``active``: the other side
    takes the stream. ``target`` is its address, without its query; ``error`` says why it
    does not take it, and it is tried again after ``next_try_seconds``. ``bytes_left_out``
    never went out, because the other side was too slow for them.
    """

    id: str
    mount: str
    url: str
    target: str
    user: str
    has_password: bool
    protocol: str
    enabled: bool
    public: bool | None
    name: str
    description: str
    genre: str
    pin: str
    guarded: bool
    state: str
    active: bool
    connected_since: str | None
    error: str
    titles_error: str
    next_try_seconds: float | None
    bytes_out: int
    bytes_left_out: int


class PushPage(Struct, frozen=True, kw_only=True):
    """Some pushes by id. ``next`` is the ``after`` of the next page, if there is one."""

    items: tuple[PushNow, ...]
    next: str | None
    total: int


@PUSHES.add("GET", "/api/pushes", Action.SEE_RELAYS, query=Paged, answer=PushPage)
async def list_pushes(services: Services, call: Call[Paged, Nothing]) -> PushPage:
    """The pushes, those that are off too, by id."""
    running = {one.called: one for one in services.pushes.snapshot()}
    named = {one.called: one for one in services.config().pushes}
    page = page_of(named, call.query)
    return PushPage(
        items=tuple(_now(named[called], running.get(called)) for called in page.names),
        next=page.next,
        total=page.total,
    )


@PUSHES.add(
    "POST",
    "/api/pushes",
    Action.CHANGE_RELAYS,
    body=NewPush,
    answer=PushMade,
    status=201,
    refusals=(409,),
)
async def make_push(services: Services, call: Call[Nothing, NewPush]) -> PushMade:
    """Send a mount to another server."""
    body = call.body
    mount = usable_path(body.mount)
    called = body.id or Push(mount=mount, url=body.url).called
    edit = _ENTRIES.making(called, given(body, PushSettings))
    notes = await _change(services, call, edit, called, mount)
    return PushMade(id=called, notes=notes)


@PUSHES.add(
    "PATCH",
    "/api/pushes",
    Action.CHANGE_RELAYS,
    query=WhichPush,
    body=PushSettings,
    answer=PushMade,
    refusals=(404,),
)
async def change_push(services: Services, call: Call[WhichPush, PushSettings]) -> PushMade:
    """Change what is set for a push, switch it off or on; others are not disturbed."""
    called, body = call.query.id, call.body
    if body.mount is not UNSET:
        usable_path(body.mount)
    edit = _ENTRIES.changing(called, given(body, PushSettings))
    notes = await _change(services, call, edit, called, _mount_of(services, called))
    return PushMade(id=called, notes=notes)


@PUSHES.add(
    "DELETE",
    "/api/pushes",
    Action.CHANGE_RELAYS,
    query=WhichPush,
    answer=Done,
    refusals=(404,),
)
async def remove_push(services: Services, call: Call[WhichPush, Nothing]) -> Done:
    """Forget a push, and end it."""
    called = call.query.id
    edit = _ENTRIES.removing(called)
    return Done(notes=await _change(services, call, edit, called, _mount_of(services, called)))


def push_now(services: Services, called: str) -> PushNow:
    """The push that is called so; raises Unfit."""
    named = next((one for one in services.config().pushes if one.called == called), None)
    if named is None:
        raise unknown("push", called, "id")
    running = (one for one in services.pushes.snapshot() if one.called == called)
    return _now(named, next(running, None))


async def _change(
    services: Services, call: Call[Struct, Struct], edit: edits.Edit, called: str, mount: str
) -> tuple[str, ...]:
    return await changed(
        services, call, edit, action=Action.CHANGE_RELAYS, subject=f"push {called}", mount=mount
    )


def _mount_of(services: Services, called: str) -> str:
    found = (one.mount for one in services.config().pushes if one.called == called)
    return next(found, "")


def _now(named: Push, running: PushSnapshot | None) -> PushNow:
    state = PushState.OFF if running is None else running.state
    return PushNow(
        id=named.called,
        mount=named.mount,
        url=named.url,
        target=named.url.partition("?")[0],
        user=named.user,
        has_password=bool(named.password),
        protocol=named.protocol,
        enabled=named.enabled,
        public=named.public,
        name=named.name,
        description=named.description,
        genre=named.genre,
        pin=named.pin,
        guarded=named.guarded,
        state=state.value,
        active=state is PushState.SENDING,
        connected_since=moment(running.connected_at) if running else None,
        error=running.error if running else "",
        titles_error=running.titles_error if running else "",
        next_try_seconds=running.next_try_s if running else None,
        bytes_out=running.bytes_out if running else 0,
        bytes_left_out=running.left_out if running else 0,
    )
