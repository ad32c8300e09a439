"""Logging in for a session: whose it is, and when it ends."""

from dataclasses import replace

import pytest

from core.gate import ACCOUNTS, CLIENT, Gate
from tinyice.core.access.accounts import Accounts
from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.errors import Refused
from tinyice.core.events import AuthFailed


def test_logging_in_opens_a_session() -> None:
    """For an account, with its role and mounts."""
    gate = Gate()
    opened = gate.log_in("dj", "djlogin")
    assert opened.session.address == CLIENT.address
    assert gate.keeper.by_session(opened.cookie) == (
        Principal("dj", Role.DJ, Via.SESSION, frozenset({"/own"}), opened.session.id),
        opened.session,
    )
    assert gate.events == []


@pytest.mark.parametrize(
    ("user", "password", "reason"),
    [
        ("dj", "dj", "invalid password"),
        ("source", "default", "user not found"),
        ("relay", "relay", "invalid password"),
        ("nobody", "admin", "user not found"),
        ("", "", "user not found"),
    ],
)
def test_only_accounts_log_in(user: str, password: str, reason: str) -> None:
    """Passwords of sources and relays open no pages."""
    gate = Gate()
    with pytest.raises(Refused):
        gate.log_in(user, password)
    assert gate.events == [AuthFailed(user, CLIENT, reason)]
    assert gate.session_file.kept == {}


def test_a_cookie_is_new_with_each_login() -> None:
    """One that somebody else planted before the login stays worthless; the old one ends."""
    gate = Gate()
    first = gate.log_in("dj", "djlogin")
    second = gate.log_in("dj", "djlogin", previous=first.cookie)
    assert second.cookie != first.cookie
    assert gate.keeper.by_session(first.cookie) is None
    assert gate.keeper.by_session(second.cookie) is not None
    third = gate.log_in("dj", "djlogin", previous="planted")
    assert third.cookie != "planted"
    assert gate.keeper.by_session("planted") is None


def test_a_failed_login_ends_no_session() -> None:
    """Who mistypes a password stays who they were."""
    gate = Gate()
    opened = gate.log_in("dj", "djlogin")
    with pytest.raises(Refused):
        gate.log_in("admin", "wrong", previous=opened.cookie)
    assert gate.keeper.by_session(opened.cookie) is not None


def test_logging_out() -> None:
    """Ends this session, and not the one on the telephone."""
    gate = Gate()
    desk, phone = gate.log_in("dj", "djlogin"), gate.log_in("dj", "djlogin")
    gate.keeper.log_out(desk.session)
    gate.keeper.log_out(desk.session)
    gate.keeper.log_out(None)
    assert gate.keeper.by_session(desk.cookie) is None
    assert gate.keeper.by_session(phone.cookie) is not None


def test_a_session_has_the_rights_of_now() -> None:
    """A role or a mount that is taken away is gone at the next request."""
    gate = Gate()
    opened = gate.log_in("admin", "admin")
    by_name = {one.name: one for one in ACCOUNTS}
    demoted = replace(by_name["admin"], role=Role.DJ, mounts=frozenset({"/own"}))
    gate.accounts = Accounts({**by_name, "admin": demoted})
    found = gate.keeper.by_session(opened.cookie)
    assert found is not None
    assert found[0] == Principal(
        "admin", Role.DJ, Via.SESSION, frozenset({"/own"}), opened.session.id
    )


def test_a_removed_user_is_out_at_once() -> None:
    """And stays out when somebody of the same name comes."""
    gate = Gate()
    opened = gate.log_in("dj", "djlogin")
    before, gate.accounts = gate.accounts, Accounts({})
    assert gate.keeper.by_session(opened.cookie) is None
    gate.accounts = before
    assert gate.keeper.by_session(opened.cookie) is None
    assert gate.session_file.kept == {}


def test_unknown_cookies_are_nobody_and_no_failure() -> None:
    """An old cookie is what every browser has after a while."""
    gate = Gate()
    for cookie in ("", "old", "x" * 10_000):
        assert gate.keeper.by_session(cookie) is None
    assert gate.events == []
