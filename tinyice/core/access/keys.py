"""Which passwords, by their hashes, open what for whom."""

from collections.abc import Callable, Mapping

from tinyice.core.access.accounts import Accounts
from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.access.proof import distinct
from tinyice.core.settings import MountSettings

SOURCE_USER = "source"
"""The user name that stands for "whoever knows the mount's password"."""


class Keys:
    """The passwords of accounts, relays and mounts, as the configuration in force has them."""

    def __init__(
        self, accounts: Callable[[], Accounts], settings_for: Callable[[str], MountSettings]
    ) -> None:
        self._accounts = accounts
        self._settings_for = settings_for

    def of_account(self, name: str) -> list[str]:
        """What an account logs in with."""
        account = self._accounts().find(name)
        return distinct(account.password_hash) if account is not None else []

    def of_source(self, user: str, mount: str) -> list[str]:
        """What opens ``mount`` for a source of that name: the user's own, else what all share."""
        own = self._settings_for(mount).user_passwords.get(user)
        return self._shared(mount) if own is None else distinct(own)

    def of(self, user: str, mount: str) -> Mapping[str, Principal]:
        """What opens anything for ``user``, and who they would be by it; ``mount`` may be ""."""
        keys = dict.fromkeys(self.of_account(user), self._accounts().principal(user, Via.BASIC))
        accounts = self._accounts()
        if not keys and accounts.relay_hash and user == accounts.relay_user:
            keys[accounts.relay_hash] = Principal(user, Role.RELAY, Via.RELAY)
        if mount:
            source = feeder(self._source_name(user, mount), mount)
            for hashed in self.of_source(user, mount):
                keys.setdefault(hashed, source)
        return {hashed: principal for hashed, principal in keys.items() if principal is not None}

    def comparisons_for_source(self, mount: str) -> int:
        """How many comparisons a wrong password of a source costs, whoever it names."""
        return max(1, len(self._shared(mount)))

    def comparisons(self, mount: str) -> int:
        """How many a wrong password costs where ``of`` says what opens."""
        return 1 + (self.comparisons_for_source(mount) if mount else 0)

    def _shared(self, mount: str) -> list[str]:
        own = self._settings_for(mount).password_hash
        return distinct(own, self._accounts().default_source_hash)

    def _source_name(self, user: str, mount: str) -> str:
        """Who a source says it is; not an account, when it knows no more than all sources."""
        is_own = user in self._settings_for(mount).user_passwords
        is_account = self._accounts().find(user) is not None
        return user if user and (is_own or not is_account) else SOURCE_USER


def feeder(name: str, mount: str) -> Principal:
    """Somebody who knows a source password of ``mount``."""
    return Principal(name, Role.SOURCE, Via.SOURCE, frozenset({mount}))
