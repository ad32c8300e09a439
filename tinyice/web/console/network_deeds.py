"""What is done from the Network page, by the operations of the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec import Struct

from tinyice.web.api.masters import (
    MasterSettings,
    NewMaster,
    WhichMaster,
    change_master,
    make_master,
    master_now,
    remove_master,
)
from tinyice.web.api.problems import Unfit
from tinyice.web.api.pushes import (
    NewPush,
    PushSettings,
    WhichPush,
    change_push,
    make_push,
    push_now,
    remove_push,
)
from tinyice.web.api.relays import (
    NewRelay,
    RelaySettings,
    change_relay,
    make_relay,
    relay_now,
    remove_relay,
)
from tinyice.web.api.shapes import About
from tinyice.web.console.attempt import filled, judged
from tinyice.web.console.desk import Desk
from tinyice.web.console.network_fields import FORMS, Form, changes
from tinyice.web.guard import Caller
from tinyice.web.params import Params


@dataclass(frozen=True, slots=True)
class Saved:
    """What was done, and sentences that the operator should read."""

    done: str
    notes: Sequence[str] = ()


class Deeds:
    """Making, changing, switching and removing; every refusal is an Unfit, or of the domain."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def find(self, kind: str, which: str) -> Struct:
        """What is set now, and how it is doing; raises Unfit."""
        services = self._desk.services
        finders = {"relay": relay_now, "master": master_now, "push": push_now}
        return finders[kind](services, which)

    def has_password(self, kind: str, which: str) -> bool:
        """Whether one is kept."""
        config = self._desk.services.config()
        kept: dict[str, Sequence[tuple[str, str]]] = {
            "relay": [(one.mount, one.password) for one in config.relays],
            "master": [(one.url, one.password) for one in config.masters],
            "push": [(one.called, one.password) for one in config.pushes],
        }
        return bool(which) and any(name == which and word for name, word in kept[kind])

    async def save(
        self,
        caller: Caller,
        form: Form,
        which: str,
        *,
        text: Mapping[str, str],
        before: Mapping[str, str],
        params: Params,
    ) -> Saved:
        """Make one, or change what differs."""
        found = changes(form, text, before, params)
        if which and not found:
            return Saved("same")
        deed = self._change if which else self._make
        notes = await judged(deed(caller, form.kind, which, found), form.section)
        return Saved("saved" if which else "made", notes)

    async def switch(self, caller: Caller, kind: str, which: str, *, on: bool) -> Sequence[str]:
        """Let it work, or rest."""
        form = _form(kind)
        return await judged(self._change(caller, kind, which, {"enabled": on}), form.section)

    async def remove(self, caller: Caller, kind: str, which: str) -> Sequence[str]:
        """Forget it."""
        desk, services = self._desk, self._desk.services
        if _form(kind).kind == "relay":
            query = filled(About, {"mount": which})
            return (await remove_relay(services, desk.asking(caller, query))).notes
        if kind == "master":
            server = filled(WhichMaster, {"url": which})
            return (await remove_master(services, desk.asking(caller, server))).notes
        push = filled(WhichPush, {"id": which})
        return (await remove_push(services, desk.asking(caller, push))).notes

    async def _make(
        self, caller: Caller, kind: str, _which: str, values: Mapping[str, object]
    ) -> Sequence[str]:
        desk, services = self._desk, self._desk.services
        if kind == "relay":
            needed = {"mount": "", **values}
            relay = filled(NewRelay, needed)
            return (await make_relay(services, desk.sending(caller, relay))).notes
        if kind == "master":
            master = filled(NewMaster, {"url": "", **values})
            return (await make_master(services, desk.sending(caller, master))).notes
        push = filled(NewPush, {"mount": "", "url": "", **values})
        return (await make_push(services, desk.sending(caller, push))).notes

    async def _change(
        self, caller: Caller, kind: str, which: str, values: Mapping[str, object]
    ) -> Sequence[str]:
        desk, services = self._desk, self._desk.services
        if kind == "relay":
            relay = filled(RelaySettings, values)
            about = filled(About, {"mount": which})
            return (await change_relay(services, desk.both(caller, about, relay))).notes
        if kind == "master":
            master = filled(MasterSettings, values)
            server = filled(WhichMaster, {"url": which})
            return (await change_master(services, desk.both(caller, server, master))).notes
        push = filled(PushSettings, values)
        named = filled(WhichPush, {"id": which})
        return (await change_push(services, desk.both(caller, named, push))).notes


def _form(kind: str) -> Form:
    form = FORMS.get(kind)
    if form is None:
        raise Unfit(400, "invalid", "the form is not complete")
    return form
