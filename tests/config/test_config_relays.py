"""Relays and masters in the file: the Go server's shape, ours, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from config.configs import checked
from tinyice.config.changes import changes_between
from tinyice.config.faults import ConfigFaults
from tinyice.config.items import Master, Relay
from tinyice.config.mounts import configured_paths, is_configured, settings_for

URL = "http://hub.example:8000/live"
PIN = "ab" * 32


def faults(folder: Path, document: dict[str, Any]) -> dict[str, str]:
    """The faults of a document, by key."""
    with pytest.raises(ConfigFaults) as caught:
        checked(folder, document)
    return {fault.key: fault.message for fault in caught.value.faults}


def test_the_shape_of_the_go_server(tmp_path: Path) -> None:
    told = {"url": URL, "mount": "/r", "password": "x", "burst_size": 20, "enabled": False}
    config = checked(tmp_path, {"relays": [told]}).config
    assert config.relays == (
        Relay(url=URL, mount="/r", password="x", burst_size=20, enabled=False),
    )
    assert configured_paths(config) == ()


def test_our_shape(tmp_path: Path) -> None:
    relay = {
        "mount": "/r",
        "urls": ["https://hub.example/live", "https://other.example/live"],
        "user": "edge",
        "on_demand": True,
        "pin": ":".join([PIN[:2].upper()] * 32),
    }
    master = {"url": "https://hub.example", "password": "x", "prefix": "/hub", "interval": 30}
    config = checked(tmp_path, {"relays": [relay], "masters": [master]}).config
    (found,) = config.relays
    assert (found.urls, found.linger, found.idle_timeout) == (tuple(relay["urls"]), 20, 8)
    assert config.masters == (
        Master(url="https://hub.example", password="x", prefix="/hub", interval=30),
    )
    assert config.masters[0].user == "relay"


def test_the_mount_of_a_relay_is_one_that_somebody_named(tmp_path: Path) -> None:
    """It is there before its stream is, and needs nobody's approval."""
    document = {"relays": [{"url": URL, "mount": "/r"}], "approve_mounts": True}
    config = checked(tmp_path, document).config
    assert configured_paths(config) == ("/r",)
    assert is_configured(config, "/r")
    assert not is_configured(config, "/other")
    assert not settings_for(config, "/r").waiting


RELAYS: list[tuple[dict[str, Any], str, str]] = [
    ({"url": URL}, "mount", "must name the mount"),
    ({"mount": "/r"}, "url", "must name where"),
    ({"mount": "/r", "urls": [""]}, "url", "must name where"),
    ({"mount": "/r", "urls": ["", "http://localhost:8000/r"]}, "urls[1]", "the mount itself"),
    ({"mount": "/admin/x", "url": URL}, "mount", ""),
    ({"mount": "/r", "url": "rtmp://x/y"}, "url", "must be an address"),
    ({"mount": "/r", "url": "http://a:b@hub.example/x"}, "url", "must not hold a name"),
    ({"mount": "/r", "url": URL, "pin": "abcd"}, "pin", "must be the SHA-256"),
    ({"mount": "/r", "url": URL, "pin": PIN}, "pin", "every address begins with https"),
    ({"mount": "/r", "url": URL, "idle_timeout": 0}, "idle_timeout", ""),
    ({"mount": "/r", "url": "http://localhost:8000/r"}, "url", "must not be the mount itself"),
    ({"mount": "/r", "urls": [URL, "http://[::1]:8000/%72"]}, "urls[1]", "must not be the mount"),
    ({"mount": "/r", "url": "https://radio.example/r"}, "url", "must not be the mount itself"),
    ({"mount": "/r", "url": URL, "usr": "x"}, "usr", 'did you mean "user"'),
]


@pytest.mark.parametrize(("relay", "key", "words"), RELAYS)
def test_what_is_no_relay(tmp_path: Path, relay: dict[str, Any], key: str, words: str) -> None:
    found = faults(tmp_path, {"relays": [relay], "base_url": "https://radio.example"})
    assert list(found) == [f"relays[0].{key}"]
    assert words in found[f"relays[0].{key}"]


def test_one_relay_a_mount(tmp_path: Path) -> None:
    """Two would quarrel; several addresses of one stream stand in one relay."""
    twice = [{"mount": "/r", "url": URL}, {"mount": "/r", "url": "http://b.example/"}]
    assert "urls" in faults(tmp_path, {"relays": twice})["relays[1].mount"]


def test_another_mount_of_this_server_may_be_relayed(tmp_path: Path) -> None:
    checked(tmp_path, {"relays": [{"mount": "/r", "url": "http://localhost:8000/live"}]})


@pytest.mark.parametrize(
    ("master", "key"),
    [
        ({}, "url"),
        ({"url": "http://hub.example/admin"}, "url"),
        ({"url": "hub.example"}, "url"),
        ({"url": "http://hub.example", "prefix": "hub"}, "prefix"),
        ({"url": "http://hub.example", "prefix": "/hub/"}, "prefix"),
        ({"url": "http://hub.example", "interval": 0}, "interval"),
    ],
)
def test_what_is_no_master(tmp_path: Path, master: dict[str, Any], key: str) -> None:
    assert list(faults(tmp_path, {"masters": [master]})) == [f"masters[0].{key}"]


def test_loopback_may_be_another_server(tmp_path: Path) -> None:
    """Where this one listens on an address of its own."""
    relay = {"mount": "/r", "url": "http://127.0.0.1:8000/r"}
    checked(tmp_path, {"bind_host": "192.0.2.1", "relays": [relay]})
    own = {"mount": "/r", "url": "http://192.0.2.1:8000/r"}
    assert faults(tmp_path, {"bind_host": "192.0.2.1", "relays": [own]})


def test_one_mirror_a_server(tmp_path: Path) -> None:
    """With a slash at the end it is the same one."""
    twice = [{"url": "http://hub.example"}, {"url": "http://hub.example/"}]
    assert "twice" in faults(tmp_path, {"masters": twice})["masters[1].url"]


def test_passwords_are_masked_in_what_is_told_of_a_change() -> None:
    """A relay is called by its mount there."""
    before = {"relays": [{"mount": "/r", "url": URL, "password": "old secret"}]}
    after = {"relays": [{"mount": "/r", "url": URL, "password": "new secret"}]}
    changes = changes_between(before, after)
    assert changes.before == {"relays./r.password": "***"}
    assert "secret" not in str(changes)


def test_the_password_shows_in_no_representation(tmp_path: Path) -> None:
    """Neither of the configuration nor of the faults that it has."""
    relay = {"mount": "/r", "url": URL, "password": "line\nbreak secret"}
    assert "secret" not in str(faults(tmp_path, {"relays": [relay]}))
