"""One table decides who may do what; these are the rules that it must keep, whatever is in it."""

import itertools

import pytest

from tinyice.core.access.permissions import TABLE, Action, Scope, permits, require
from tinyice.core.access.principal import ANYBODY, Principal, Role, Via
from tinyice.core.errors import Challenge, NotPermitted

OWN, OTHER = "/own", "/other"
ACCOUNTS = (Role.DJ, Role.ADMIN, Role.SUPERADMIN)


def principal(role: Role, via: Via = Via.SESSION) -> Principal:
    """Somebody of that role, who owns one mount."""
    return Principal("someone", role, via, frozenset({OWN}))


def test_every_action_has_a_rule() -> None:
    """What is not in the table could not be asked for."""
    assert set(TABLE) == set(Action)


@pytest.mark.parametrize("action", Action, ids=lambda action: action.value)
def test_only_what_is_open_to_all_is_open_to_anybody(action: Action) -> None:
    """Who has not logged in may do nothing else."""
    assert permits(ANYBODY, action, OWN) == (TABLE[action].scope is Scope.ALL)


@pytest.mark.parametrize("action", Action, ids=lambda action: action.value)
def test_a_higher_role_may_all_that_a_lower_one_may(action: Action) -> None:
    """Nobody loses anything by being trusted more."""
    allowed = [permits(principal(role), action, OWN) for role in Role]
    assert allowed == sorted(allowed)


@pytest.mark.parametrize(
    ("action", "role"),
    tuple(itertools.product([one for one in Action if TABLE[one].scope is Scope.MOUNT], Role)),
    ids=str,
)
def test_nobody_reaches_over_to_the_mounts_of_others(action: Action, role: Role) -> None:
    """But a superadmin, to whom all belong."""
    assert permits(principal(role), action, OTHER) == (role is Role.SUPERADMIN)


@pytest.mark.parametrize("role", ACCOUNTS, ids=str)
def test_a_token_makes_no_tokens(role: Role) -> None:
    """A stolen token must not outlive its being revoked; nor may it change the password."""
    token = principal(role, Via.TOKEN)
    assert not permits(token, Action.MAKE_TOKEN)
    assert not permits(token, Action.CHANGE_OWN_PASSWORD)
    assert permits(principal(role), Action.MAKE_TOKEN)


def test_the_server_belongs_to_superadmins() -> None:
    """The one exception is the list that relays read."""
    server = {one for one in Action if TABLE[one].scope is Scope.SERVER}
    assert {one for one in server if permits(principal(Role.ADMIN), one)} == {Action.LIST_STREAMS}
    assert all(permits(principal(Role.SUPERADMIN), one) for one in server)


@pytest.mark.parametrize("action", Action, ids=lambda action: action.value)
def test_who_may_not_is_told_what(action: Action) -> None:
    """Who has not logged in is asked to; who has is told which action it was, and where."""
    for role in Role:
        who = ANYBODY if role is Role.ANYBODY else principal(role)
        if permits(who, action, OTHER):
            require(who, action, OTHER)
        elif role is Role.ANYBODY:
            with pytest.raises(Challenge):
                require(who, action, OTHER)
        else:
            with pytest.raises(NotPermitted) as refused:
                require(who, action, OTHER)
            assert (refused.value.action, refused.value.mount) == (action.value, OTHER)
