"""Tokens for programs, and who one is."""

from msgspec import Struct

from tinyice.config.edits import Document, add_token, remove_token
from tinyice.core.access.permissions import Action, permits
from tinyice.core.access.tokens import Token, mint
from tinyice.core.errors import NotPermitted
from tinyice.web.api.changing import changed
from tinyice.web.api.operation import Call, Given, Nothing, Operations
from tinyice.web.api.problems import Unfit, unknown
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import Done, Moment, Name, Paged, moment, moment_in

TOKENS = Operations("tokens")


class Me(Struct, frozen=True, kw_only=True):
    """Who you are to the server. ``mounts`` are yours; a superadmin has all without naming them."""

    username: str
    role: str
    via: str
    mounts: tuple[str, ...]


class TokenSeen(Struct, frozen=True, kw_only=True):
    """A token, without what makes it one."""

    id: str
    name: str
    username: str
    created_at: str | None
    expires_at: str | None
    last_used_at: str | None


class TokenPage(Struct, frozen=True, kw_only=True):
    """Some tokens by id."""

    items: tuple[TokenSeen, ...]
    next: str | None
    total: int


class NewToken(Given, frozen=True, kw_only=True):
    """A token to be made; without ``expires_at`` it lasts until it is revoked."""

    name: Name
    expires_at: Moment | None = None


class TokenMade(Struct, frozen=True, kw_only=True):
    """The new token. This is the only time that ``token`` is shown."""

    id: str
    name: str
    token: str


class TokenId(Struct, frozen=True, kw_only=True):
    """Which token."""

    id: Name


@TOKENS.add("GET", "/api/me", Action.SEE_SELF, answer=Me)
async def me(_services: Services, call: Call[Nothing, Nothing]) -> Me:
    """Who you are."""
    principal = call.caller.principal
    return Me(
        username=principal.name,
        role=principal.role.name.lower(),
        via=principal.via.value,
        mounts=tuple(sorted(principal.mounts)),
    )


@TOKENS.add("GET", "/api/tokens", Action.SEE_OWN_TOKENS, query=Paged, answer=TokenPage)
async def list_tokens(services: Services, call: Call[Paged, Nothing]) -> TokenPage:
    """Your tokens; a superadmin sees those of all."""
    principal = call.caller.principal
    sees_all = permits(principal, Action.SEE_ALL_TOKENS)
    found = sorted(
        (one for one in services.tokens() if sees_all or one.user == principal.name),
        key=lambda one: one.id,
    )
    rest = [one for one in found if one.id > call.query.after]
    page = rest[: call.query.limit]
    uses = await services.token_uses()
    return TokenPage(
        items=tuple(
            TokenSeen(
                id=one.id,
                name=one.name,
                username=one.user,
                created_at=moment(one.created_at),
                expires_at=moment(one.expires_at),
                last_used_at=moment(uses.get(one.id)),
            )
            for one in page
        ),
        next=page[-1].id if len(rest) > len(page) else None,
        total=len(found),
    )


@TOKENS.add("POST", "/api/tokens", Action.MAKE_TOKEN, body=NewToken, answer=TokenMade, status=201)
async def make_token(services: Services, call: Call[Nothing, NewToken]) -> TokenMade:
    """Make a token that may do what you may, but for making tokens and changing the password."""
    said, now = call.body, services.now()
    expires = None if said.expires_at is None else moment_in(said.expires_at, "expires_at")
    if expires is not None and expires <= now:
        raise Unfit(422, "invalid", "must be in the future", "expires_at")
    secret, token = mint(
        said.name,
        call.caller.principal.name,
        created_at=now,
        expires_at=expires,
        random=services.random,
    )

    def edit(document: Document) -> None:
        add_token(document, token)

    await changed(services, call, edit, action=Action.MAKE_TOKEN, subject=token.id)
    return TokenMade(id=token.id, name=token.name, token=secret)


@TOKENS.add(
    "DELETE",
    "/api/tokens",
    Action.REVOKE_TOKEN,
    query=TokenId,
    answer=Done,
    refusals=(404,),
)
async def revoke_token(services: Services, call: Call[TokenId, Nothing]) -> Done:
    """End a token of yours; a superadmin ends any."""
    token = _known(services, call.query.id)
    principal = call.caller.principal
    if token.user != principal.name and not permits(principal, Action.REVOKE_ANY_TOKEN):
        raise NotPermitted(Action.REVOKE_ANY_TOKEN.value)

    def edit(document: Document) -> None:
        remove_token(document, token.id)

    return Done(
        notes=await changed(services, call, edit, action=Action.REVOKE_TOKEN, subject=token.id)
    )


def _known(services: Services, token_id: str) -> Token:
    for token in services.tokens():
        if token.id == token_id:
            return token
    raise unknown("token", token_id, "id")
