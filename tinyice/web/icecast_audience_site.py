"""Who listens and who feeds: seen, ended, moved, as Icecast's tools ask for it."""

import re
from collections.abc import Callable

from klein import Klein
from twisted.internet.interfaces import IReactorTime
from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.core.errors import FormatsDiffer, ListenerUnknown, MountIdle, MountUnknown, SameMount
from tinyice.core.events import ChangeMade, Event
from tinyice.core.snapshots import MountSnapshot
from tinyice.web import urls
from tinyice.web.admin_site import all_on_air, on_air
from tinyice.web.answers import respond, xml_document
from tinyice.web.errors import CommandRefused
from tinyice.web.guard import Caller, Guard
from tinyice.web.icecast_answers import Answers, private_json
from tinyice.web.icecast_documents import Document, Reply, brief_list
from tinyice.web.icecast_forms import Form, changing, form_of, reading
from tinyice.web.icecast_json import listeners_json, row_json
from tinyice.web.icecast_ports import Audience
from tinyice.web.icecast_rows import SLICE, listener_row, told_rows
from tinyice.web.icecast_titles_site import named_mount
from tinyice.web.icecast_xml import listeners_xml, row_xml
from tinyice.web.params import Params, params_of
from tinyice.web.ports import Station
from tinyice.web.router import Router

_NUMBER = re.compile(r"\s*(\d{1,15})")


class AudienceSite:
    """Commands about listeners and sources, each of one mount."""

    router = Router()

    def __init__(
        self,
        station: Station,
        audience: Audience,
        answers: Answers,
        *,
        guard: Guard,
        clock: IReactorTime,
        publish: Callable[[Event], None],
    ) -> None:
        self.guard = guard
        self._station = station
        self._audience = audience
        self._answers = answers
        self._clock = clock
        self._publish = publish

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @reading(router, urls.ADMIN_LISTCLIENTS, Action.SEE_LISTENERS, mount="query")
    async def listclients(self, request: Request, caller: Caller) -> bytes:
        """Everyone who listens to the mount; on pages, some at a time."""
        mount, form = self._on_air(caller).path, form_of(request)
        if form is Form.PAGE:
            return self._show_listeners(request, caller)
        if form is Form.JSON:
            told = await told_rows(self._audience, mount, clock=self._clock, render=row_json)
            return respond(request, private_json(listeners_json(mount, told)))
        told = await told_rows(
            self._audience,
            mount,
            clock=self._clock,
            render=lambda fields: row_xml("listener", fields),
        )
        return respond(request, xml_document(listeners_xml(mount, told)))

    @changing(router, urls.ADMIN_KILLCLIENT, Action.KICK_LISTENER)
    def killclient(self, request: Request, caller: Caller) -> bytes:
        """End one listener; a number that nobody has is no error, and no success."""
        mount, params = self._on_air(caller).path, params_of(request)
        if not params.has("id"):
            raise CommandRefused("Missing parameter")
        listener = number_in(params, "id")
        try:
            self._audience.kick_listener(mount, listener)
        except ListenerUnknown:
            reply = Reply(f"Client {listener} not found", done=False)
        else:
            self._note(caller, Action.KICK_LISTENER, str(listener))
            reply = Reply(f"Client {listener} removed")
        return self._answers.tell(request, caller, reply)

    @changing(router, urls.ADMIN_KILLSOURCE, Action.KICK_SOURCE)
    def killsource(self, request: Request, caller: Caller) -> bytes:
        """End the source; who listens goes where listeners go without one."""
        self._audience.kick_source(self._on_air(caller).path)
        self._note(caller, Action.KICK_SOURCE, "source")
        return self._answers.tell(request, caller, Reply("Source Removed"))

    @changing(router, urls.ADMIN_MOVECLIENTS, Action.MOVE_LISTENERS)
    async def moveclients(self, request: Request, caller: Caller) -> bytes:
        """Let all listeners go on at another mount; where they may, when none is named."""
        mount, params = self._on_air(caller).path, params_of(request)
        if not params.has("destination"):
            return self._tell_destinations(request, caller)
        destination = params.text("destination")
        if destination:
            await self.guard.admit(request, Action.MOVE_LISTENERS, destination, changes=True)
        reply = self._move(caller, mount, destination)
        return self._answers.tell(request, caller, reply)

    def _show_listeners(self, request: Request, caller: Caller) -> bytes:
        mount = self._on_air(caller)
        after = number_in(params_of(request), "after")
        found = self._audience.listeners({mount.path}, after, SLICE)
        return self._answers.show(
            request,
            caller,
            "listclients",
            mount=mount.path,
            authenticator=mount.authenticator,
            rows=[listener_row(listener) for listener in found],
            beyond=found[-1].id if len(found) == SLICE else 0,
        )

    def _move(self, caller: Caller, mount: str, destination: str) -> Reply:
        if destination == mount:
            raise CommandRefused("supplied mountpoints are identical")
        try:
            on_air(self._station.snapshot(), destination)
            moved = self._audience.move_listeners(mount, destination)
        except MountUnknown as error:
            raise CommandRefused("No such destination") from error
        except MountIdle as error:
            raise CommandRefused("Destination not running") from error
        except SameMount as error:
            raise CommandRefused("supplied mountpoints are identical") from error
        except FormatsDiffer as error:
            return Reply(f"Clients not moved: {error}", done=False)
        self._note(caller, Action.MOVE_LISTENERS, f"{moved} listeners to {destination}")
        return Reply(f"Clients moved from {mount} to {destination}")

    def _tell_destinations(self, request: Request, caller: Caller) -> bytes:
        station = self._station.snapshot()
        others = [
            mount
            for mount in all_on_air(station)
            if mount.path != caller.mount and caller.principal.owns(mount.path)
        ]
        document = Document({"current_source": caller.mount}, brief_list(station, others))
        return self._answers.tell(request, caller, document, "moveclients")

    def _on_air(self, caller: Caller) -> MountSnapshot:
        return on_air(self._station.snapshot(), named_mount(caller))

    def _note(self, caller: Caller, action: Action, subject: str) -> None:
        who = caller.principal
        self._publish(
            ChangeMade(
                user=who.name,
                via=who.via.value,
                client=caller.client,
                action=action.value,
                subject=subject,
                mount=caller.mount,
                before={},
                after={},
            )
        )


def number_in(params: Params, name: str) -> int:
    """The number at the beginning of a parameter; 0 where there is none, as Icecast reads it."""
    found = _NUMBER.match(params.text(name))
    return int(found[1]) if found else 0
