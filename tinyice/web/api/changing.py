"""How an operation changes something: through the writer, or by itself, and always told."""

from msgspec import Struct

from tinyice.config.edits import Edit
from tinyice.core.access.permissions import Action
from tinyice.core.events import ChangeMade
from tinyice.web.api.operation import Call
from tinyice.web.api.services import Services
from tinyice.web.guard import Caller


async def changed(
    services: Services,
    call: Call[Struct, Struct],
    edit: Edit,
    *,
    action: Action,
    subject: str,
    mount: str = "",
) -> tuple[str, ...]:
    """Change the configuration; notes for who asked."""
    notes = await services.changes.change(
        edit,
        who=call.caller.principal,
        client=call.caller.client,
        action=action,
        subject=subject,
        mount=mount,
    )
    return tuple(notes)


def note_change(
    services: Services,
    call: Call[Struct, Struct],
    *,
    action: Action,
    subject: str,
    mount: str = "",
) -> None:
    """Tell of a change that is none of the configuration."""
    note_deed(services, call.caller, action=action, subject=subject, mount=mount)


def note_deed(
    services: Services, caller: Caller, *, action: Action, subject: str, mount: str = ""
) -> None:
    """Tell of what ``caller`` has done."""
    services.publish(
        ChangeMade(
            user=caller.principal.name,
            via=caller.principal.via.value,
            client=caller.client,
            action=action.value,
            subject=subject,
            mount=mount,
            before={},
            after={},
        )
    )
