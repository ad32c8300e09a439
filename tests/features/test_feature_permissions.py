"""The whole matrix: each role, on an own and on another's mount, tries each operation for real.

What is expected comes from the permission table alone, so that a way in that
decides for itself is found.
"""

import pytest

from features.api_talk import OTHER, OWN, ROLES, Api, accounts, secret_of
from features.conftest import Serve
from programs.station import Station
from tinyice.core.access.permissions import TABLE, Scope, permits
from tinyice.core.access.principal import ANYBODY, Principal, Role, Via
from tinyice.web.api.all import OPERATIONS
from tinyice.web.api.operation import Operation

pytestmark = pytest.mark.timeout(240)

WHO = {
    "nobody": ANYBODY,
    **{
        name: Principal(name, Role[role.upper()], Via.TOKEN, frozenset({OWN}))
        for name, role in ROLES.items()
    },
}


@pytest.fixture(scope="module")
def station(serve: Serve) -> Station:
    return serve(**accounts(), lockout_failures=0, api_rate=0)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
@pytest.mark.parametrize("name", WHO)
def test_who_may_do_what(station: Station, name: str, operation: Operation) -> None:
    """Those who may not are refused with 401 or 403; those who may are not.

    The body is none: permission is decided before it is looked at, and nothing
    is changed by those who may.
    """
    principal = WHO[name]
    api = Api(station, "" if principal is ANYBODY else secret_of(name))
    mounts = (OWN, OTHER) if TABLE[operation.action].scope is Scope.MOUNT else ("",)
    for mount in mounts:
        # of a mount that nobody feeds nothing can be kicked, so that all stays as it is
        query = {"mount": mount or None, "id": "0" if operation.about_mount else "no-such"}
        known = {key: value for key, value in query.items() if key in _fields(operation)}
        reply = api.ask(operation.method, operation.path, **known)
        if permits(principal, operation.action, mount):
            assert reply.status not in (401, 403), (mount, reply)
        else:
            assert reply.status == (401 if principal is ANYBODY else 403), (mount, reply)
            assert reply.document["code"] in ("unauthenticated", "not-permitted")


def _fields(operation: Operation) -> tuple[str, ...]:
    return operation.query.__struct_fields__
