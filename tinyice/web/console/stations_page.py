"""The page of stations, put together: the list, the form of one mount, its encoder settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import msgspec
from twisted.web.server import Request

from tinyice.config.advanced import AdvancedMount
from tinyice.config.model import Config
from tinyice.core.access.permissions import Action, permits
from tinyice.core.snapshots import MountSnapshot
from tinyice.web import urls
from tinyice.web.console import stations_form as forms
from tinyice.web.console.attempt import Fault
from tinyice.web.console.desk import Desk
from tinyice.web.console.encoders import Target, command, programs
from tinyice.web.console.stations_view import listing, row_of, state_in_words, station_url
from tinyice.web.guard import Caller
from tinyice.web.origin import clean_host, host_alone, mount_url, port_of
from tinyice.web.params import params_of

_OPTIONS_MAX = 500
_FIND_CHARS_MAX = 100
_CHARSETS = ("utf-8", "latin-1", "cp1252", "iso-8859-2", "cp1250", "cp1251", "koi8-r", "shift_jis")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page says beside the list: of which mount, what was typed, what was done.

    ``path`` "" stands for a mount that is still to be made, or for none when it is not ``chosen``:
    then a phone shows the list alone.
    """

    path: str
    text: Mapping[str, str] | None = None
    before: Mapping[str, str] | None = None
    faults: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None
    done: str = ""
    notes: Sequence[str] = ()
    password: str = ""
    chosen: bool = True


class StationsPage:
    """Renders what its application decided."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def mounts_of(self, caller: Caller) -> dict[str, MountSnapshot]:
        """The caller's mounts, by path."""
        mounts = self._desk.services.station.snapshot().mounts
        return {one.path: one for one in mounts if caller.principal.owns(one.path)}

    def written(self, path: str) -> dict[str, str]:
        """What the form of a mount says before anybody types; "": of one to be made."""
        text = forms.written(self._desk.services.config(), path)
        return text if path else {**text, "visible": "1"}

    def show(self, request: Request, caller: Caller, shown: Shown) -> bytes:
        """The page."""
        mine, params = self.mounts_of(caller), params_of(request)
        find = params.text("find", "utf-8")[:_FIND_CHARS_MAX]
        mount = mine.get(shown.path)
        may_make = permits(caller.principal, Action.MAKE_MOUNT)
        return self._desk.show(
            request,
            caller,
            "stations",
            place="stations",
            fault=shown.fault,
            shown=shown,
            listing=listing(
                mine.values(), find, params.text("after", "utf-8"), named=self._name_of
            ),
            may_make=may_make,
            **({"approvals": sum(one.waiting for one in mine.values())} if may_make else {}),
            is_new=not shown.path and shown.chosen and may_make,
            mount=mount,
            urls=urls,
            **self._chosen(request, caller, shown, mount),
            **self._form(caller, shown, mine),
        )

    def _name_of(self, path: str) -> str:
        own = self._desk.services.config().advanced_mounts.get(path)
        return own.name_override if own is not None else ""

    def _chosen(
        self, request: Request, caller: Caller, shown: Shown, mount: MountSnapshot | None
    ) -> dict[str, object]:
        if mount is None:
            return {"row": None, "programs": ()}
        target = self._target(request, caller, shown)
        return {
            "row": row_of(mount, self._name_of),
            "state": state_in_words(mount, self._desk.services.now()),
            "form_url": station_url(mount.path),
            "player_url": mount_url("/player", mount.path),
            "programs": programs(target),
            "command": command(target),
            "target": target,
            "key": self._key(caller, mount.path),
            "may_change": permits(caller.principal, Action.CHANGE_MOUNT, mount.path),
            "may_remove": permits(caller.principal, Action.REMOVE_MOUNT) and mount.configured,
        }

    def _form(
        self, caller: Caller, shown: Shown, mine: Mapping[str, MountSnapshot]
    ) -> dict[str, object]:
        config = self._desk.services.config()
        before = shown.before if shown.before is not None else self.written(shown.path)
        text = shown.text if shown.text is not None else before
        own = config.advanced_mounts.get(shown.path, AdvancedMount())
        may_files = permits(caller.principal, Action.CHANGE_SETTINGS)
        told = {name: was for name, was in before.items() if may_files or name not in forms.FILES}
        return {
            "text": text,
            "before": msgspec.json.encode(told).decode("utf-8"),
            "servers": forms.servers(config),
            "own_password": bool(config.mounts.get(shown.path) or own.password),
            "may_files": may_files,
            **_options(config, text, sorted(path for path in mine if path != shown.path)),
        }

    def _target(self, request: Request, caller: Caller, shown: Shown) -> Target:
        config, settings = self._desk.services.config(), self._desk.services.settings()
        public = urlsplit(settings.base_url).hostname
        asked = clean_host(request, settings)
        is_plain = not public and not caller.client.secure
        own = config.users.get(caller.principal.name)
        feeds = own is not None and bool(own.mounts.get(shown.path)) and not shown.password
        return Target(
            host=public or host_alone(asked).strip("[]"),
            port=port_of(asked, settings.port) if is_plain else settings.port,
            mount=shown.path,
            user=caller.principal.name if feeds else "source",
            password=shown.password,
            tls_port=settings.https_port if config.serves_tls else 0,
        )

    def _key(self, caller: Caller, path: str) -> str:
        """Which password opens the mount, in words."""
        config = self._desk.services.config()
        own = config.users.get(caller.principal.name)
        if own is not None and own.mounts.get(path):
            return "your own for this mount"
        advanced = config.advanced_mounts.get(path, AdvancedMount())
        if config.mounts.get(path) or advanced.password:
            return "the one that was set"
        return "the default one" if config.default_source_password else "none: set one"


Options = list[tuple[str, str]]


def _options(
    config: Config, text: Mapping[str, str], others: Sequence[str]
) -> dict[str, Options | list[str]]:
    """What may be chosen, with its words; what is chosen already is always among it."""
    server = "on" if config.low_latency_mode else "off"
    return {
        "charsets": _with("As the server: " + config.charset, _CHARSETS, text["charset"]),
        "latencies": [("", f"As the server: {server}"), ("on", "On"), ("off", "Off")],
        "other_mounts": list(others[:_OPTIONS_MAX]),
    }


def _with(none: str, options: Sequence[str], chosen: str) -> Options:
    known = [*options, chosen] if chosen and chosen not in options else options
    return [("", none), *((option, option) for option in known)]
