"""The parts of the access pages, and who sees which."""

from collections.abc import Sequence
from dataclasses import dataclass

from tinyice.core.access.permissions import Action, permits
from tinyice.core.access.principal import Principal
from tinyice.web import urls


@dataclass(frozen=True, slots=True)
class Tab:
    """One part: its template is ``access_<key>.html``."""

    key: str
    url: str
    name: str
    action: Action


TABS = (
    Tab("accounts", urls.ACCESS_ACCOUNTS, "Accounts", Action.SEE_USERS),
    Tab("tokens", urls.ACCESS_TOKENS, "Tokens", Action.SEE_ALL_TOKENS),
    Tab("sessions", urls.ACCESS_SESSIONS, "Sessions", Action.SEE_USERS),
    Tab("lockouts", urls.ACCESS_LOCKOUTS, "Lockouts", Action.SEE_LOCKOUTS),
    Tab("bans", urls.ACCESS_BANS, "Bans", Action.SEE_BANS),
    Tab("allowed", urls.ACCESS_ALLOWED, "Allow list", Action.SEE_BANS),
    Tab("audit", urls.ACCESS_AUDIT, "Audit", Action.SEE_AUDIT),
)


def tabs_of(principal: Principal) -> Sequence[Tab]:
    """Those that ``principal`` may see; who may see none gets no access page at all."""
    return [tab for tab in TABS if permits(principal, tab.action)]
