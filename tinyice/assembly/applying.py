"""A change of the configuration, brought to those who act on it.

Who reads the configuration in force each time (passwords, accounts, tokens,
lockouts, sessions) needs nothing from here. What holds from the next start only
stands in ``config/restart.py``.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

from tinyice.assembly.certificates import judge_files, tls_keys
from tinyice.assembly.countries import geoip_path, judge_countries
from tinyice.assembly.outputs import judge_logs
from tinyice.config.accounts import moment_of
from tinyice.config.items import BanNote
from tinyice.config.model import Config
from tinyice.config.mounts import configured_paths, settings_for
from tinyice.core.bans import Ban, Bans, enforce
from tinyice.core.mounts import Mounts
from tinyice.core.networks import Networks, network_of
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.web.settings import WebSettings

_NO_NOTE = BanNote()


class Intros(Protocol):
    """Reads the files that listeners hear first."""

    def load(self, settings: MountSettings) -> None:
        """Read the intro of one mount, if it has one; listeners hear it once it is here."""


class Proxies(Protocol):
    """Knows whom to believe who is behind a connection."""

    trusted: Networks


class Pages(Protocol):
    """What the web pages say of the station."""

    def take(self, other: WebSettings) -> None:
        """Say what ``other`` says from now on."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Who is told of a change. ``station`` and ``web`` make settings of a configuration."""

    mounts: Mounts
    intros: Intros
    bans: Bans
    proxies: Proxies
    pages: Pages
    station: Callable[[Config], StationSettings]
    web: Callable[[Config], WebSettings]

    def apply(self, before: Config, after: Config) -> None:
        """``after`` holds from now on; nothing that waits is done here.

        Each part is told, also behind one that fails: its error is raised at the end.
        """
        with ExitStack() as last_first:
            last_first.callback(self.pages.take, self.web(after))
            last_first.callback(self._configure, after)
            last_first.callback(self._ban, before, after)

    def _ban(self, before: Config, after: Config) -> None:
        if _who_is_banned(before) != _who_is_banned(after):
            self.proxies.trusted = Networks(after.trusted_proxies)
            self.bans.replace(bans_of(after))
            enforce(self.bans, self.mounts)

    def _configure(self, after: Config) -> None:
        old = {mount.path: mount.settings.intro_file for mount in self.mounts}
        self.mounts.configure(
            configured_paths(after), lambda path: settings_for(after, path), self.station(after)
        )
        self._read_intros(old)

    def _read_intros(self, old: dict[str, str]) -> None:
        for mount in self.mounts:
            if mount.settings.intro_file == old.get(mount.path, ""):
                continue
            if mount.settings.intro_file:
                self.intros.load(mount.settings)
            else:
                self.mounts.set_intro(mount.path, b"")


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """The addresses of those proxies that are trusted now: no ban holds for them."""

    proxies: Proxies

    def __contains__(self, address: object) -> bool:
        return isinstance(address, str) and address in self.proxies.trusted


def _who_is_banned(config: Config) -> tuple[object, ...]:
    return (config.banned_ips, config.ban_notes, config.trusted_proxies)


def bans_of(config: Config) -> tuple[Ban, ...]:
    """The bans, each with what is known about it."""
    notes = {network_of(entry): note for entry, note in config.ban_notes.items()}
    return tuple(_ban(entry, notes.get(network_of(entry), _NO_NOTE)) for entry in config.banned_ips)


def _ban(entry: str, note: BanNote) -> Ban:
    return Ban(entry, note.reason, moment_of(note.until))


def examine(before: Config, after: Config) -> None:
    """Look at the files that a change names before it is saved; raises ConfigFaults.

    Reads files: a worker's work.
    """
    judge_logs(before, after)
    if tls_keys(before) != tls_keys(after):
        judge_files(after)
    if geoip_path(before) != geoip_path(after):
        judge_countries(after)
