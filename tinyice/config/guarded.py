"""Keys that need more than the right to change what they stand in.

Whoever may change an AutoDJ may not for that have programs run on the server's machine, open
ports of it, or look into its folders. What is asked here is what a change does to the whole
document, whichever way it came; who may do it is in the one table
(``core/access/permissions.py``).
"""

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from tinyice.core.access.permissions import Action, require
from tinyice.core.access.principal import Principal

Document = Mapping[str, Any]

COMMANDS = ("song_command", "on_play_command")


def require_for(who: Principal, before: Document, after: Document, *, is_bounded: bool) -> None:
    """Raise ``NotPermitted`` unless ``who`` may make ``after`` of ``before``.

    ``is_bounded``: folders of music are in ``media_roots``, however those were given.
    """
    for action in actions_for(before, after, is_bounded=is_bounded):
        require(who, action)


def actions_for(before: Document, after: Document, *, is_bounded: bool) -> Iterator[Action]:
    """What is done by such a change besides what it says that it does."""
    if set(_commands(after)) - set(_commands(before)) or set(_ports(after)) - set(_ports(before)):
        yield Action.CHANGE_COMMANDS
    if _list(before, "media_roots") != _list(after, "media_roots"):
        yield Action.CHANGE_SETTINGS
    if not is_bounded and set(_folders(after)) - set(_folders(before)):
        yield Action.BROWSE_FOLDERS


def _commands(document: Document) -> Iterator[tuple[str, str, str]]:
    """The programs that are run, each with the mount and the folder that it is run for and in."""
    for autodj in _list(document, "autodjs"):
        if isinstance(autodj, dict):
            for name in COMMANDS:
                words = _words(autodj.get(name))
                if words:
                    yield str(autodj.get("mount")), f"{name} {words}", str(autodj.get("music_dir"))


def _ports(document: Document) -> Iterator[tuple[str, str, str]]:
    """The ports for MPD clients, each with the mount and the address that it is opened for."""
    for autodj in _list(document, "autodjs"):
        if isinstance(autodj, dict) and autodj.get("mpd_port") not in (None, "", 0, "0"):
            address = autodj.get("mpd_host") or ""
            yield str(autodj.get("mount")), str(address), str(autodj["mpd_port"])


def _words(command: object) -> str:
    """The same text for the same command, however it is written; "" for none."""
    words = command
    if isinstance(command, str):
        try:
            words = shlex.split(command)
        except ValueError:
            return command
    return json.dumps(words) if words else ""


def _folders(document: Document) -> Iterator[tuple[str, str]]:
    """The folders that music is played from, with their mounts."""
    for autodj in _list(document, "autodjs"):
        if isinstance(autodj, dict) and autodj.get("music_dir"):
            yield str(autodj.get("mount")), str(autodj["music_dir"])
    advanced = document.get("advanced_mounts")
    for mount, own in advanced.items() if isinstance(advanced, dict) else ():
        if isinstance(own, dict) and own.get("music_dir"):
            yield mount, str(own["music_dir"])


def _list(document: Document, key: str) -> list[Any]:
    found = document.get(key)
    return found if isinstance(found, list) else []
