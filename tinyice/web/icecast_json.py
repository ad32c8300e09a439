"""/status-json.xsl, in the shape that players, panels and encoders read."""

from collections.abc import Sequence

from tinyice.core.snapshots import MountSnapshot, StationSnapshot
from tinyice.web.icecast import server_fields, source_fields
from tinyice.web.settings import WebSettings


def status_document(station: StationSnapshot, only: str, settings: WebSettings) -> object:
    """The public status; of one mount when ``only`` names it."""
    told = [
        {**source_fields(mount, settings), "dummy": None}
        for mount in chosen(station.public_mounts, only)
    ]
    stats: dict[str, object] = dict(server_fields(station, settings))
    if settings.status_always_array:
        stats["source"] = told
    elif told:
        stats["source"] = told[0] if len(told) == 1 else told
    if not told:
        stats["dummy"] = None
    return {"icestats": stats}


def chosen(mounts: Sequence[MountSnapshot], only: str) -> Sequence[MountSnapshot]:
    """The one mount that was asked for, or all of them when ``only`` is ""."""
    return [mount for mount in mounts if mount.path == only] if only else mounts
