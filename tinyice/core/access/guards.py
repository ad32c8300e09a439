"""Changes of access that nobody could take back: whoever makes them would be outside.

Both functions raise ``Conflict``, and are asked before anything is changed.
"""

from collections.abc import Iterable

from tinyice.core.access.accounts import Account
from tinyice.core.access.principal import Role
from tinyice.core.errors import Conflict
from tinyice.core.networks import Networks


def would_lock_self_out(address: str, networks: Iterable[str]) -> None:
    """Refuse bans of ``networks`` when ``address``, from which they are made, lies in one."""
    if address in Networks(networks):
        raise Conflict(f"this would ban {address}, the address that you come from")


def leaves_no_superadmin(accounts_after: Iterable[Account]) -> None:
    """Refuse a change after which nobody could log in who may do everything."""
    if not any(one.role is Role.SUPERADMIN and one.password_hash for one in accounts_after):
        raise Conflict("this is the last superadmin")
