"""The reference and the JSON Schema of the configuration, made from the model.

``python -m tinyice.config.document FOLDER`` writes ``configuration.md`` and
``tinyice.schema.json`` into FOLDER.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import FieldInfo

from tinyice.config.advanced import AdvancedMount
from tinyice.config.autodjs import AutoDJ
from tinyice.config.items import ApiToken, BanNote, Master, Push, Relay, Transcoder, UrlAuth
from tinyice.config.kept import Kept, kept_keys
from tinyice.config.kinds import Kind, kind_of
from tinyice.config.model import Config, User
from tinyice.config.restart import AT_START
from tinyice.config.schema import schema

SECTIONS: Mapping[str, str] = {
    "bind_host": "Server",
    "default_source_password": "Mounts",
    "relays": "Relays",
    "transcoders": "Transcoders",
    "autodjs": "AutoDJs",
    "admin_user": "Access",
    "banned_ips": "Addresses",
    "burst_size": "Delivery to listeners",
    "max_listeners": "Limits",
    "header_timeout": "Times",
    "log_level": "Logs",
}
"""The headings of the reference, by the first key below each."""

INTRODUCTION = """\
# Configuration

The server reads one JSON file, `tinyice.json`, or the one that `--config` or
`TINYICE_CONFIG` names. Without a file it makes one at its first start, readable
by its owner only, and shows the new passwords once. `tinyice check` tells every
fault of a file. An editor that knows JSON Schema can use `tinyice.schema.json`.

A value comes from the command line, else from the environment, else from the
file, else it is the default. Every key below that is not an object has an
environment variable: `port` is `TINYICE_PORT`. With `_FILE` added
(`TINYICE_ADMIN_PASSWORD_FILE`) the variable names a file that holds the value.
Lists are separated by commas there. An empty variable counts as not given.
Neither the command line nor the environment ever changes the file.

Settings that are changed while the server runs are written into this file: the
change is saved first, and then in force. What the server does not know stays in
the file, and keys keep their order. The file may be edited by hand meanwhile:
what was written there comes into force with the next change, or with a reload
([Reload](operations.md#reload) says how). A file that has faults by then is left
alone, and so is one that can't be written; nothing is changed in either case,
and whoever asked is told why. The server replaces the file by a new one, so it
must be able to write in its folder.
Keys marked "Read at start" wait for a restart; all others hold at once, and
nobody who is connected is disturbed.

Passwords may be written as plain text: at load the server replaces them in the
file by their bcrypt hash. They have at most 72 bytes. Only passwords that are
sent to others (in `url_auth`, `relays`, `masters` and `pushes`) stay as they are. `null`
and empty text mean the default. Ports may be numbers or text.

A mount path begins with `/`. It has no `..`, no `?`, no `#` and no control
characters, does not end like a playlist (`.m3u`, `.m3u8`, `.pls`, `.xspf`,
`.vclt`, `.xsl`), and is none of the server's own pages (`/`, `/admin`, `/api`,
`/static`, `/status`, `/events`, `/metrics`, `/login`, `/player`, ...).

This page is made from the model by `python -m tinyice.config.document docs`.
"""

KEPT_INTRODUCTION = """\
## Keys that are kept

A file written by the Go server of the same name loads. These keys of it are
kept in the file and not used; at start one line names those that are there.
"""


def reference() -> str:
    """Write the reference in Markdown."""
    parts = [INTRODUCTION]
    for field in msgspec.structs.fields(Config):
        if field.name in SECTIONS:
            parts.append(_table_head(SECTIONS[field.name]))
        parts.append(_row(field, " Read at start." if field.name in AT_START else ""))
    parts += _struct("One mount, in `advanced_mounts`", AdvancedMount)
    parts += _struct("Who may listen, in `url_auth` of a mount", UrlAuth)
    parts += _struct("One relay, in `relays`", Relay)
    parts += _struct("One server that is mirrored, in `masters`", Master)
    parts += _struct("One mount that is sent elsewhere, in `pushes`", Push)
    parts += _struct("One transcoder, in `transcoders`", Transcoder)
    parts += _struct("One AutoDJ, in `autodjs`", AutoDJ)
    parts += _struct("One account, in `users`", User)
    parts += _struct("One token, in `api_tokens`", ApiToken)
    parts += _struct("One ban, in `ban_notes`", BanNote)
    parts += ["\n" + KEPT_INTRODUCTION, *_kept()]
    return "\n".join(parts) + "\n"


def _struct(title: str, struct: type[msgspec.Struct]) -> Iterator[str]:
    yield _table_head(title)
    for field in msgspec.structs.fields(struct):
        yield _row(field)


def _table_head(title: str) -> str:
    return f"\n## {title}\n\n| Key | Value | Default | Meaning |\n|---|---|---|---|"


def _row(field: FieldInfo, more: str = "") -> str:
    kind = kind_of(field.type)
    meaning = kind.description + more
    return f"| `{field.name}` | {_value(kind)} | {_default(field)} | {meaning} |"


def _default(field: FieldInfo) -> str:
    if field.default is msgspec.NODEFAULT or field.default in ("", ()):
        return ""
    if field.default is None and field.name not in ("shoutcast_port", "url_auth"):
        return "as the server"
    return f"`{json.dumps(field.default).removesuffix('.0')}`"


def _value(kind: Kind) -> str:
    if kind.base is Literal:
        return ", ".join(f"`{choice}`" for choice in kind.args if choice)
    if kind.secret:
        return str(kind.extra["name"])
    if kind.base is Mapping:
        return f"object of {_value(kind_of(kind.args[1]))}"
    if kind.is_struct:
        return "settings"
    return kind.words


def _kept() -> Iterator[str]:
    for reason in Kept:
        names = [f"`{name}`" for name, why in kept_keys(Config).items() if why is reason]
        yield f"- {reason.value}: {', '.join(names)}"
    inner = ", ".join(f"`users.*.{name}`" for name in kept_keys(User))
    yield f"- {Kept.LATER.value}, in accounts: {inner}"


def documents() -> dict[str, str]:
    """The generated files: name and text of each."""
    return {
        "configuration.md": reference(),
        "tinyice.schema.json": json.dumps(schema(), indent=2, ensure_ascii=False) + "\n",
    }


def main(folder: Path) -> None:
    """Write the generated files into ``folder``."""
    for name, text in documents().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(*sys.argv[1:2] or ["docs"]))
