"""The settings of the server, in groups that are saved one by one; and its branding."""

from collections.abc import Mapping
from dataclasses import replace

from klein import Klein
from twisted.web.server import Request
from werkzeug.exceptions import NotFound

from tinyice.config.checks import colour_fault
from tinyice.config.faults import ConfigFaults, NotSaved
from tinyice.config.rules import burst_notes, tls_notes
from tinyice.core.access.permissions import Action
from tinyice.core.errors import Overloaded
from tinyice.web import urls
from tinyice.web.answers import respond, see_other
from tinyice.web.api.services import Services
from tinyice.web.api.settings import set_keys
from tinyice.web.console.documents import document
from tinyice.web.console.machine import Machine
from tinyice.web.console.moved import moved_to
from tinyice.web.console.settings_fields import groups
from tinyice.web.console.settings_form import Form, form_of, values_in
from tinyice.web.console.shell import shell
from tinyice.web.console.swatches import swatches_of
from tinyice.web.errors import CommandRefused, answer_page_failure
from tinyice.web.guard import Caller, Guard
from tinyice.web.logo_site import logo_in
from tinyice.web.origin import clean_host
from tinyice.web.pages import Pages
from tinyice.web.params import params_of
from tinyice.web.pictures import PictureRefused
from tinyice.web.router import Router

_GROUPS = {group.name: group for group in groups()}
_STALE = (
    "Somebody else has changed these settings meanwhile. What you typed is still here: "
    "look at it again, then save."
)
_ACCENT = "#ff6600"
"""The colour of the pages when none is set."""


class SettingsSite:
    """The page of all settings, and what saves them."""

    router = Router(answer_page_failure)

    def __init__(self, services: Services, machine: Machine, pages: Pages, *, guard: Guard) -> None:
        self.guard = guard
        self._services = services
        self._machine = machine
        self._pages = pages

    def klein(self) -> Klein:
        """The application, bound to these services."""
        return self.router.bound(self)

    @router.route(urls.SETTINGS, Action.SEE_SETTINGS)
    def settings_page(self, request: Request, caller: Caller) -> bytes:
        """Every setting, as it is in force."""
        return self._page(request, caller, saved=params_of(request).text("saved"))

    @router.route(urls.SETTINGS_ACCENT, Action.SEE_SETTINGS)
    def accent(self, request: Request, caller: Caller) -> bytes:
        """What a colour would look like: its inks in each theme."""
        colour = params_of(request).text("color")
        if colour_fault(colour) is not None:
            raise CommandRefused("color must be like #ff6600")
        return respond(request, document({"themes": swatches_of(colour)}))

    @router.route(urls.SETTINGS_LOGO, Action.CHANGE_SETTINGS, methods=("POST",), changes=True)
    async def put_logo(self, request: Request, caller: Caller) -> bytes:
        """Take a picture as the logo."""
        try:
            await self._services.logo.put(
                logo_in(request), who=caller.principal, client=caller.client
            )
        except (PictureRefused, NotSaved) as error:
            return self._page(request, caller, logo_fault=str(error), status=422)
        return respond(request, see_other(f"{urls.SETTINGS}?saved=logo#logo"))

    @router.route(
        urls.SETTINGS_REMOVE_LOGO, Action.CHANGE_SETTINGS, methods=("POST",), changes=True
    )
    async def remove_logo(self, request: Request, caller: Caller) -> bytes:
        """Show the server's own mark again."""
        try:
            await set_keys(self._services, caller, {"logo_path": None})
        except (ConfigFaults, NotSaved) as error:
            return self._page(request, caller, logo_fault=str(error), status=422)
        return respond(request, see_other(f"{urls.SETTINGS}?saved=no-logo#logo"))

    @router.route(urls.SETTINGS_GROUP, Action.CHANGE_SETTINGS, methods=("POST",), changes=True)
    async def save(self, request: Request, caller: Caller, group: str) -> bytes:
        """Save what is different in one group, all of it or nothing."""
        if group not in _GROUPS:
            raise NotFound
        form, typed = self._form(group), params_of(request)
        if typed.text("seen") != form.seen:
            stale = form.with_faults(typed, {}, _STALE)
            return self._page(request, caller, instead=stale, status=409)
        values, before = values_in(form, typed), self._services.config()
        try:
            if values:
                await set_keys(self._services, caller, values)
                await self._services.logo.ready()
        except ConfigFaults as error:
            faults = {_key_of(fault.key): fault.message for fault in error.faults}
            beside = "; ".join(
                str(fault) for fault in error.faults if _key_of(fault.key) not in values
            )
            refused = form.with_faults(typed, faults, beside)
            return self._page(request, caller, instead=refused, status=422)
        except NotSaved as error:
            unsaved = form.with_faults(typed, {}, f"Not saved: {error.reason}")
            return self._page(request, caller, instead=unsaved, status=507)
        except Overloaded as error:
            busy = form.with_faults(typed, {}, f"The server is busy ({error}). Save again soon.")
            return self._page(request, caller, instead=busy, status=503)
        host, after = clean_host(request, self._services.settings()), self._services.config()
        moved = moved_to(host, before, after, secure=caller.client.secure)
        if moved:
            # No redirect: this connection may be the last one by the old way.
            return self._page(request, caller, saved=group, moved=moved)
        return respond(request, see_other(f"{urls.SETTINGS}?saved={group}#{group}"))

    def _form(self, name: str) -> Form:
        machine = self._machine
        return form_of(
            _GROUPS[name],
            self._services.config(),
            waiting=machine.waiting_keys(),
            given=machine.given,
        )

    def _page(
        self,
        request: Request,
        caller: Caller,
        *,
        instead: Form | None = None,
        saved: str = "",
        moved: str = "",
        logo_fault: str = "",
        status: int = 200,
    ) -> bytes:
        forms = {name: self._form(name) for name in _GROUPS}
        if instead is not None:
            forms[instead.name] = instead
        config, logo = self._services.config(), self._services.logo
        answer = self._pages.answer(
            "settings",
            forms=list(forms.values()),
            done=_done(saved),
            saved=saved,
            moved=f"{moved}{urls.SETTINGS}" if moved else "",
            swatches=swatches_of(config.accent_color or _ACCENT),
            accent=config.accent_color or _ACCENT,
            logo=logo.picture,
            logo_path=config.logo_path,
            logo_fault=logo_fault or logo.fault,
            waiting=self._machine.waiting_keys(),
            notes=[*tls_notes(config), *burst_notes(config)],
            **shell(caller, "settings"),
        )
        return respond(request, replace(answer, status=status))


def _done(saved: str) -> str:
    if saved in _GROUPS:
        return f"{_GROUPS[saved].title}: saved."
    told: Mapping[str, str] = {"logo": "The logo is changed.", "no-logo": "The logo is removed."}
    return told.get(saved, "")


def _key_of(path: str) -> str:
    """The key of the file that a fault is about: ``trusted_proxies[0]`` is about the list."""
    return path.partition("[")[0].partition(".")[0]
