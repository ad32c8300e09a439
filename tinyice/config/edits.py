"""Changes to the document of ``tinyice.json``, as functions that change it in place.

The document is what the file holds: keys that a change does not name stay as
they are, in their order, whether this version uses them or not. Values are
judged afterwards, all together.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from tinyice.config.items import Push, Transcoder
from tinyice.core.access.tokens import Token

Document = dict[str, Any]
Edit = Callable[[Document], None]
"""Changes a document in place, from that alone: it may be called again with a newer one.

May raise, and then nothing is changed.
"""

MOUNT_KEYS = (
    "mounts",
    "advanced_mounts",
    "disabled_mounts",
    "visible_mounts",
    "hidden_mounts",
    "fallback_mounts",
)
"""Keys whose entries are by mount."""


def section(document: Document, key: str) -> dict[str, Any]:
    """The object at ``key``, made if there is none."""
    found = document.get(key)
    if not isinstance(found, dict):
        found = document[key] = {}
    return found


def entries(document: Document, key: str) -> list[Any]:
    """The list at ``key``, made if there is none."""
    found = document.get(key)
    if not isinstance(found, list):
        found = document[key] = []
    return found


def forget(document: Document, key: str, name: str) -> None:
    """Take an entry out of the object at ``key``, if there is one."""
    found = document.get(key)
    if isinstance(found, dict):
        found.pop(name, None)


def make_mount(document: Document, path: str, password_hash: str) -> None:
    """Name a mount; with "" the default source password opens it."""
    section(document, "mounts")[path] = password_hash


def approve_mount(document: Document, path: str) -> None:
    """Name a mount that a source made, and let lists show it; the password stays as it was."""
    section(document, "mounts").setdefault(path, "")
    set_mount_visible(document, path, visible=True)


def set_mount_password(document: Document, path: str, password_hash: str) -> None:
    """Let another source password open the mount; of two places for it, ``mounts`` counts."""
    section(document, "mounts")[path] = password_hash
    advanced = document.get("advanced_mounts")
    if isinstance(advanced, dict):
        forget(advanced, path, "password")


def set_mount_keys(document: Document, path: str, values: Mapping[str, object]) -> None:
    """Set keys of the mount's own settings; None takes a key away."""
    advanced = section(document, "advanced_mounts").setdefault(path, {})
    for key, value in values.items():
        if value is None:
            advanced.pop(key, None)
        else:
            advanced[key] = value


def set_mount_enabled(document: Document, path: str, *, enabled: bool) -> None:
    """Switch a mount on or off."""
    if enabled:
        forget(document, "disabled_mounts", path)
    else:
        section(document, "disabled_mounts")[path] = True


def set_mount_visible(document: Document, path: str, *, visible: bool) -> None:
    """Show a mount in lists, or hide it; the others stay as they are."""
    if not visible:
        section(document, "hidden_mounts")[path] = True
        return
    forget(document, "hidden_mounts", path)
    shown = document.get("visible_mounts")
    # once any mount is marked true, those without a mark are hidden
    if isinstance(shown, dict) and any(shown.values()):
        shown[path] = True
    else:
        forget(document, "visible_mounts", path)


def set_fallback(document: Document, path: str, fallback: str) -> None:
    """Name the mount that is heard when this one's source is gone; "": none is.

    It takes the place of all that was to be heard then.
    """
    advanced = document.get("advanced_mounts")
    if isinstance(advanced, dict) and isinstance(advanced.get(path), dict):
        advanced[path].pop("fallbacks", None)
    if fallback:
        section(document, "fallback_mounts")[path] = fallback
    else:
        forget(document, "fallback_mounts", path)


def remove_mount(document: Document, path: str) -> None:
    """Forget all that the file says about a mount, in accounts too."""
    for key in MOUNT_KEYS:
        forget(document, key, path)
    users = document.get("users")
    for user in users.values() if isinstance(users, dict) else ():
        if isinstance(user, dict):
            forget(user, "mounts", path)


def set_listener_account(document: Document, path: str, name: str, password_hash: str) -> None:
    """Let a listener in on the mount with that password; "" takes the account away."""
    advanced = section(document, "advanced_mounts").setdefault(path, {})
    accounts = advanced.setdefault("listener_accounts", {})
    if password_hash:
        accounts[name] = password_hash
    else:
        accounts.pop(name, None)


def add_ban(document: Document, network: str, *, until: str, reason: str) -> None:
    """Ban an address or a network; an earlier ban of it is replaced."""
    banned, notes = entries(document, "banned_ips"), section(document, "ban_notes")
    if network not in banned:
        banned.append(network)
    notes.pop(network, None)
    note = {key: value for key, value in (("reason", reason), ("until", until)) if value}
    if note:
        notes[network] = note


def remove_ban(document: Document, network: str) -> None:
    """Lift a ban."""
    banned = entries(document, "banned_ips")
    banned[:] = [entry for entry in banned if entry != network]
    forget(document, "ban_notes", network)


def find_relay(document: Document, mount: str) -> dict[str, Any] | None:
    """What the file says of the relay on that mount; None: nothing."""
    for entry in entries(document, "relays"):
        if isinstance(entry, dict) and entry.get("mount") == mount:
            return entry
    return None


def remove_relay(document: Document, mount: str) -> None:
    """Forget the relay on that mount."""
    relays = entries(document, "relays")
    relays[:] = [one for one in relays if not _says(one, ("mount",), mount)]


def find_master(document: Document, url: str) -> dict[str, Any] | None:
    """What the file says of that server, which is mirrored; None: nothing."""
    for entry in entries(document, "masters"):
        if isinstance(entry, dict) and str(entry.get("url")).rstrip("/") == url.rstrip("/"):
            return entry
    return None


def remove_master(document: Document, url: str) -> bool:
    """Forget that server; whether it was there."""
    return _drop(document, "masters", find_master(document, url))


def find_push(document: Document, called: str) -> dict[str, Any] | None:
    """What the file says of the push that is called so; None: nothing."""
    for entry in entries(document, "pushes"):
        if isinstance(entry, dict) and _called(entry) == called:
            return entry
    return None


def remove_push(document: Document, called: str) -> bool:
    """Forget that push; whether it was there."""
    return _drop(document, "pushes", find_push(document, called))


def find_transcoder(document: Document, called: str) -> dict[str, Any] | None:
    """What the file says of the transcoder that is called so; None: nothing."""
    for entry in entries(document, "transcoders"):
        if isinstance(entry, dict) and _calls_itself(entry) == called:
            return entry
    return None


def remove_transcoder(document: Document, called: str) -> bool:
    """Forget that transcoder; whether it was there."""
    return _drop(document, "transcoders", find_transcoder(document, called))


def find_autodj(document: Document, mount: str) -> dict[str, Any] | None:
    """What the file says of the AutoDJ on that mount; None: nothing."""
    for entry in entries(document, "autodjs"):
        if isinstance(entry, dict) and entry.get("mount") == mount:
            return entry
    return None


def remove_autodj(document: Document, mount: str) -> bool:
    """Forget the AutoDJ on that mount; whether it was there."""
    return _drop(document, "autodjs", find_autodj(document, mount))


def add_token(document: Document, token: Token) -> None:
    """Keep what is known of a new token; one without an end is kept without that key."""
    told = {
        "id": token.id,
        "name": token.name,
        "user": token.user,
        "hash": token.digest,
        "created_at": _written(token.created_at),
    }
    if token.expires_at is not None:
        told["expires_at"] = _written(token.expires_at)
    entries(document, "api_tokens").append(told)


def remove_token(document: Document, token_id: str) -> None:
    """End a token."""
    _drop_tokens(document, ("id",), token_id)


def remove_tokens_of(document: Document, user: str) -> None:
    """End all tokens of an account; the Go server of this name calls it ``username``."""
    _drop_tokens(document, ("user", "username"), user)


def _drop_tokens(document: Document, keys: tuple[str, ...], value: str) -> None:
    found = document.get("api_tokens")
    if isinstance(found, list):
        found[:] = [one for one in found if not _says(one, keys, value)]


def _drop(document: Document, key: str, entry: dict[str, Any] | None) -> bool:
    found = entries(document, key)
    found[:] = [one for one in found if one is not entry]
    return entry is not None


def _called(entry: Mapping[str, Any]) -> str:
    name, mount, url = (str(entry.get(key) or "") for key in ("id", "mount", "url"))
    return Push(id=name, mount=mount, url=url).called


def _calls_itself(entry: Mapping[str, Any]) -> str:
    name, output = (str(entry.get(key) or "") for key in ("name", "output_mount"))
    return Transcoder(name=name, output_mount=output).called


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _says(entry: object, keys: tuple[str, ...], value: str) -> bool:
    return isinstance(entry, dict) and any(entry.get(key) == value for key in keys)
