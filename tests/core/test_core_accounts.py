"""Accounts, which addresses count as one, and changes that nobody could take back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.core.access.accounts import ROLES, Account, Accounts
from tinyice.core.access.addresses import shared_by
from tinyice.core.access.guards import leaves_no_superadmin, would_lock_self_out
from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.errors import Conflict

ADMIN = Account("admin", Role.SUPERADMIN, "#admin")
ROOT = Account("root", Role.SUPERADMIN, "")
DJ = Account("dj", Role.DJ, "#dj", frozenset({"/a", "/b"}))


def test_an_account_becomes_somebody() -> None:
    """With its role, its mounts, and how it was proved."""
    accounts = Accounts({"dj": DJ})
    assert accounts.principal("dj", Via.TOKEN, "id") == Principal(
        "dj", Role.DJ, Via.TOKEN, frozenset({"/a", "/b"}), "id"
    )
    assert accounts.principal("nobody", Via.BASIC) is None
    assert accounts.find("") is None


def test_hashes_are_not_shown() -> None:
    """An account in a log or a traceback gives no hash away."""
    accounts = Accounts({"dj": DJ}, "#default", "relay", "#relay")
    assert "#" not in repr(accounts)


def test_the_roles_of_the_file() -> None:
    """One without a role is an admin, as the Go server has it."""
    assert ROLES[""] is ROLES["admin"] is Role.ADMIN
    assert set(ROLES.values()) == {Role.DJ, Role.ADMIN, Role.SUPERADMIN}


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_what_counts_as_one_address(address: str, counted: str) -> None:
    """IPv4 by the address, IPv6 by the network that one customer has."""
    assert shared_by(address) == counted


@given(st.ip_addresses(v=6), st.ip_addresses(v=6))
def test_addresses_of_a_network_count_as_one(one: object, other: object) -> None:
    """Exactly those whose first 64 bits are the same."""
    same = int(one) >> 64 == int(other) >> 64  # type: ignore[call-overload]
    assert (shared_by(str(one)) == shared_by(str(other))) == same


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("203.0.113.9", ["203.0.113.9"]),
        ("203.0.113.9", ["192.0.2.1", "203.0.113.0/24"]),
        ("203.0.113.9", ["0.0.0.0/0"]),
        ("203.0.113.9", ["::ffff:203.0.113.9"]),
        ("2001:db8::1", ["2001:db8::/32"]),
    ],
)
def test_nobody_bans_themselves(address: str, networks: list[str]) -> None:
    """By whatever network."""
    with pytest.raises(Conflict) as refused:
        would_lock_self_out(address, networks)
    assert address in refused.value.reason


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("203.0.113.9", []),
        ("203.0.113.9", ["203.0.113.8", "198.51.100.0/24", "::/0"]),
        ("2001:db8::1", ["0.0.0.0/0", "2001:db9::/32"]),
        ("unknown", ["0.0.0.0/0", "::/0"]),
    ],
)
def test_others_can_be_banned(address: str, networks: list[str]) -> None:
    """Nothing is raised."""
    would_lock_self_out(address, networks)


@pytest.mark.parametrize("left", [[], [DJ], [ROOT, DJ]])
def test_the_last_superadmin_stays(left: list[Account]) -> None:
    """One who can't log in is none."""
    with pytest.raises(Conflict):
        leaves_no_superadmin(left)


def test_a_superadmin_who_is_not_the_last_may_go() -> None:
    """Nothing is raised."""
    leaves_no_superadmin([DJ, ADMIN])
