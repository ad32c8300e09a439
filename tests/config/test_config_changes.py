"""What the audit is told of a change: by key, only what differs, and no secret."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.configs import HASH, OTHER_HASH
from tinyice.config.changes import changes_between

DIGEST = "0" * 64
TOKEN = {"id": "t1", "name": "panel", "hash": DIGEST}
SITE = {"listener_add": "http://site/", "password": "sent"}

TOLD: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    # before, after, what is told of before, and of after
    ({}, {}, {}, {}),
    ({"port": 8000, "location": "a"}, {"location": "a", "port": 8000}, {}, {}),
    ({"port": 8000}, {"port": 8001}, {"port": 8000}, {"port": 8001}),
    ({}, {"port": None}, {}, {"port": None}),
    ({"location": "x"}, {}, {"location": "x"}, {}),
    (
        {"admin_password": HASH},
        {"admin_password": OTHER_HASH},
        {"admin_password": "***"},
        {"admin_password": "***"},
    ),
    (
        {"advanced_mounts": {"/a": {"burst_size": 1, "metaint": 500}}},
        {"advanced_mounts": {"/a": {"burst_size": 2, "metaint": 500}}},
        {"advanced_mounts./a.burst_size": 1},
        {"advanced_mounts./a.burst_size": 2},
    ),
    (
        {},
        {"advanced_mounts": {"/a": {"listener_accounts": {"bob": HASH}, "url_auth": SITE}}},
        {},
        {
            "advanced_mounts./a.listener_accounts.bob": "***",
            "advanced_mounts./a.url_auth.listener_add": "http://site/",
            "advanced_mounts./a.url_auth.password": "***",
        },
    ),
    (
        {"users": {"dj": {"role": "dj", "passkeys": [{"raw": "secret"}]}}},
        {"users": {}},
        {"users.dj.role": "dj", "users.dj.passkeys": "***"},
        {"users": {}},
    ),
    ({"mounts": {}}, {"mounts": {"/a": ""}}, {"mounts": {}}, {"mounts./a": "***"}),
    (
        {"banned_ips": ["::1", "192.0.2.1"]},
        {"banned_ips": ["192.0.2.1", "192.0.2.2", "192.0.2.3"]},
        {"banned_ips": ["::1"]},
        {"banned_ips": ["192.0.2.2", "192.0.2.3"]},
    ),
    (
        {"banned_ips": ["::1", "::2"]},
        {"banned_ips": ["::2", "::1"]},
        {"banned_ips": ["::1", "::2"]},
        {"banned_ips": ["::2", "::1"]},
    ),
    ({"pulse_ms": [1, 2]}, {"pulse_ms": [1, 3]}, {"pulse_ms": [1, 2]}, {"pulse_ms": [1, 3]}),
    (
        {"api_tokens": [{"id": "t0", "hash": DIGEST}, TOKEN]},
        {"api_tokens": [TOKEN | {"name": "player"}]},
        {"api_tokens.t0.id": "t0", "api_tokens.t0.hash": "***", "api_tokens.t1.name": "panel"},
        {"api_tokens.t1.name": "player"},
    ),
    ({"smtp": {"password": "a"}}, {"smtp": {"password": "b"}}, {"smtp": "***"}, {"smtp": "***"}),
    ({"port": {"secret": 1}}, {"port": ["secret"]}, {"port": "***"}, {"port": "***"}),
]


@pytest.mark.parametrize(("before", "after", "told_before", "told_after"), TOLD)
def test_what_is_told(
    before: dict[str, Any],
    after: dict[str, Any],
    told_before: dict[str, Any],
    told_after: dict[str, Any],
) -> None:
    changes = changes_between(before, after)
    assert (changes.before, changes.after) == (told_before, told_after)
    assert bool(changes) == bool(told_before or told_after)
    keys = {path.split(".")[0] for path in {**told_before, **told_after}}
    assert changes.keys == keys


SECRET = st.just("tell-nobody")
PLAIN = st.text(alphabet="abc", max_size=3)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "location": PLAIN,
        "admin_password": SECRET,
        "relay_password": SECRET,
        "mounts": st.dictionaries(PLAIN, SECRET, max_size=2),
        "users": st.dictionaries(
            PLAIN,
            st.fixed_dictionaries(
                {}, optional={"password": SECRET, "mounts": st.dictionaries(PLAIN, SECRET)}
            ),
            max_size=2,
        ),
        "api_tokens": st.lists(st.fixed_dictionaries({"hash": SECRET, "x": SECRET}), max_size=2),
        "advanced_mounts": st.dictionaries(
            PLAIN, st.just({"url_auth": {"password": "tell-nobody"}}), max_size=2
        ),
        "smtp": SECRET,
        "nobody-knows": SECRET,
    },
)


@given(DOCUMENTS, DOCUMENTS)
def test_no_secret_is_told(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Whatever differs, and nothing is told of what is the same."""
    changes = changes_between(before, after)
    assert "tell-nobody" not in json.dumps([changes.before, changes.after])
    assert not changes_between(after, after)
    if before != after:
        assert changes
