"""What people change of their own accounts: in the sessions, and in the configuration."""

from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from tinyice.config.edits import Document, Edit, add_token, remove_token, section
from tinyice.config.faults import ConfigFaults, NotSaved
from tinyice.config.inforce import InForce
from tinyice.config.writer import ConfigWriter
from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Principal
from tinyice.core.access.sessions import Session, Sessions
from tinyice.core.access.tokens import Token, mint
from tinyice.core.clients import Client
from tinyice.core.events import ChangeMade, Event
from tinyice.web.errors import CommandRefused
from tinyice.work.passwords import UnusablePassword


class OwnAccounts:
    """Passwords, sessions and tokens, each for whose they are."""

    def __init__(
        self,
        sessions: Sessions,
        writer: ConfigWriter,
        in_force: InForce,
        *,
        tokens: Callable[[], Iterable[Token]],
        hash_password: Callable[[str], Coroutine[Any, Any, str]],
        now: Callable[[], datetime],
        random: Callable[[int], bytes],
        publish: Callable[[Event], None],
    ) -> None:
        self._sessions = sessions
        self._writer = writer
        self._in_force = in_force
        self._tokens = tokens
        self._hash_password = hash_password
        self._now = now
        self._random = random
        self._publish = publish

    def sessions(self, user: str) -> Sequence[Session]:
        """Where ``user`` is logged in, the one used last first."""
        return self._sessions.of(user)

    def end_session(self, session_id: str, *, who: Principal, client: Client) -> None:
        """Log one session out."""
        if self._sessions.end(session_id):
            self._publish(_session_ended(session_id, who, client))

    def tokens(self, user: str) -> Sequence[Token]:
        """The API tokens of ``user``, the newest first."""
        own = [token for token in self._tokens() if token.user == user]
        return sorted(own, key=lambda token: token.created_at, reverse=True)

    async def set_password(
        self, password: str, *, who: Principal, client: Client, keep_session: str
    ) -> None:
        """Let ``who`` log in with ``password`` from now on; their sessions end, but for one."""
        try:
            hashed = await self._hash_password(password)
        except UnusablePassword as error:
            raise CommandRefused(str(error)) from error
        is_built_in = who.name == self._in_force.config.admin_user

        def edit(document: Document) -> None:
            if is_built_in:
                document["admin_password"] = hashed
                return
            account = section(document, "users").get(who.name)
            if not isinstance(account, dict):
                raise CommandRefused("there is no such account any more")
            account["password"] = hashed

        await self._change(edit, who, client, action=Action.CHANGE_OWN_PASSWORD, subject=who.name)
        self._sessions.end_all(who.name, keep_session)

    async def make_token(self, name: str, days: int, *, who: Principal, client: Client) -> str:
        """Make a token that lasts so long (0: until it is revoked); its secret, told this once."""
        now = self._now().replace(microsecond=0)
        expires_at = now + timedelta(days=days) if days else None
        secret, token = mint(
            name=name,
            user=who.name,
            created_at=now,
            expires_at=expires_at,
            random=self._random,
        )

        def edit(document: Document) -> None:
            add_token(document, token)

        await self._change(edit, who, client, action=Action.MAKE_TOKEN, subject=token.id)
        return secret

    async def revoke_token(self, token_id: str, *, who: Principal, client: Client) -> None:
        """Let a token open nothing any more."""

        def edit(document: Document) -> None:
            remove_token(document, token_id)

        await self._change(edit, who, client, action=Action.REVOKE_TOKEN, subject=token_id)

    async def _change(
        self, edit: Edit, who: Principal, client: Client, *, action: Action, subject: str
    ) -> None:
        try:
            await self._writer.change(edit, who=who, client=client, action=action, subject=subject)
        except (ConfigFaults, NotSaved) as error:
            raise CommandRefused(str(error)) from error


def _session_ended(session_id: str, who: Principal, client: Client) -> ChangeMade:
    return ChangeMade(
        user=who.name,
        via=who.via.value,
        client=client,
        action=Action.LOG_OUT.value,
        subject=session_id,
        mount="",
        before={},
        after={},
    )
