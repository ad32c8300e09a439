"""Bans, the allow list, lockouts and the audit."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from msgspec import Meta, Struct

from tinyice.config import edits
from tinyice.config.checks import network_fault
from tinyice.core.access.guards import would_lock_self_out
from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Role
from tinyice.core.audit import AuditEntry
from tinyice.web.api.changing import changed, note_change
from tinyice.web.api.operation import Call, Given, Nothing, Operations
from tinyice.web.api.problems import Unfit, unknown
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import Done, Limit, Moment, Paged, Words, moment, moment_in

SECURITY = Operations("security")

Address = Annotated[
    str,
    Meta(
        min_length=2,
        max_length=60,
        description="An address, or a network (CIDR).",
        examples=["203.0.113.7", "2001:db8::/32"],
    ),
]
Counter = Annotated[int, Meta(ge=0, le=2**53)]


class Ban(Struct, frozen=True, kw_only=True):
    """An address or a network that is not served."""

    address: str
    until: str | None
    reason: str


class BanPage(Struct, frozen=True, kw_only=True):
    """Some bans, in the order of their addresses as text."""

    items: tuple[Ban, ...]
    next: str | None
    total: int


class NewBan(Given, frozen=True, kw_only=True):
    """A ban; it ends at ``until``, or after so many seconds, or never."""

    address: Address
    until: Moment | None = None
    seconds: Annotated[int, Meta(ge=1, le=315_360_000)] | None = None
    reason: Words = ""


class Sought(Paged, frozen=True, kw_only=True):
    """Which part of a list, and which words stand in it; empty words match all."""

    text: Words = ""


class Whom(Struct, frozen=True, kw_only=True):
    """Which address or network."""

    address: Address


class Allowed(Given, frozen=True, kw_only=True):
    """An address or a network whose logins are never locked out."""

    address: Address


class AllowedPage(Struct, frozen=True, kw_only=True):
    """Some of the allow list."""

    items: tuple[Allowed, ...]
    next: str | None
    total: int


class LockedOutAddress(Struct, frozen=True, kw_only=True):
    """An address whose logins are refused. ``kind``: ``login`` or ``scan``."""

    address: str
    kind: str
    failures: int
    until: str | None


class LockoutPage(Struct, frozen=True, kw_only=True):
    """Some lockouts."""

    items: tuple[LockedOutAddress, ...]
    next: str | None
    total: int


class Entry(Struct, frozen=True, kw_only=True):
    """A change. ``before`` and ``after`` hold only what is different; secrets are masked."""

    id: int
    at: str
    username: str
    via: str
    ip: str
    action: str
    subject: str
    mount: str
    before: dict[str, Any]
    after: dict[str, Any]


class EntryPage(Struct, frozen=True, kw_only=True):
    """Some of the audit, newest first. ``next`` is the ``before`` of the next page."""

    items: tuple[Entry, ...]
    next: int | None
    total: int


class AuditWanted(Struct, frozen=True, kw_only=True):
    """Which entries; words that are left out match all."""

    username: Words = ""
    action: Words = ""
    mount: Words = ""
    text: Words = ""
    before: Counter | None = None
    limit: Limit = 100


@SECURITY.add("GET", "/api/security/bans", Action.SEE_BANS, query=Sought, answer=BanPage)
async def list_bans(services: Services, call: Call[Sought, Nothing]) -> BanPage:
    """Who is banned; ``text`` stands in the address or in the reason."""
    config = services.config()
    notes, text = config.ban_notes, call.query.text.casefold()
    found = sorted(
        one
        for one in config.banned_ips
        if text in one.casefold() or (one in notes and text in notes[one].reason.casefold())
    )
    page, following = _page(found, call.query)
    return BanPage(
        items=tuple(
            Ban(
                address=one,
                until=(notes[one].until or None) if one in notes else None,
                reason=notes[one].reason if one in notes else "",
            )
            for one in page
        ),
        next=following,
        total=len(found),
    )


@SECURITY.add(
    "POST",
    "/api/security/bans",
    Action.CHANGE_BANS,
    body=NewBan,
    answer=Done,
    status=201,
    refusals=(409,),
)
async def ban(services: Services, call: Call[Nothing, NewBan]) -> Done:
    """Serve an address or a network no more; who listens from there is dropped."""
    return await ban_all(services, call, [call.body.address])


async def ban_all(services: Services, call: Call[Struct, NewBan], addresses: Sequence[str]) -> Done:
    """Ban several addresses or networks at once, each as the body of ``call`` says."""
    said, networks = call.body, [_network(address) for address in addresses]
    would_lock_self_out(call.caller.client.address, networks)
    until = ""
    if said.until is not None:
        until = moment(moment_in(said.until, "until")) or ""
    elif said.seconds is not None:
        until = moment(services.now() + timedelta(seconds=said.seconds)) or ""

    def edit(document: edits.Document) -> None:
        for network in networks:
            edits.add_ban(document, network, until=until, reason=said.reason)

    subject = networks[0] if len(networks) == 1 else f"{len(networks)} addresses"
    return Done(
        notes=await changed(services, call, edit, action=Action.CHANGE_BANS, subject=subject)
    )


@SECURITY.add(
    "DELETE",
    "/api/security/bans",
    Action.CHANGE_BANS,
    query=Whom,
    answer=Done,
    refusals=(404,),
)
async def unban(services: Services, call: Call[Whom, Nothing]) -> Done:
    """Lift a ban."""
    address = _network(call.query.address)

    def edit(document: edits.Document) -> None:
        if address not in edits.entries(document, "banned_ips"):
            raise unknown("ban of", address, "address")
        edits.remove_ban(document, address)

    return Done(
        notes=await changed(services, call, edit, action=Action.CHANGE_BANS, subject=address)
    )


@SECURITY.add("GET", "/api/security/whitelist", Action.SEE_BANS, query=Paged, answer=AllowedPage)
async def list_allowed(services: Services, call: Call[Paged, Nothing]) -> AllowedPage:
    """Whose logins are never locked out."""
    found = sorted(services.config().whitelisted_ips)
    page, following = _page(found, call.query)
    items = tuple(Allowed(address=one) for one in page)
    return AllowedPage(items=items, next=following, total=len(found))


@SECURITY.add(
    "POST",
    "/api/security/whitelist",
    Action.CHANGE_BANS,
    body=Allowed,
    answer=Done,
    status=201,
)
async def allow(services: Services, call: Call[Nothing, Allowed]) -> Done:
    """Never lock out logins from an address or a network."""
    address = _network(call.body.address)

    def edit(document: edits.Document) -> None:
        found = edits.entries(document, "whitelisted_ips")
        if address not in found:
            found.append(address)

    return Done(
        notes=await changed(services, call, edit, action=Action.CHANGE_BANS, subject=address)
    )


@SECURITY.add(
    "DELETE",
    "/api/security/whitelist",
    Action.CHANGE_BANS,
    query=Whom,
    answer=Done,
    refusals=(404,),
)
async def disallow(services: Services, call: Call[Whom, Nothing]) -> Done:
    """Treat an address or a network like any other again."""
    address = _network(call.query.address)

    def edit(document: edits.Document) -> None:
        found = edits.entries(document, "whitelisted_ips")
        if address not in found:
            raise unknown("allowed address", address, "address")
        found[:] = [one for one in found if one != address]

    return Done(
        notes=await changed(services, call, edit, action=Action.CHANGE_BANS, subject=address)
    )


@SECURITY.add("GET", "/api/security/lockouts", Action.SEE_LOCKOUTS, query=Paged, answer=LockoutPage)
async def list_lockouts(services: Services, call: Call[Paged, Nothing]) -> LockoutPage:
    """From where logins are refused now."""
    found = sorted(services.lockouts.listed(), key=lambda one: one.address)
    page, following = _page([one.address for one in found], call.query)
    return LockoutPage(
        items=tuple(
            LockedOutAddress(
                address=one.address,
                kind=one.kind,
                failures=one.failures,
                until=moment(services.moment_of(one.until)),
            )
            for one in found
            if one.address in page
        ),
        next=following,
        total=len(found),
    )


@SECURITY.add(
    "DELETE",
    "/api/security/lockouts",
    Action.CLEAR_LOCKOUT,
    query=Whom,
    answer=Done,
    refusals=(404,),
)
async def clear_lockout(services: Services, call: Call[Whom, Nothing]) -> Done:
    """Try logins from there again."""
    address = call.query.address
    if not services.lockouts.clear(address):
        raise unknown("lockout of", address, "address")
    note_change(services, call, action=Action.CLEAR_LOCKOUT, subject=address)
    return Done()


@SECURITY.add("GET", "/api/security/audit", Action.SEE_AUDIT, query=AuditWanted, answer=EntryPage)
async def audit(services: Services, call: Call[AuditWanted, Nothing]) -> EntryPage:
    """Who changed what, from where; a superadmin sees all, an admin what is about their mounts."""
    wanted, principal = call.query, call.caller.principal
    page = await services.audit.page(
        user=wanted.username,
        action=wanted.action,
        mount=wanted.mount,
        mounts=None if principal.role is Role.SUPERADMIN else principal.mounts,
        text=wanted.text,
        before=wanted.before,
        limit=wanted.limit,
    )
    items = tuple(map(_entry, page.entries))
    return EntryPage(items=items, next=page.next_before_id, total=page.total)


def _entry(found: AuditEntry) -> Entry:
    return Entry(
        id=found.id,
        at=moment(found.at) or "",
        username=found.user,
        via=found.via,
        ip=found.address,
        action=found.action,
        subject=found.subject,
        mount=found.mount,
        before=dict(found.before),
        after=dict(found.after),
    )


def _network(text: str) -> str:
    fault = network_fault(text)
    if fault is not None:
        raise Unfit(422, "invalid", fault, "address")
    return text


def _page(found: list[str], wanted: Paged) -> tuple[list[str], str | None]:
    """The part of ``found``, which is sorted, that was asked for; and where the next begins."""
    rest = [one for one in found if one > wanted.after]
    page = rest[: wanted.limit]
    return page, page[-1] if len(rest) > len(page) else None
