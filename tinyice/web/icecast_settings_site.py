"""Settings that tools change: fallbacks, listener accounts, bans, and the whole file anew."""

from datetime import UTC, datetime, timedelta

from klein import Klein
from twisted.python.failure import Failure
from twisted.web.server import Request

from tinyice.config import edits
from tinyice.config.checks import network_fault
from tinyice.config.edits import Edit
from tinyice.config.faults import ConfigFaults, NotSaved
from tinyice.core.access.guards import would_lock_self_out
from tinyice.core.access.permissions import Action
from tinyice.core.errors import Conflict
from tinyice.web import urls
from tinyice.web.admin_site import on_air
from tinyice.web.answers import page, refusal, respond
from tinyice.web.errors import CommandRefused, answer_failure
from tinyice.web.guard import Caller, Guard
from tinyice.web.icecast import Fields
from tinyice.web.icecast_answers import Answers
from tinyice.web.icecast_audience_site import number_in
from tinyice.web.icecast_documents import Document, Reply, Told
from tinyice.web.icecast_forms import changing, reading
from tinyice.web.icecast_ports import Administration
from tinyice.web.icecast_titles_site import named_mount
from tinyice.web.params import Params, params_of
from tinyice.web.ports import Station
from tinyice.web.router import Router

_ACCOUNTS = Action.CHANGE_LISTENER_ACCOUNTS
_PASSWORD_BYTES = 72


class _Known(Exception):
    """An account of that name is there already."""


def _answer_failure(request: Request, failure: Failure) -> bytes:
    """As everywhere, and what becomes of changes that can't be made."""
    error = failure.value
    if isinstance(error, ConfigFaults):
        return respond(request, refusal(400, str(error.faults[0])))
    if isinstance(error, Conflict):
        return respond(request, refusal(409, error.reason))
    if isinstance(error, NotSaved):
        return respond(request, refusal(500, f"Nothing was changed: {error.reason}"))
    return answer_failure(request, failure)


class SettingsSite:
    """Changes of the configuration, each through its one writer."""

    router = Router(_answer_failure)

    def __init__(
        self,
        station: Station,
        administration: Administration,
        answers: Answers,
        *,
        guard: Guard,
    ) -> None:
        self.guard = guard
        self._station = station
        self._administration = administration
        self._answers = answers

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @changing(router, urls.ADMIN_FALLBACKS, Action.SET_FALLBACK)
    async def fallbacks(self, request: Request, caller: Caller) -> bytes:
        """Name where listeners of a mount go without its source; "" takes that away."""
        mount, params = self._on_air(caller), params_of(request)
        if not params.has("fallback"):
            raise CommandRefused("Missing parameter")
        fallback = params.text("fallback")
        await self._change(
            caller,
            lambda document: edits.set_fallback(document, mount, fallback),
            action=Action.SET_FALLBACK,
            subject=fallback or "none",
        )
        markup = (
            "<html><head><title>Admin request successful</title></head>"
            "<body><p>Fallback configured</p></body></html>\r\n"
        )
        return respond(request, page(markup))

    @changing(router, urls.ADMIN_MANAGEAUTH, Action.CHANGE_LISTENER_ACCOUNTS)
    async def manageauth(self, request: Request, caller: Caller) -> bytes:
        """The listeners' accounts of a mount that has some; add one, or delete one."""
        mount, params = self._on_air(caller), params_of(request)
        if not self._listener_names(mount):
            raise CommandRefused("missing parameter")
        reply = await self._change_accounts(caller, mount, params)
        users: list[Fields] = [{"username": name} for name in self._listener_names(mount)]
        document = Document(sources=[Told(mount, {}, "User", users)], reply=reply)
        return self._answers.tell(request, caller, document, "manageauth")

    @reading(router, urls.ADMIN_BANS, Action.SEE_BANS)
    def bans(self, request: Request, caller: Caller) -> bytes:
        """Who is banned, until when, and why."""
        return self._tell_bans(request, caller)

    @changing(router, urls.ADMIN_ADDBAN, Action.CHANGE_BANS, mount="")
    async def addban(self, request: Request, caller: Caller) -> bytes:
        """Ban an address or a network, for ever or for so many seconds."""
        params = params_of(request)
        network, seconds = _network_in(params), number_in(params, "duration")
        would_lock_self_out(caller.client.address, [network])
        until = _moment(self._administration.now() + timedelta(seconds=seconds)) if seconds else ""
        reason = params.text("reason")
        await self._change(
            caller,
            lambda document: edits.add_ban(document, network, until=until, reason=reason),
            action=Action.CHANGE_BANS,
            subject=network,
        )
        return self._tell_bans(request, caller, Reply(f"{network} is banned"))

    @changing(router, urls.ADMIN_REMOVEBAN, Action.CHANGE_BANS, mount="")
    async def removeban(self, request: Request, caller: Caller) -> bytes:
        """Lift a ban; one that there is not is no error, and no success."""
        network = _network_in(params_of(request))
        if network not in self._administration.config().banned_ips:
            return self._tell_bans(request, caller, Reply(f"{network} is not banned", done=False))
        await self._change(
            caller,
            lambda document: edits.remove_ban(document, network),
            action=Action.CHANGE_BANS,
            subject=network,
        )
        return self._tell_bans(request, caller, Reply(f"{network} is no longer banned"))

    @changing(router, urls.ADMIN_RELOADCONFIG, Action.RELOAD, mount="")
    async def reloadconfig(self, request: Request, caller: Caller) -> bytes:
        """Put in force what the configuration file says by now."""
        notes = await self._administration.reload.reload(who=caller.principal, client=caller.client)
        return self._answers.tell(request, caller, Reply("; ".join(("Config reloaded", *notes))))

    async def _change_accounts(self, caller: Caller, mount: str, params: Params) -> Reply | None:
        action = params.text("action")
        if action not in ("add", "delete"):
            return None
        name, password = params.text("username"), params.text("password")
        if not name or (action == "add" and not password):
            raise CommandRefused("missing parameter")
        if action == "delete":
            return await self._delete_account(caller, mount, name)
        return await self._add_account(caller, mount, name, password)

    async def _add_account(self, caller: Caller, mount: str, name: str, password: str) -> Reply:
        if len(password.encode("utf-8")) > _PASSWORD_BYTES or "\0" in password:
            raise CommandRefused(f"the password is longer than {_PASSWORD_BYTES} bytes")
        hashed = await self._administration.hash_password(password)

        def edit(document: edits.Document) -> None:
            if name in edits.section(document, "advanced_mounts")[mount]["listener_accounts"]:
                raise _Known
            edits.set_listener_account(document, mount, name, hashed)

        try:
            await self._change(caller, edit, action=_ACCOUNTS, subject=name)
        except _Known:
            return Reply("User already exists - not added", done=None)
        return Reply("User added", done=None)

    async def _delete_account(self, caller: Caller, mount: str, name: str) -> Reply:
        def edit(document: edits.Document) -> None:
            if set(edits.section(document, "advanced_mounts")[mount]["listener_accounts"]) == {
                name
            }:
                raise Conflict(f"without an account, {mount} would be open to everybody")
            edits.set_listener_account(document, mount, name, "")

        if name in self._listener_names(mount):
            await self._change(caller, edit, action=_ACCOUNTS, subject=name)
        return Reply("User deleted", done=None)

    async def _change(self, caller: Caller, edit: Edit, *, action: Action, subject: str) -> None:
        await self._administration.changes.change(
            edit,
            who=caller.principal,
            client=caller.client,
            action=action,
            subject=subject,
            mount=caller.mount,
        )

    def _listener_names(self, mount: str) -> list[str]:
        own = self._administration.config().advanced_mounts.get(mount)
        return sorted(own.listener_accounts) if own is not None else []

    def _on_air(self, caller: Caller) -> str:
        return on_air(self._station.snapshot(), named_mount(caller)).path

    def _tell_bans(self, request: Request, caller: Caller, reply: Reply | None = None) -> bytes:
        config = self._administration.config()
        rows: list[Fields] = []
        for network in config.banned_ips:
            note = config.ban_notes.get(network)
            rows.append(
                {
                    "address": network,
                    "until": note.until if note else "",
                    "reason": note.reason if note else "",
                }
            )
        document = Document(rows=rows, row_name="ban", reply=reply)
        return self._answers.tell(request, caller, document, "bans")


def _network_in(params: Params) -> str:
    network = params.text("ip").strip()
    if not network:
        raise CommandRefused("Missing parameter")
    fault = network_fault(network)
    if fault is not None:
        raise CommandRefused(f"ip {fault}")
    return network


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
