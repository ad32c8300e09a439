"""/status-json.xsl, in the shape that players, panels and encoders read; and admin's JSON."""

import json
from collections.abc import Mapping, Sequence

from tinyice.core.snapshots import MountSnapshot, StationSnapshot
from tinyice.web.icecast import Value, server_fields, source_fields
from tinyice.web.icecast_documents import Document, Reply, Told
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


def document_json(document: Document | Reply) -> object:
    """What ``document`` says, under the names of its XML; mounts are always an array."""
    if isinstance(document, Reply):
        return {"iceresponse": document.fields}
    stats: dict[str, object] = dict(document.fields)
    if document.row_name:
        stats[document.row_name] = list(document.rows)
    else:
        stats["source"] = [_source(told) for told in document.sources]
    if document.reply is not None:
        stats["iceresponse"] = document.reply.fields
    return {"icestats": stats}


def _source(told: Told) -> object:
    rows = {told.row_name: list(told.rows)} if told.row_name else {}
    return {"mount": told.mount, **told.fields, **rows}


def listeners_json(mount: str, rows: list[str]) -> str:
    """Who listens to ``mount``; ``rows`` are objects already."""
    name = row_json({"mount": mount, "Listeners": len(rows)}).removesuffix("}")
    return f'{{"icestats":{{"source":[{name},"listener":[{",".join(rows)}]}}]}}}}'


def row_json(fields: Mapping[str, Value]) -> str:
    """One of many."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
