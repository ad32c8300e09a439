"""Who gets in: the one place that holds credentials against the accounts.

Rules of this file:

- a request without credentials is a challenge, neither counted nor logged;
- wrong ones are a failure: an event, from which the authentication log is
  written, and one more against their address, whichever way they came;
- from an address that is locked out nothing is tried, right or wrong; what was
  being tried while the lockout began is answered the same. ``familiar`` has the
  one exception;
- a wrong password costs the same whoever it was for (``proof``);
- who somebody is, is decided here; what they may do, in ``permissions``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tinyice.core.access.accounts import Accounts
from tinyice.core.access.familiar import Familiar
from tinyice.core.access.keys import SOURCE_USER, Keys, feeder
from tinyice.core.access.lockouts import Lockouts
from tinyice.core.access.permissions import Action, require
from tinyice.core.access.principal import Principal, Via
from tinyice.core.access.proof import PasswordCheck, distinct, opened, remembered
from tinyice.core.access.sessions import OpenedSession, Session, Sessions
from tinyice.core.access.tokens import TokenInvalid, Tokens
from tinyice.core.clients import Client
from tinyice.core.errors import Challenge, Refused
from tinyice.core.events import AuthFailed, Event
from tinyice.core.settings import MountSettings
from tinyice.wire.basic import Credentials
from tinyice.wire.shoutcast import PasswordLine

TOKEN_USER = "token"  # noqa: S105 (a name)
"""The name in the log where it is not known whose a token was."""

WRONG_SOURCE = "source password mismatch"
WRONG_PASSWORD = "invalid password"  # noqa: S105 (a sentence)
UNKNOWN_USER = "user not found"


@dataclass(frozen=True, slots=True)
class SourceLogin:
    """A source that may feed its mount. ``credential`` tells which password it knew."""

    user: str
    mount: str
    credential: str


class Gatekeeper:
    """Decides every login."""

    def __init__(
        self,
        accounts: Callable[[], Accounts],
        settings_for: Callable[[str], MountSettings],
        passwords: PasswordCheck,
        *,
        lockouts: Lockouts,
        tokens: Tokens,
        sessions: Sessions,
        shoutcast_mount: Callable[[], str],
        publish: Callable[[Event], None],
    ) -> None:
        self._accounts = accounts
        self._keys = Keys(accounts, settings_for)
        self._passwords = passwords
        self._lockouts = lockouts
        self._tokens = tokens
        self._sessions = sessions
        self._shoutcast_mount = shoutcast_mount
        self._publish = publish
        self._familiar = Familiar()

    async def admit_source(
        self, credentials: Credentials | None, mount: str, client: Client
    ) -> SourceLogin:
        """Let a source onto ``mount``.

        A known user's own password for the mount counts; any other name stands
        for the mount's password, then the default one. Account passwords are no
        source logins. Raises Challenge, Refused, LockedOut or Overloaded.
        """
        if credentials is None:
            raise Challenge
        hashes = self._keys.of_source(credentials.user, mount)
        credential = self._spared(credentials.password, hashes, client)
        if credential is None:
            self._bar(credentials.user, client)
            credential = await self._opened_source(credentials, mount)
            self._bar(credentials.user, client)
        if credential is None:
            raise self._failure(credentials.user, client, WRONG_SOURCE)
        return self._source(credentials.user, mount, credential, client)

    async def admit_shoutcast(self, line: PasswordLine, client: Client) -> SourceLogin:
        """Let a Shoutcast source on: onto the mount of its line, or the one that the server sets.

        A colon may part user and password, or belong to the password.
        """
        mount = line.mount or self._shoutcast_mount()
        tries = [(Credentials(line.user, line.password), mount)]
        if line.whole not in (b"", line.password):
            tries.append((Credentials("", line.whole), self._shoutcast_mount()))
        for given, path in tries:
            hashes = self._keys.of_source(given.user, path)
            spared = self._spared(given.password, hashes, client)
            if spared is not None:
                return self._source(given.user, path, spared, client)
        self._bar(line.user, client)
        for given, path in tries:
            credential = await self._opened_source(given, path)
            self._bar(line.user, client)
            if credential is not None:
                return self._source(given.user, path, credential, client)
        raise self._failure(line.user, client, WRONG_SOURCE)

    async def identify(
        self, credentials: Credentials | None, client: Client, mount: str = ""
    ) -> Principal:
        """Who came with HTTP Basic: an account, a relay, or else a source of ``mount``.

        Raises as ``admit_source``.
        """
        if credentials is None:
            raise Challenge
        user, password = credentials.user, credentials.password
        keys = self._keys.of(user, mount)
        feeding = [hashed for hashed, who in keys.items() if who.via is Via.SOURCE]
        hashed = self._spared(password, feeding, client)
        if hashed is None:
            self._bar(user, client)
            comparisons = self._keys.comparisons(mount)
            hashed = await opened(self._passwords, password, keys, comparisons=comparisons)
            self._bar(user, client)
        if hashed is None:
            raise self._failure(user, client, self._fault(user, mount))
        if keys[hashed].via is Via.SOURCE:
            self._familiar.note(client.address, hashed)
        return keys[hashed]

    async def log_in(
        self, name: str, password: bytes, client: Client, previous: str = ""
    ) -> OpenedSession:
        """Begin a session for an account; that of the cookie ``previous`` ends.

        Raises Refused, LockedOut or Overloaded.
        """
        self._bar(name, client)
        hashes = self._keys.of_account(name)
        hashed = await opened(self._passwords, password, hashes, comparisons=1)
        self._bar(name, client)
        if hashed is None:
            raise self._failure(name, client, self._fault(name, ""))
        self.log_out(self._sessions.find(previous))
        return self._sessions.open(name, client)

    async def admit_by(self, hashed: str, password: bytes, client: Client, *, name: str) -> None:
        """Let in who knows the password of ``hashed``; ``name`` stands for who they are.

        Raises Refused, LockedOut or Overloaded.
        """
        self._bar(name, client)
        opening = await opened(self._passwords, password, distinct(hashed), comparisons=1)
        self._bar(name, client)
        if opening is None:
            raise self._failure(name, client, WRONG_PASSWORD)

    def by_session(self, cookie: str) -> tuple[Principal, Session] | None:
        """Whose cookie this is; None: nobody's, or nobody's any more."""
        session = self._sessions.find(cookie)
        if session is None:
            return None
        principal = self._accounts().principal(session.user, Via.SESSION, session.id)
        if principal is None:
            self.log_out(session)
            return None
        return principal, session

    def log_out(self, session: Session | None) -> None:
        """End ``session``, if there is one."""
        if session is not None:
            self._sessions.end(session.id)

    def by_token(self, secret: str, client: Client) -> Principal:
        """Whose token this is; raises Refused or LockedOut."""
        self._bar(TOKEN_USER, client)
        try:
            token = self._tokens.find(secret)
        except TokenInvalid as fault:
            raise self._failure(fault.user or TOKEN_USER, client, fault.reason) from None
        principal = self._accounts().principal(token.user, Via.TOKEN, token.id)
        if principal is None:
            raise self._failure(token.user, client, UNKNOWN_USER)
        self._tokens.note_use(token, client)
        return principal

    def _source(self, user: str, mount: str, credential: str, client: Client) -> SourceLogin:
        name = user or SOURCE_USER
        require(feeder(name, mount), Action.FEED, mount)
        self._familiar.note(client.address, credential)
        return SourceLogin(name, mount, credential)

    async def _opened_source(self, given: Credentials, mount: str) -> str | None:
        return await opened(
            self._passwords,
            given.password,
            self._keys.of_source(given.user, mount),
            comparisons=self._keys.comparisons_for_source(mount),
        )

    def _fault(self, user: str, mount: str) -> str:
        accounts = self._accounts()
        is_relay = bool(accounts.relay_hash) and user == accounts.relay_user
        if is_relay or accounts.find(user) is not None:
            return WRONG_PASSWORD
        return WRONG_SOURCE if mount else UNKNOWN_USER

    def _spared(self, password: bytes, hashes: list[str], client: Client) -> str | None:
        """The source password that opens though everybody else at the address is locked out."""
        lockout = self._lockouts.find(client.address)
        if lockout is None:
            return None
        address, until = client.address, lockout.until
        known = [one for one in hashes if self._familiar.is_spared(address, one, until)]
        return remembered(self._passwords, password, known)

    def _bar(self, user: str, client: Client) -> None:
        """Raise ``LockedOut`` where logins are not tried."""
        lockout = self._lockouts.find(client.address)
        if lockout is not None:
            self._familiar.note_refused(client.address, lockout.until)
            self._publish(AuthFailed(user, client, self._lockouts.reason(lockout)))
            raise self._lockouts.refusal(lockout)

    def _failure(self, user: str, client: Client, reason: str) -> Refused:
        self._publish(AuthFailed(user, client, reason))
        self._lockouts.failed(client.address, reason)
        return Refused(reason)
