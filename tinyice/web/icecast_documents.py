"""What Icecast's commands answer, in one shape for XML, JSON and pages.

``icestats`` holds fields, then mounts; each mount holds fields, then rows of
one kind (its accounts, for example).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tinyice.core.snapshots import MountSnapshot, StationSnapshot
from tinyice.web.icecast import (
    Fields,
    Value,
    counter_fields,
    in_order,
    private_fields,
    server_fields,
    source_fields,
)
from tinyice.web.settings import WebSettings


@dataclass(frozen=True, slots=True)
class Told:
    """What a document says of one mount; ``rows`` are all called ``row_name``."""

    mount: str
    fields: Fields = field(default_factory=dict)
    row_name: str = ""
    rows: Sequence[Fields] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command says of itself. ``done`` is Icecast's return value; None: it gives none."""

    message: str
    done: bool | None = True

    @property
    def fields(self) -> Fields:
        """Under Icecast's names."""
        said: Fields = {"message": self.message}
        if self.done is not None:
            said["return"] = int(self.done)
        return said


@dataclass(frozen=True, slots=True)
class Document:
    """One answer; a command's ``reply`` may stand in it, and rows that are about no mount."""

    fields: Fields = field(default_factory=dict)
    sources: Sequence[Told] = ()
    row_name: str = ""
    rows: Sequence[Fields] = ()
    reply: Reply | None = None


def statistics(
    station: StationSnapshot, mounts: Sequence[MountSnapshot], settings: WebSettings
) -> Document:
    """All statistics, with the sources ``mounts``."""
    totals = in_order({**server_fields(station, settings), **counter_fields(station)})
    return Document(totals, [Told(mount.path, _everything_of(mount, settings)) for mount in mounts])


def public_statistics(
    station: StationSnapshot, mounts: Sequence[MountSnapshot], settings: WebSettings
) -> Document:
    """What everybody may know of it."""
    told = [Told(mount.path, source_fields(mount, settings)) for mount in mounts]
    return Document(server_fields(station, settings), told)


def brief_list(station: StationSnapshot, mounts: Sequence[MountSnapshot]) -> Sequence[Told]:
    """The mounts on air, with little of each."""
    now = station.started_at.timestamp() + station.uptime_seconds
    return [Told(mount.path, _brief(mount, now)) for mount in mounts]


def _everything_of(mount: MountSnapshot, settings: WebSettings) -> Fields:
    return in_order({**source_fields(mount, settings), **private_fields(mount)})


def _brief(mount: MountSnapshot, now: float) -> Fields:
    since = mount.connected_at.timestamp() if mount.connected_at else now
    authenticator: dict[str, Value] = (
        {"authenticator": mount.authenticator} if mount.authenticator else {}
    )
    return {
        "fallback": mount.fallback,
        "listeners": mount.listeners,
        **authenticator,
        "Connected": max(0, int(now - since)),
        "content-type": mount.content_type,
    }
