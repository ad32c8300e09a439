"""Changes to the document: what they name is different, everything else stays as it was."""

from copy import deepcopy
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tinyice.config import edits
from tinyice.config.build import Walk, build
from tinyice.config.model import Config
from tinyice.config.mounts import is_visible, is_waiting
from tinyice.core.access.tokens import Token

ZONE = timezone(timedelta(hours=2))
HASH = "$2b$04$" + "a" * 53

BEFORE: dict[str, Any] = {
    "port": "8000",
    "future_key": {"kept": [1, 2]},
    "mounts": {"/live": HASH, "/other": ""},
    "advanced_mounts": {"/live": {"password": HASH, "burst_size": 1000}},
    "disabled_mounts": {"/live": True},
    "users": {"anna": {"role": "dj", "mounts": {"/live": HASH, "/other": HASH}}},
    "banned_ips": ["192.0.2.1"],
    "api_tokens": [
        {"id": "1", "user": "anna"},
        {"id": "2", "user": "bert"},
        {"id": "3", "username": "bert"},
    ],
}


def edited(edit: edits.Edit) -> dict[str, Any]:
    """The document after ``edit``."""
    document = deepcopy(BEFORE)
    edit(document)
    return document


def differences(after: dict[str, Any]) -> set[str]:
    """The keys whose values are not as before."""
    return {key for key in BEFORE.keys() | after.keys() if BEFORE.get(key) != after.get(key)}


def test_order_and_other_keys_stay() -> None:
    """A file is edited by people as well; a change by us is one that they would make."""
    after = edited(
        lambda d: edits.set_mount_keys(d, "/live", {"burst_size": None, "genre": "Jazz"})
    )
    assert list(after) == list(BEFORE)
    assert differences(after) == {"advanced_mounts"}
    assert after["advanced_mounts"]["/live"] == {"password": HASH, "genre": "Jazz"}


def test_a_new_password_leaves_no_old_one_behind() -> None:
    """A mount's password may stand in two places; the old one opens nothing any more."""
    after = edited(lambda d: edits.set_mount_password(d, "/live", ""))
    assert after["mounts"]["/live"] == ""
    assert "password" not in after["advanced_mounts"]["/live"]


def test_a_removed_mount_is_nowhere() -> None:
    """Neither in settings nor in accounts."""
    after = edited(lambda d: edits.remove_mount(d, "/live"))
    assert "/live" not in str(after)
    assert after["users"]["anna"]["mounts"] == {"/other": HASH}


def test_switching_on_takes_the_mark_away() -> None:
    """What is at its default is not written."""
    assert (
        edited(lambda d: edits.set_mount_enabled(d, "/live", enabled=True))["disabled_mounts"] == {}
    )


def test_taking_away_what_is_not_there_adds_nothing() -> None:
    """No empty objects appear in the file."""

    def edit(document: edits.Document) -> None:
        edits.set_fallback(document, "/live", "")
        edits.set_mount_visible(document, "/live", visible=True)
        edits.remove_ban(document, "198.51.100.1")
        edits.remove_mount(document, "/nowhere")
        edits.remove_tokens_of(document, "nobody")

    assert edited(edit) == BEFORE


def test_showing_one_mount_hides_no_other() -> None:
    """Once any is marked true, those without a mark are hidden: so no mark is set in vain."""
    for marks in ({}, {"/live": False}, {"/other": True}, {"/other": True, "/live": False}):
        document = {**deepcopy(BEFORE), "visible_mounts": dict(marks)}
        others = _visible(document, "/other")
        edits.set_mount_visible(document, "/live", visible=True)
        assert _visible(document, "/live")
        assert _visible(document, "/other") == others
        edits.set_mount_visible(document, "/live", visible=False)
        assert not _visible(document, "/live")
        assert _visible(document, "/other") == others


@pytest.mark.parametrize(
    "marks", [{}, {"hidden_mounts": {"/new": True}}, {"visible_mounts": {"/live": True}}]
)
def test_an_approved_mount_is_seen(marks: dict[str, Any]) -> None:
    """Whatever marks there are; a password that it has stays."""
    document = {**deepcopy(BEFORE), "approve_mounts": True, **deepcopy(marks)}
    for path, password in (("/new", ""), ("/live", HASH)):
        edits.approve_mount(document, path)
        assert document["mounts"][path] == password
        config = build(Config, document, Walk())
        assert is_visible(config, path)
        assert not is_waiting(config, path)


def test_a_ban_is_replaced_by_a_later_one() -> None:
    """One entry each, with what was said last."""

    def edit(document: edits.Document) -> None:
        edits.add_ban(document, "192.0.2.1", until="", reason="first")
        edits.add_ban(document, "192.0.2.1", until="2030-01-01T00:00:00Z", reason="")

    after = edited(edit)
    assert after["banned_ips"] == ["192.0.2.1"]
    assert after["ban_notes"] == {"192.0.2.1": {"until": "2030-01-01T00:00:00Z"}}


@pytest.mark.parametrize(
    ("expires_at", "end"),
    [
        (None, {}),
        (datetime(2030, 1, 1, 2, tzinfo=ZONE), {"expires_at": "2030-01-01T00:00:00Z"}),
    ],
)
def test_a_token_is_kept_with_its_times_in_utc(
    expires_at: datetime | None, end: dict[str, str]
) -> None:
    """One that never ends has no such key."""
    created_at = datetime(2026, 11, 20, 14, 0, 0, 5000, tzinfo=ZONE)
    token = Token("4", "deploy", "anna", "digest", created_at, expires_at)
    kept = edited(lambda d: edits.add_token(d, token))["api_tokens"][-1]
    told = {"id": "4", "name": "deploy", "user": "anna", "hash": "digest"}
    assert kept == {**told, "created_at": "2026-11-20T12:00:00Z", **end}


def test_tokens_go_one_by_one_or_with_their_owner() -> None:
    """By id, or by account."""
    left = edited(lambda d: edits.remove_token(d, "1"))["api_tokens"]
    assert [token["id"] for token in left] == ["2", "3"]
    assert edited(lambda d: edits.remove_tokens_of(d, "bert"))["api_tokens"] == [
        {"id": "1", "user": "anna"}
    ]


def test_listener_accounts_come_and_go() -> None:
    """They stand with the settings of their mount."""

    def edit(document: edits.Document) -> None:
        edits.set_listener_account(document, "/other", "eve", HASH)
        edits.set_listener_account(document, "/other", "eve", "")

    assert edited(edit)["advanced_mounts"]["/other"] == {"listener_accounts": {}}


def _visible(document: edits.Document, path: str) -> bool:
    return is_visible(build(Config, document, Walk()), path)
