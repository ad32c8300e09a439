"""Pushes in the file: what they may say, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from config.configs import checked
from tinyice.config.changes import changes_between
from tinyice.config.faults import ConfigFaults
from tinyice.config.items import Push

URL = "https://public.example/live"


def faults(folder: Path, document: dict[str, Any]) -> dict[str, str]:
    """The faults of a document, by key."""
    with pytest.raises(ConfigFaults) as caught:
        checked(folder, document)
    return {fault.key: fault.message for fault in caught.value.faults}


def test_what_a_push_says(tmp_path: Path) -> None:
    told = {"mount": "/live", "url": URL, "password": "x", "public": 1, "name": "Ours"}
    config = checked(tmp_path, {"pushes": [{**told, "public": True}]}).config
    assert config.pushes == (Push(mount="/live", url=URL, password="x", public=True, name="Ours"),)
    (push,) = config.pushes
    assert (push.user, push.protocol, push.enabled) == ("", "put", True)


def test_a_mount_may_go_to_several_places(tmp_path: Path) -> None:
    other = {"mount": "/live", "url": "http://old.example:8000/", "protocol": "shoutcast"}
    config = checked(tmp_path, {"pushes": [{"mount": "/live", "url": URL}, other]}).config
    first, second = config.pushes
    assert first.called != second.called


PUSHES: list[tuple[dict[str, Any], str, str]] = [
    ({"url": URL}, "mount", "must name the mount"),
    ({"mount": "/l"}, "url", "must name where"),
    ({"mount": "/l", "url": "https://public.example"}, "url", "https://public.example/live"),
    ({"mount": "/l", "url": "https://public.example/", "protocol": "source"}, "url", "the mount"),
    ({"mount": "/l", "url": "https://a:b@public.example/x"}, "url", "must not hold a name"),
    ({"mount": "/l", "url": URL, "protocol": "rtmp"}, "protocol", "must be one of"),
    ({"mount": "/l", "url": "https://x.example", "protocol": "shoutcast"}, "url", "no TLS"),
    ({"mount": "/l", "url": "http://x.example:65535", "protocol": "shoutcast"}, "url", "port"),
    ({"mount": "/l", "url": "http://localhost:8000/l"}, "url", "must not be the mount itself"),
    ({"mount": "/l", "url": URL, "id": "a b"}, "id", "must be at most 64 letters"),
    ({"mount": "/l", "url": "http://[::1/x"}, "url", "must be an address"),
    ({"mount": "/l", "url": ""}, "url", "must name where"),
    ({"mount": "/l", "url": URL, "pin": "12"}, "pin", "must be the SHA-256"),
    ({"mount": "/l", "url": URL, "passwort": "x"}, "passwort", 'did you mean "password"'),
]


@pytest.mark.parametrize(("push", "key", "words"), PUSHES)
def test_what_is_no_push(tmp_path: Path, push: dict[str, Any], key: str, words: str) -> None:
    found = faults(tmp_path, {"pushes": [push]})
    assert list(found) == [f"pushes[0].{key}"]
    assert words in found[f"pushes[0].{key}"]


@pytest.mark.parametrize("told", [{}, {"id": "hub"}])
def test_each_is_called_something_else(tmp_path: Path, told: dict[str, str]) -> None:
    twice = [{"mount": "/l", "url": URL, **told}] * 2
    assert list(faults(tmp_path, {"pushes": twice})) == ["pushes[1].id"]


def test_another_mount_of_this_server_may_be_fed(tmp_path: Path) -> None:
    checked(tmp_path, {"pushes": [{"mount": "/l", "url": "http://localhost:8000/other"}]})


def test_passwords_are_masked_in_what_is_told_of_a_change() -> None:
    push = {"id": "hub", "mount": "/l", "url": URL}
    before = {"pushes": [{**push, "password": "old secret"}]}
    after = {"pushes": [{**push, "password": "new secret"}]}
    changes = changes_between(before, after)
    assert changes.before == {"pushes.hub.password": "***"}
    assert "secret" not in str(changes)
