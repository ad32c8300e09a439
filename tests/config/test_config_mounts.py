"""The settings of a mount: its own, else the server's."""

from pathlib import Path
from typing import Any

import pytest

from config.configs import HASH, OTHER_HASH, checked
from tinyice.config.mounts import configured_paths, settings_for
from tinyice.core.settings import MountSettings, UrlAuthSettings


def settings(folder: Path, document: dict[str, Any], path: str = "/live") -> MountSettings:
    return settings_for(checked(folder, document).config, path)


def test_a_mount_that_nobody_names_has_the_servers_settings(tmp_path: Path) -> None:
    assert settings(tmp_path, {}) == MountSettings(
        path="/live",
        password_hash="",
        user_passwords={},
        burst_bytes=65536,
        queue_bytes=524288,
        metaint=16000,
        charset="utf-8",
        name_override="",
        description="",
        genre="",
        url="",
        listeners_max=0,
        duration_max_s=0,
        dump_file="",
        intro_file="",
        source_timeout_s=10,
        visible=True,
        disabled=False,
        configured=False,
        low_latency=False,
        fallback="",
        listener_accounts={},
        url_auth=None,
    )


def test_who_may_listen_and_where_listeners_go(tmp_path: Path) -> None:
    """Accounts, the site that is asked and the fallback are those of the mount; no secret shows."""
    site = {
        "listener_add": "http://site/add?a=1",
        "password": "kept as it is",
        "headers": ["x-pass"],
        "timeout": 2,
        "when_down": "allow",
    }
    own = {"listener_accounts": {"anna": HASH}, "url_auth": site}
    document = {"advanced_mounts": {"/live": own}, "fallback_mounts": {"/live": "/b", "/b": "/c"}}
    found = settings(tmp_path, document)
    assert (found.fallback, found.listener_accounts) == ("/b", {"anna": HASH})
    assert found.url_auth == UrlAuthSettings(
        listener_add="http://site/add?a=1",
        password="kept as it is",
        headers=("x-pass",),
        timeout_s=2,
        allow_when_down=True,
    )
    assert "kept" not in repr(found)
    assert HASH not in repr(found)


def test_its_own_settings_win_also_where_they_switch_off(tmp_path: Path) -> None:
    own = {
        "burst_size": 1000,
        "queue_size": 100000,
        "metaint": 8192,
        "charset": "cp1251",
        "max_listeners": 3,
        "max_listener_duration": 0,
        "source_timeout": 2,
        "low_latency_mode": False,
    }
    document = {
        "max_listener_duration": 60,
        "low_latency_mode": True,
        "advanced_mounts": {"/live": own},
    }
    found = settings(tmp_path, document)
    assert (found.burst_bytes, found.queue_bytes, found.metaint) == (1000, 100000, 8192)
    assert (found.charset, found.listeners_max, found.source_timeout_s) == ("cp1251", 3, 2)
    assert (found.duration_max_s, found.low_latency, found.configured) == (0, False, True)


def test_passwords_are_looked_up_in_mounts_then_in_advanced_mounts(tmp_path: Path) -> None:
    document = {
        "mounts": {"/a": HASH, "/b": ""},
        "advanced_mounts": {"/a": {"password": OTHER_HASH}, "/b": {"password": OTHER_HASH}},
        "users": {"dj": {"mounts": {"/a": OTHER_HASH, "/b": ""}}, "other": {"mounts": None}},
    }
    assert settings(tmp_path, document, "/a").password_hash == HASH
    assert settings(tmp_path, document, "/b").password_hash == OTHER_HASH
    assert settings(tmp_path, document, "/a").user_passwords == {"dj": OTHER_HASH, "other": ""}
    assert settings(tmp_path, document, "/b").user_passwords == {"dj": "", "other": ""}
    assert HASH not in repr(settings(tmp_path, document, "/a"))


def test_a_burst_is_at_most_half_the_queue_and_a_note_says_so(tmp_path: Path) -> None:
    document = {"advanced_mounts": {"/live": {"burst_size": 524288}, "/b": {"burst_size": 0}}}
    found = checked(tmp_path, document)
    assert settings_for(found.config, "/live").burst_bytes == 262144
    assert settings_for(found.config, "/b").burst_bytes == 65536
    (note,) = found.notes
    assert note.startswith("advanced_mounts./live.burst_size: 524288 ")


@pytest.mark.parametrize(
    ("document", "shown"),
    [
        ({}, {"/a": True}),
        ({"visible_mounts": {"/a": False}}, {"/a": False, "/b": True}),
        ({"visible_mounts": {"/a": True}}, {"/a": True, "/b": False}),
        ({"visible_mounts": {"/a": True, "/b": False}}, {"/a": True, "/b": False, "/c": False}),
        ({"hidden_mounts": {"/a": True, "/b": False}}, {"/a": False, "/b": True, "/c": True}),
    ],
)
def test_which_mounts_are_shown(
    tmp_path: Path, document: dict[str, Any], shown: dict[str, bool]
) -> None:
    found = {path: settings(tmp_path, document, path).visible for path in shown}
    assert found == shown


def test_disabled_mounts(tmp_path: Path) -> None:
    document = {"disabled_mounts": {"/a": True, "/b": False}}
    assert settings(tmp_path, document, "/a").disabled
    assert not settings(tmp_path, document, "/b").disabled


def test_configured_mounts_come_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    document = {"mounts": {"/b": HASH, "/a": HASH}, "advanced_mounts": {"/a": {}, "/c": None}}
    assert configured_paths(checked(tmp_path, document).config) == ("/b", "/a", "/c")


@pytest.mark.parametrize(
    ("document", "port"),
    [
        ({}, 8001),
        ({"port": 9000}, 9001),
        ({"port": 65535}, 0),
        ({"port": 0}, 0),
        ({"shoutcast_port": 0}, 0),
        ({"shoutcast_port": "8005"}, 8005),
    ],
)
def test_the_shoutcast_port_follows_the_port(
    tmp_path: Path, document: dict[str, Any], port: int
) -> None:
    assert checked(tmp_path, document).config.shoutcast_port_used == port


@pytest.mark.parametrize(
    ("written", "cores", "count"),
    [(0, 8, 0), (3, 8, 3), ("2", 1, 2), ("auto", 8, 7), ("auto", 2, 1), ("auto", 1, 1)],
)
def test_the_number_of_workers(tmp_path: Path, written: object, cores: int, count: int) -> None:
    """A number is a number; "auto" leaves a core to the server itself."""
    assert checked(tmp_path, {"workers": written}).config.workers_on(cores) == count


@pytest.mark.parametrize(
    ("named", "waits"),
    [
        ({}, True),
        ({"visible_mounts": {"/live": False}}, True),
        ({"visible_mounts": {"/live": True}}, False),
        ({"mounts": {"/live": ""}}, False),
        ({"advanced_mounts": {"/live": {}}}, False),
        ({"disabled_mounts": {"/live": True}}, False),
        ({"users": {"anna": {"mounts": {"/live": HASH}}}}, False),
        ({"users": {"anna": {"mounts": {"/other": HASH}}}}, True),
    ],
)
def test_a_mount_that_nobody_named_waits(
    tmp_path: Path, named: dict[str, Any], waits: bool
) -> None:
    """And is hidden as long; unless approval is wanted, no mount waits."""
    found = settings(tmp_path, {"approve_mounts": True, **named})
    assert found.waiting == waits
    assert not (found.waiting and found.visible)
    free = settings(tmp_path, named)
    assert not free.waiting
    assert found.visible == (free.visible and not waits)
