"""A change of the configuration reaches who acts on it; what can't be is told."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from tinyice.assembly.applying import Reached, TrustedProxies, bans_of, examine
from tinyice.config.build import Walk, build
from tinyice.config.faults import ConfigFaults
from tinyice.config.model import Config
from tinyice.config.mounts import configured_paths, settings_for
from tinyice.core.bans import Bans
from tinyice.core.clients import Client
from tinyice.core.mounts import Mounts
from tinyice.core.networks import Networks
from tinyice.core.pace import Pace
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.snapshots import StationHeaders
from tinyice.core.source import Source
from tinyice.web.settings import WebSettings

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def config(**document: object) -> Config:
    """A configuration without faults."""
    walk = Walk()
    made = build(Config, document, walk)
    assert not walk.faults
    return made


@dataclass
class Encoder:
    """Ends its session when it is told to."""

    closed: list[str] = field(default_factory=list)

    def hold(self, seconds: float) -> None:
        """Bring nothing for so long."""

    def close(self, reason: str) -> None:
        self.closed.append(reason)


@dataclass
class Proxies:
    trusted: Networks = field(default_factory=Networks)


class Station:
    """Parts of a station that a change reaches."""

    def __init__(self, before: Config) -> None:
        self.config = before
        self.loaded: list[str] = []
        self.proxies = Proxies(Networks(before.trusted_proxies))
        self.bans = Bans(bans_of(before), now=lambda: NOW, spared=TrustedProxies(self.proxies))
        self.pages = web_settings(before)
        self.mounts = Mounts(
            configured_paths(before),
            partial(settings_for, before),
            StationSettings(),
            publish=lambda _event: None,
            clock=lambda: 0.0,
            recorder_for=lambda _settings: None,
        )
        self.reached = Reached(
            mounts=self.mounts,
            intros=self,
            bans=self.bans,
            proxies=self.proxies,
            pages=self.pages,
            station=lambda config: StationSettings(listeners_max=config.max_listeners),
            web=web_settings,
        )

    def load(self, settings: MountSettings) -> None:
        self.loaded.append(settings.intro_file)

    def change(self, after: Config) -> None:
        before, self.config = self.config, after
        self.reached.apply(before, after)

    def feed(self, path: str, address: str) -> Encoder:
        """An encoder connects from there."""
        encoder = Encoder()
        source = Source(
            kind="client",
            client=Client(address),
            user="source",
            credential="",
            content_type="audio/mpeg",
            station=StationHeaders(),
            control=encoder,
            pace=Pace(0),
            connected_at=NOW,
            now=0.0,
        )
        self.mounts.claim(path, source)
        return encoder


def web_settings(config: Config) -> WebSettings:
    return WebSettings(
        hostname=config.hostname,
        port=config.port,
        server_id="x",
        version="1",
        page_title=config.page_title,
    )


def test_mounts_and_their_limits_follow() -> None:
    station = Station(config(mounts={"/a": ""}))
    station.change(config(mounts={"/b": ""}, advanced_mounts={"/b": {"max_listeners": 3}}))
    (mount,) = station.mounts
    assert (mount.path, mount.settings.listeners_max) == ("/b", 3)


def test_an_intro_is_read_when_it_is_another_one() -> None:
    """And only then; without one, nobody hears the old one."""
    station = Station(config(advanced_mounts={"/a": {"intro_file": "a.mp3"}, "/b": {}}))
    station.mounts.set_intro("/a", b"old")
    station.change(config(advanced_mounts={"/a": {"intro_file": "a.mp3"}, "/b": {}}, port=1))
    assert station.loaded == []
    station.change(config(advanced_mounts={"/a": {}, "/b": {"intro_file": "b.mp3"}}))
    assert station.loaded == ["b.mp3"]
    mount = station.mounts.find("/a")
    assert mount is not None
    assert mount.intro == b""


def test_bans_hold_at_once_also_for_who_is_here() -> None:
    """With their reason and end; a proxy that is trusted is never banned."""
    station = Station(config())
    banned = station.feed("/a", "192.0.2.1")
    spared = station.feed("/b", "192.0.2.2")
    notes = {"192.0.2.0/24": {"reason": "noise", "until": "2026-11-20T13:00:00Z"}}
    after = config(banned_ips=["192.0.2.9/24"], ban_notes=notes, trusted_proxies=["192.0.2.2/32"])
    station.change(after)
    assert (banned.closed, spared.closed) == (["banned"], [])
    assert station.bans.reason_for("192.0.2.77") == "noise"
    (ban,) = bans_of(after)
    assert ban.expires_at == datetime(2026, 11, 20, 13, tzinfo=UTC)
    station.change(config())
    assert "192.0.2.77" not in station.bans


def test_the_pages_follow() -> None:
    """Links lead to the port that is open now."""
    station = Station(config())
    station.change(config(page_title="New", hostname="radio", port=9000))
    station.change(config(page_title="Newer", port=9000))
    assert (station.pages.page_title, station.pages.hostname) == ("Newer", "localhost")
    assert station.pages.port == 9000


def test_certificates_are_looked_at_when_others_are_named(tmp_path: Path) -> None:
    """One that is gone for a moment keeps no other change from being saved."""
    broken = {"use_https": True, "cert_file": str(tmp_path / "c"), "key_file": str(tmp_path / "k")}
    with pytest.raises(ConfigFaults, match="cert_file"):
        examine(config(), config(**broken))
    examine(config(**broken), config(**broken, page_title="New"))
    examine(config(**broken), config())
