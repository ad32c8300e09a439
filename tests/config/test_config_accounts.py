"""Accounts and tokens, as the gatekeeper gets them from the configuration."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.configs import HASH, OTHER_HASH, checked, loaded, written
from tinyice.config.accounts import accounts_of, moment_of, tokens_of
from tinyice.core.access.principal import Role

DIGEST = "0" * 64


def test_each_user_has_a_role_and_mounts(tmp_path: Path) -> None:
    """A role that is not given is admin; whoever has a source password for a mount owns it."""
    users = {
        "boss": {"password": HASH, "role": "superadmin"},
        "anna": {"password": HASH, "role": "", "mounts": {"/a": OTHER_HASH, "/b": ""}},
        "dj": {"role": "dj", "mounts": None},
    }
    accounts = accounts_of(checked(tmp_path, {"users": users}).config)
    found = {name: (one.role, one.mounts) for name, one in accounts.by_name.items()}
    assert found == {
        "boss": (Role.SUPERADMIN, frozenset()),
        "anna": (Role.ADMIN, frozenset({"/a", "/b"})),
        "dj": (Role.DJ, frozenset()),
        "admin": (Role.SUPERADMIN, frozenset()),
    }
    assert accounts.by_name["anna"].password_hash == HASH


def test_the_administrator_is_a_superadmin_whatever_the_users_say(tmp_path: Path) -> None:
    """admin_password counts; without one, the password of the user of that name."""
    users = {"root": {"password": HASH, "role": "dj", "mounts": {"/a": HASH}}}
    document = {"admin_user": "root", "users": users}
    root = accounts_of(checked(tmp_path, document).config).by_name["root"]
    assert (root.role, root.password_hash, root.mounts) == (
        Role.SUPERADMIN,
        HASH,
        frozenset({"/a"}),
    )
    found = checked(tmp_path, {**document, "admin_password": OTHER_HASH})
    assert accounts_of(found.config).by_name["root"].password_hash == OTHER_HASH
    assert [note for note in found.notes if note.startswith("users.root.password: not used")]


def test_what_relays_and_sources_log_in_with(tmp_path: Path) -> None:
    """The password of relays becomes a hash as every other."""
    path = written(tmp_path, {"default_source_password": HASH, "relay_password": "plain"})
    accounts = accounts_of(loaded(path).config)
    assert (accounts.default_source_hash, accounts.relay_user) == (HASH, "relay")
    assert accounts.relay_hash.startswith("$2b$12$")
    assert "plain" not in path.read_text(encoding="utf-8")


def test_tokens_with_a_hash_open_something(tmp_path: Path) -> None:
    """Keys that nobody documents survive; what opens nothing is told of and left out."""
    ours = {
        "id": "a",
        "name": "panel",
        "user": "anna",
        "hash": DIGEST,
        "created_at": "2026-02-19T03:19:24.123456789+01:00",
        "expires_at": "2027-01-01T00:00:00Z",
    }
    ageless = {"id": "b", "user": "admin", "hash": DIGEST, "expires_at": "0001-01-01T00:00:00Z"}
    empty = {"id": "c", "name": "old", "user": "anna", "last_used_ip": "::1"}
    lost = {"id": "d", "user": "nobody", "hash": DIGEST}
    document = {"users": {"anna": {}}, "api_tokens": [ours, ageless, empty, lost]}
    found = checked(tmp_path, document)
    first, second = tokens_of(found.config)
    assert (first.id, first.name, first.user, first.digest) == ("a", "panel", "anna", DIGEST)
    assert first.created_at.astimezone(UTC).hour == 2
    assert first.expires_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert second.expires_at is None
    assert found.notes == (
        'api_tokens: "old" has no hash, and opens nothing',
        'api_tokens: "d" belongs to nobody, and opens nothing',
    )
    assert found.document["api_tokens"][2] == empty


@pytest.mark.parametrize(
    ("role", "opens"),
    [("", True), ("admin", True), ("superadmin", True), ("dj", False), ("viewer", False)],
)
def test_tokens_of_the_go_server_open_what_they_did(tmp_path: Path, role: str, opens: bool) -> None:
    """But one for less than its user may has no place here, and must not open more."""
    token = {
        "id": "a",
        "name": "panel",
        "token_hash": DIGEST,
        "username": "anna",
        "role": role,
        "created_at": "2026-02-19T03:19:24Z",
        "last_used_at": "",
        "last_used_ip": "",
        "expires_at": "",
    }
    document = {"users": {"anna": {"role": "admin"}}, "api_tokens": [token]}
    found = checked(tmp_path, document)
    assert [(one.user, one.digest) for one in tokens_of(found.config)] == (
        [("anna", DIGEST)] if opens else []
    )
    assert bool(found.notes) != opens


def test_a_moment_that_is_not_set_is_none() -> None:
    assert moment_of("") is None
    assert moment_of("0001-01-01T00:00:00Z") is None


def test_a_note_about_what_is_not_banned_is_told(tmp_path: Path) -> None:
    """A note alone bans nobody; another spelling of the same network does."""
    notes = {"192.0.2.1/32": {"reason": "x"}, "198.51.100.0/24": {}}
    found = checked(tmp_path, {"banned_ips": ["192.0.2.1"], "ban_notes": notes})
    (note,) = found.notes
    assert note.startswith("ban_notes.198.51.100.0/24: not in banned_ips")
