"""Mounts that sources made and nobody named: with ``approve_mounts`` they wait for a decision."""

from msgspec import Struct

from tinyice.config import edits
from tinyice.core.access.permissions import Action
from tinyice.web.api.changing import changed, note_change
from tinyice.web.api.operation import Call, Nothing, Operations
from tinyice.web.api.problems import Unfit, unknown
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import Done, Path

APPROVAL = Operations("streams")


class Waiting(Struct, frozen=True, kw_only=True):
    """Which mount."""

    mount: Path


class Refusal(Struct, frozen=True, kw_only=True):
    """Which mount; with ``disable`` no source is let onto it again."""

    mount: Path
    disable: bool = False


@APPROVAL.add(
    "POST",
    "/api/streams/approve",
    Action.MAKE_MOUNT,
    query=Waiting,
    body=Nothing,
    answer=Done,
    refusals=(404, 409),
)
async def approve_stream(services: Services, call: Call[Waiting, Nothing]) -> Done:
    """Name a waiting mount in the configuration: from now on it is a mount like others."""
    path = call.query.mount
    _check_waiting(services, path)

    def edit(document: edits.Document) -> None:
        edits.approve_mount(document, path)

    return Done(
        notes=await changed(
            services, call, edit, action=Action.MAKE_MOUNT, subject=path, mount=path
        )
    )


@APPROVAL.add(
    "POST",
    "/api/streams/refuse",
    Action.MAKE_MOUNT,
    query=Refusal,
    body=Nothing,
    answer=Done,
    refusals=(404, 409),
)
async def refuse_stream(services: Services, call: Call[Refusal, Nothing]) -> Done:
    """End the source of a waiting mount; it may come back unless the mount is disabled."""
    path = call.query.mount
    _check_waiting(services, path)
    if not call.query.disable:
        services.station.kick_source(path)
        note_change(services, call, action=Action.KICK_SOURCE, subject="source", mount=path)
        return Done()

    def edit(document: edits.Document) -> None:
        edits.set_mount_enabled(document, path, enabled=False)

    return Done(
        notes=await changed(
            services, call, edit, action=Action.CHANGE_MOUNT, subject=path, mount=path
        )
    )


def _check_waiting(services: Services, path: str) -> None:
    found = {mount.path: mount for mount in services.station.snapshot().mounts}.get(path)
    if found is None:
        raise unknown("mount", path, "mount")
    if not found.waiting:
        raise Unfit(409, "not-waiting", f"{path} does not wait for approval", "mount")
